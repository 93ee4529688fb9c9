using System.ComponentModel;
using System.Diagnostics;

namespace Twitch.Live.Doctor;

/// <summary>Programs that are started: ffmpeg and what finds a page's stream.</summary>
internal static class ProgramChecks
{
    private const string Ffmpeg = "ffmpeg";

    // What streams and recordings have; the first two are what nearly all have.
    private static readonly string[] _decoders = ["h264", "aac", "hevc", "vp9", "av1", "mp3", "opus", "vorbis", "flac"];
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);

    /// <summary>ffmpeg and its decoders.</summary>
    /// <param name="ffmpeg">The program, or where it is.</param>
    /// <param name="ffprobe">The one that comes with it.</param>
    public static IEnumerable<Finding> Decoding(string ffmpeg = Ffmpeg, string ffprobe = "ffprobe")
    {
        foreach ((string name, string program) in ((string, string)[])[(Ffmpeg, ffmpeg), ("ffprobe", ffprobe)])
        {
            yield return Run(program, "-version") is { } said ? Finding.Ok(name, Version(said)) : Finding.Lacks(name, true, "it is not installed", "apt-get install ffmpeg");
        }

        if (Run(ffmpeg, "-hide_banner", "-decoders") is not { } list)
            yield break;
        HashSet<string> there = [.. list.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1 && words[0].Length == 6).SelectMany(Names)];
        string[] lacking = [.. _decoders.Where(decoder => !there.Contains(decoder))];
        string found = string.Join(' ', _decoders.Where(there.Contains));
        yield return lacking.Length == 0 ? Finding.Ok("decoders", found)
            : Finding.Lacks("decoders", lacking.Contains("h264") || lacking.Contains("aac"), $"{found}; without {string.Join(' ', lacking)}", "install the distribution's own ffmpeg, which has them: apt-get install ffmpeg");
    }

    /// <summary>What finds the stream of a page of Twitch or YouTube.</summary>
    /// <param name="isNeeded">Pages were asked for.</param>
    /// <param name="streamlink">The program, or where it is.</param>
    /// <param name="ytDlp">The other.</param>
    public static Finding Pages(bool isNeeded, string streamlink = "streamlink", string ytDlp = "yt-dlp")
    {
        var there = new List<string>();
        foreach ((string name, string program) in ((string, string)[])[("streamlink", streamlink), ("yt-dlp", ytDlp)])
        {
            if (Run(program, "--version") is { } said)
                there.Add($"{name} {said.Split('\n')[0].Split(' ')[^1]}");
        }

        return there.Count > 0 ? Finding.Ok("pages", string.Join(", ", there)) : Finding.Lacks("pages", isNeeded, "neither streamlink nor yt-dlp is installed, so twitch:NAME cannot be watched", "apt-get install streamlink");
    }

    /// <summary>Makes a clip of some seconds, moving and humming.</summary>
    /// <returns>Why not; null if it is there.</returns>
    public static string? MakeClip(string path) => Run(Ffmpeg, "-v", "error", "-nostdin", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=10:duration=12", "-f", "lavfi", "-i", "sine=frequency=440:duration=12",
        "-c:v", "mpeg4", "-c:a", "aac", path) is null || !File.Exists(path) ? "ffmpeg could not write a clip" : null;

    // "V....D libdav1d  dav1d AV1 decoder (codec av1)" decodes av1.
    private static IEnumerable<string> Names(string[] words) => words[^1].EndsWith(')') && words.Length > 3 && words[^2] == "(codec" ? [words[1], words[^1].TrimEnd(')')] : [words[1]];

    private static string Version(string said) => said.Split('\n')[0].Split(" Copyright")[0].Split(" version ", 2)[^1];

    // What a program writes; null if it cannot be started, fails or takes too long.
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(_limit))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
            return Task.WaitAll([output, errors], _limit) && process.ExitCode == 0 ? output.Result : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
