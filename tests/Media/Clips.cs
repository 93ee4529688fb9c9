using System.Diagnostics;
using Twitch.Media;

[assembly: AssemblyFixture(typeof(Twitch.Media.Tests.Clips))]

namespace Twitch.Media.Tests;

/// <summary>Small recordings made for the tests. Picture n is a plain grey of level 4·n, and is shown at n / 10 s.</summary>
public sealed class Clips : IDisposable
{
    public const int FramesPerSecond = 10, Level = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("clips").FullName;

    public Clips()
    {
        Ffmpeg($"-f lavfi -i {Picture(6)} -f lavfi -i {Sound(6)} -map 0:v -map 1:a {H264} -c:a aac -shortest -movflags +faststart", "plain.mp4");
        Ffmpeg($"-i {this["plain.mp4"]} -map 0:a -c copy", "sound.m4a");
    }

    /// <summary>Keywords of an H.264 encode with B-frames and several key frames.</summary>
    public static string H264 => "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -bf 2 -g 15 -qp 1";

    /// <summary>Path of a clip, made before or not.</summary>
    public string this[string name] => Path.Combine(_folder, name);

    public static string Picture(double seconds, int width = 64) =>
        $"color=black:s={width}x48:r={FramesPerSecond}:d={seconds},format=gray,geq=lum='mod({Level}*N,256)',format=yuv420p";

    /// <summary>A rising tone on the left, nothing on the right.</summary>
    public static string Sound(double seconds) => $"aevalsrc='0.4*sin(1000*t+400*t*t)+0.05*random(0)|0':d={seconds}:s=44100";

    public string Plain => this["plain.mp4"];

    /// <summary>Makes a clip once.</summary>
    public string Make(string name, string arguments)
    {
        string path = this[name];
        lock (_folder)    // test classes run side by side
        {
            if (!File.Exists(path))
                Ffmpeg(arguments, name);
        }
        return path;
    }

    /// <summary>The pictures at each whole second as numbers, by the grey of their middle.</summary>
    public static double[] PictureNumbers(IEnumerable<byte[]> frames) =>
        [.. frames.Select(frame => frame.Average(value => (double)value) / Level)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static byte[] Run(string program, string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    private void Ffmpeg(string arguments, string name) => Run("ffmpeg", $"-v error -nostdin -y {arguments} {this[name]}");
}

/// <summary>A recording read whole.</summary>
public sealed record ReadStream(List<byte[]> Frames, List<float> Mel, MediaReport Report)
{
    public static readonly FrameSpec Frame = new(8, 8);

    public static ReadStream Of(string video, string? audio = null, FrameSpec? frame = null)
    {
        Recording recording = Recording.Open(new MediaSource(video, audio), frame ?? Frame, MelSpec.Standard);
        var (frames, mel) = (new List<byte[]>(), new List<float>());
        foreach (StreamSecond second in recording.Seconds())
        {
            Assert.Equal(frames.Count, second.Index);
            Assert.Equal(mel.Count / MelSpec.Standard.MelCount, second.FirstStep);
            frames.Add(second.Frame.ToArray());
            mel.AddRange(second.Mel.Span);
        }
        return new ReadStream(frames, mel, recording.Report);
    }

    /// <summary>Loudest filter of the steps centred in [from, to) seconds.</summary>
    public float Loudest(double from, double to) => Mel[((int)(from * 62.5) * 64)..((int)(to * 62.5) * 64)].Max();
}
