using System.Globalization;

namespace Twitch.Media;

/// <summary>Looks at the beginning of a recording for keyframes that come often enough to stand for its seconds.</summary>
public static class KeyframeProbe
{
    private const int LookedAtSeconds = 60;

    /// <summary>Whether the keyframes of the first minute are at most 2.1 s apart; nothing is decoded. Without a picture it does not matter.</summary>
    /// <exception cref="TwitchException">The file is missing or is no recording.</exception>
    public static bool HasEnough(MediaSource source)
    {
        InspectedMedia media = InspectedMedia.Of(source);
        if (!media.Video.HasVideo)
            return true;
        (_, byte[] answer, _) = ChildProcess.RunAsync("ffprobe",
        [
            "-v", "quiet", "-of", "csv=p=0", "-read_intervals", $"%+{LookedAtSeconds}", "-select_streams", media.Video.VideoIndex.ToString(CultureInfo.InvariantCulture),
            "-show_entries", "packet=pts_time,flags", SourceInput.FileArgument(source.Video),
        ]).GetAwaiter().GetResult();
        var check = new KeyframeCheck();
        int keys = 0;
        foreach (string line in System.Text.Encoding.ASCII.GetString(answer).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(',');
            if (fields.Length < 2 || !double.TryParse(fields[0], CultureInfo.InvariantCulture, out double seconds))
                continue;
            bool isKey = fields[1].StartsWith('K');
            TimeSpan time = TimeSpan.FromSeconds(seconds);
            check.Packet(time, isKey);
            if (isKey)
            {
                keys++;
                check.Picture(time);
            }
        }
        return keys > 0 && check.Failure is null;
    }
}
