// What a minute of stream costs to prepare, in seconds of the processor, beside ffmpeg's own work on the same file in the same run.
//
//   dotnet run benchmarks/prepare/prepare-cost.cs -- --train src/Training/bin/Release/net10.0/linux-x64/twitch-train [--baseline OTHER] [--video FILE]
//
// Without --video a minute of 1080p60 H.264 at 6 Mbit/s with a keyframe every two seconds is made. --baseline is a twitch-train to compare with: it is run
// with its own defaults. Every row is run three times; the median counts.
using System.Diagnostics;
using System.Globalization;

string train = Option("--train") ?? throw new ArgumentException("--train is missing: the path of twitch-train");
string folder = Directory.CreateTempSubdirectory("prepare-cost").FullName;
string video = Option("--video") ?? Made(Path.Combine(folder, "1080p60.mp4"));
string chat = Path.Combine(folder, "chat.txt");
File.WriteAllLines(chat, Enumerable.Range(1, 50).Select(second => $"[0:00:{second:00}] viewer{second % 7}: hello there"));
double minutes = double.Parse(Output("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", video), CultureInfo.InvariantCulture) / 60;

string[] published = ["--preset", "published", "--frame", "64"];    // pictures, sound and log-mel alone
var rows = new List<(string Name, double Seconds)>
{
    Row("ffmpeg, every picture", "ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-i", video, "-map", "0:v", "-f", "null", "-"),
    Row("ffmpeg, without pictures that no other needs (noref)", "ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-skip_frame", "noref", "-i", video, "-map", "0:v", "-f", "null", "-"),
    Row("ffmpeg, keyframes", "ffmpeg", "-v", "error", "-nostdin", "-threads", "1", "-skip_frame", "nokey", "-i", video, "-map", "0:v", "-f", "null", "-"),
    Row("ffmpeg, sound to mono 16 kHz", "ffmpeg", "-v", "error", "-nostdin", "-i", video, "-map", "0:a", "-ac", "1", "-ar", "16000", "-f", "f32le", "/dev/null", "-y"),
};
if (Option("--baseline") is { } baseline)
    rows.Add(Prepared("baseline: prepare", baseline, []));
rows.Add(Prepared("prepare --frames exact: pictures, sound, log-mel", train, ["--frames", "exact", .. published]));
rows.Add(Prepared("prepare --frames keyframes: pictures, sound, log-mel", train, ["--frames", "keyframes", .. published]));
rows.Add(Prepared("prepare --frames exact, with eyes and ears", train, ["--frames", "exact"]));
rows.Add(Prepared("prepare --frames keyframes, with eyes and ears", train, ["--frames", "keyframes"]));

double reference = rows[4].Seconds;
Console.WriteLine($"| {minutes:0.0} min of {Path.GetFileName(video)} | CPU s a minute of stream | of the first prepare |\n|---|---:|---:|");
foreach ((string name, double seconds) in rows)
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {seconds / minutes:0.00} | {reference / seconds:0.0} x less |"));
Directory.Delete(folder, recursive: true);

(string, double) Prepared(string name, string program, string[] options)
{
    var seconds = new List<double>();
    for (int run = 0; run < 3; run++)
    {
        string store = Path.Combine(folder, $"store{Guid.NewGuid():N}");
        seconds.Add(Cpu(program, ["prepare", "--video", video, "--chat", chat, "--prepared", store, .. options]));
        Directory.Delete(store, recursive: true);
    }
    return (name, seconds.Order().ElementAt(1));
}

(string, double) Row(string name, string program, params string[] arguments) =>
    (name, Enumerable.Range(0, 3).Select(_ => Cpu(program, arguments)).Order().ElementAt(1));

// User and system time of a program and of all that it started.
double Cpu(string program, string[] arguments)
{
    string times = Path.Combine(folder, "times");
    using Process process = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", "TIMEFORMAT='%U %S'; { time \"$@\" >/dev/null 2>\"$0.log\"; } 2>\"$0\"", times, program, .. arguments]))!;
    process.WaitForExit();
    if (process.ExitCode != 0)
        throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {File.ReadAllText(times + ".log")}");
    return File.ReadAllText(times).Split(' ', StringSplitOptions.RemoveEmptyEntries).Sum(text => double.Parse(text, CultureInfo.InvariantCulture));
}

string Made(string path)
{
    Output("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=60:d=60,noise=alls=12:allf=t", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:d=60",
        "-c:v", "libx264", "-preset", "veryfast", "-b:v", "6M", "-maxrate", "6M", "-bufsize", "12M", "-g", "120", "-keyint_min", "120", "-sc_threshold", "0", "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-ac", "2", "-shortest", path);
    return path;
}

string Output(string program, params string[] arguments)
{
    using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
    string text = process.StandardOutput.ReadToEnd();
    process.WaitForExit();
    return process.ExitCode == 0 ? text.Trim() : throw new InvalidOperationException($"{program} failed");
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;
