using System.Globalization;

namespace Twitch;

/// <summary>Times since the start of a stream as people write them: <c>1:02:03</c>, <c>62:03</c>, <c>3723.5</c>.</summary>
public static class StreamTime
{
    /// <summary>Reads hours, minutes and seconds with colons between them, or seconds; the last part may have decimals.
    /// Null if the text is none of these.</summary>
    public static TimeSpan? TryParse(string text)
    {
        string[] parts = text.Trim().Split(':');
        if (parts.Length > 3 || !double.TryParse(parts[^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
            return null;

        long unit = 60;
        for (int i = parts.Length - 2; i >= 0; i--, unit *= 60)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out int whole))
                return null;
            seconds += (double)whole * unit;
        }
        return seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <param name="text">The time.</param>
    /// <param name="option">Option it was given for, for the message.</param>
    /// <exception cref="TwitchException">The text is no time (exit code 2).</exception>
    public static TimeSpan Parse(string text, string option) => TryParse(text)
        ?? throw new TwitchException($"{option} is '{text}'; it must be a time since the start of the stream such as 1:02:03, 62:03 or 3723.5.", ExitCode.Usage);

    /// <summary>Hours, minutes and seconds, rounded down: <c>0:05:00</c>, <c>26:00:01</c>.</summary>
    public static string Format(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time:mm\\:ss}");
}
