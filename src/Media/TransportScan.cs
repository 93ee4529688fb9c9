using System.Globalization;

namespace Twitch.Media;

/// <summary>Looks through a transport stream for jumps of its clock, without decoding it.</summary>
internal static class TransportScan
{
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(0.5), Ahead = TimeSpan.FromSeconds(10);

    /// <summary>Whether the clock of either track jumps, so that a time does not lead to a place. Reads the whole file once.</summary>
    public static bool HasJumps(InspectedMedia media)
    {
        using System.Diagnostics.Process program = ChildProcess.Start("ffprobe",
            ["-v", "quiet", "-of", "csv=p=0", "-show_entries", "packet=stream_index,dts_time", SourceInput.FileArgument(media.Source.Video)]);
        program.ErrorDataReceived += (_, _) => { };
        program.BeginErrorReadLine();
        try
        {
            var last = new Dictionary<string, TimeSpan>();
            while (program.StandardOutput.ReadLine() is { } line)
            {
                string[] fields = line.Split(',');
                if (fields.Length < 2 || !double.TryParse(fields[1], CultureInfo.InvariantCulture, out double seconds))
                    continue;
                TimeSpan time = TimeSpan.FromSeconds(seconds);
                if (last.TryGetValue(fields[0], out TimeSpan before) && (time < before - Back || time > before + Ahead))
                    return true;
                last[fields[0]] = time;
            }
            return false;
        }
        finally
        {
            ChildProcess.End(program);
            program.WaitForExit();
        }
    }
}
