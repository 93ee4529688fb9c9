using System.Globalization;

namespace Twitch;

/// <summary>A time since the start of a recording as people write it: <c>1:02:03</c>, <c>62:03</c>, <c>3723.5</c>.</summary>
public static class StreamTime
{
    private const double MostSeconds = 1e7;    // four months; a recording is shorter

    /// <summary>Reads hours, minutes and seconds, minutes and seconds, or seconds; only the first may be above 59, and only the
    /// last may have a fraction. Null if it is none of these.</summary>
    public static TimeSpan? TryParse(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length > 3 || !double.TryParse(parts[^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds))
            return null;
        if (parts.Length > 1 && seconds >= 60)
            return null;

        double unit = 60;
        for (int i = parts.Length - 2; i >= 0; i--, unit *= 60)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out int count) || (i > 0 && count >= 60))
                return null;
            seconds += count * unit;
        }
        return seconds <= MostSeconds ? TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)) : null;
    }

    /// <summary>As <see cref="TryParse"/>.</summary>
    /// <param name="text">The time.</param>
    /// <param name="option">Option it was given for, for the message.</param>
    /// <exception cref="TwitchException">The text is no time (exit code 2).</exception>
    public static TimeSpan Parse(string text, string option) => TryParse(text)
        ?? throw new TwitchException($"{option} is '{text}'; it must be a time such as 1:02:03, 62:03 or 3723.5.", ExitCode.Usage);

    /// <summary>Hours, minutes and seconds, and a fraction if there is one: <c>0:05:00</c>, <c>30:00:00.5</c>.</summary>
    public static string Format(TimeSpan time)
    {
        string fraction = time.Ticks % TimeSpan.TicksPerSecond == 0 ? "" : time.ToString("'.'FFFFFFF", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}{fraction}");
    }
}
