using System.ComponentModel;
using System.Diagnostics;

namespace Twitch.Media;

/// <summary>A running <c>ffmpeg</c> or <c>ffprobe</c>: its output as a stream, its complaints as lines.</summary>
internal sealed class FfmpegProgram : IDisposable
{
    private const int MaxComplaints = 20;    // a damaged file can cause millions

    private readonly Process _process;
    private readonly List<string> _complaints = [];

    private FfmpegProgram(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_complaints)
            {
                if (!string.IsNullOrWhiteSpace(line.Data) && !IsOfOurOwn(line.Data) && _complaints.Count < MaxComplaints)
                    _complaints.Add(WithoutAddress(line.Data.Trim()));
            }
        };
        process.BeginErrorReadLine();
    }

    /// <summary>What the program writes to stdout.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>Starts a program of the ffmpeg package.</summary>
    /// <exception cref="TwitchException">It is not installed.</exception>
    public static FfmpegProgram Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            return new FfmpegProgram(Process.Start(start)!);
        }
        catch (Win32Exception e)
        {
            throw new TwitchException($"The program '{program}' cannot be started ({e.Message}); run: apt-get install ffmpeg", ExitCode.Failed, e);
        }
    }

    /// <summary>How ffmpeg is told that a path is a file, whatever signs are in it.</summary>
    public static string FileArgument(string path) => "file:" + path;

    /// <summary>Waits for the end of a program whose output was read to its end.</summary>
    /// <returns>Its exit status and the first lines that it wrote to stderr.</returns>
    public (int Status, IReadOnlyList<string> Complaints) Finish()
    {
        _process.WaitForExit();
        lock (_complaints)
            return (_process.ExitCode, [.. _complaints]);
    }

    /// <summary>Ends the program if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    /// <summary>Whether ffmpeg says something of its output alone: times that go back where a track changes are no harm to samples and pictures that have none.</summary>
    internal static bool IsOfOurOwn(string line) => line.Contains("non monotonically increasing dts to muxer", StringComparison.Ordinal);

    // "[aac @ 0x5591c2] text" -> "aac: text"; the address differs each time.
    internal static string WithoutAddress(string line)
    {
        int at = line.IndexOf(" @ 0x", StringComparison.Ordinal), end = line.IndexOf("] ", StringComparison.Ordinal);
        return line.StartsWith('[') && at > 0 && end > at ? $"{line[1..at]}: {line[(end + 2)..]}" : line;
    }
}
