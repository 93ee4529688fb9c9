using System.Globalization;

namespace Twitch.Training.Chat;

/// <summary>What a log's time is counted from.</summary>
internal enum TimeOrigin
{
    /// <summary>The start of the stream.</summary>
    StreamStart,

    /// <summary>Year 1, UTC.</summary>
    Utc,

    /// <summary>Year 1, in a zone that the log does not tell.</summary>
    UnknownZone,
}

/// <summary>A comment's time as its log gives it.</summary>
/// <param name="Time">Time since the origin.</param>
/// <param name="Origin">What it is counted from.</param>
internal readonly record struct ChatTime(TimeSpan Time, TimeOrigin Origin)
{
    /// <summary>No stream is longer; also what keeps sums of times far from overflow.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromHours(100_000);

    public static ChatTime SinceStart(TimeSpan time) => new(time, TimeOrigin.StreamStart);

    public static ChatTime At(DateTimeOffset moment) => new(TimeSpan.FromTicks(moment.UtcTicks), TimeOrigin.Utc);

    public static ChatTime AtUnknownZone(DateTime moment) => new(TimeSpan.FromTicks(moment.Ticks), TimeOrigin.UnknownZone);

    /// <summary>Seconds since the stream's start, if they can be a time.</summary>
    public static ChatTime? FromSeconds(double seconds) =>
        Math.Abs(seconds) <= Limit.TotalSeconds ? SinceStart(TimeSpan.FromSeconds(seconds)) : null;

    /// <summary>A Unix time in seconds, milliseconds or microseconds; its size tells which.</summary>
    public static ChatTime? FromUnix(double time)
    {
        double milliseconds = time switch { < 1e11 => time * 1e3, < 1e14 => time, _ => time / 1e3 };
        // Before 2000 or after 2200 it was something else.
        return milliseconds is >= 946_684_800_000 and < 7_258_118_400_000 ? At(DateTimeOffset.UnixEpoch.AddMilliseconds(milliseconds)) : null;
    }

    /// <summary>Reads <c>m:ss</c> or <c>h:mm:ss</c>, with a fraction after a point or comma, and a minus for what came before the start.</summary>
    public static bool TryParseClock(ReadOnlySpan<char> text, out TimeSpan time)
    {
        time = default;
        text = text.Trim();
        bool negative = text.StartsWith('-') || text.StartsWith('−');
        if (negative)
            text = text[1..];

        double fraction = 0;
        int point = text.IndexOfAny('.', ',');
        if (point >= 0)
        {
            ReadOnlySpan<char> digits = text[(point + 1)..];
            if (digits.Length is 0 or > 12 || !TryDigits(digits, out long number))
                return false;
            fraction = number / Math.Pow(10, digits.Length);
            text = text[..point];
        }

        long total = 0;
        int parts = 0;
        foreach (Range range in text.Split(':'))
        {
            ReadOnlySpan<char> part = text[range];
            if (part.Length is 0 or > 6 || !TryDigits(part, out long number) || (++parts > 1 && (part.Length > 2 || number > 59)))
                return false;
            total = total * 60 + number;
        }

        if (parts is not (2 or 3) || total > (long)Limit.TotalSeconds)
            return false;
        time = TimeSpan.FromSeconds(negative ? -(total + fraction) : total + fraction);
        return true;
    }

    /// <summary>Reads a clock, or one after days as Python's <c>timedelta</c> writes them: <c>1 day, 2:03:04</c>.</summary>
    public static bool TryParseDays(ReadOnlySpan<char> text, out TimeSpan time)
    {
        text = text.Trim();
        int comma = text.IndexOf(", ");
        int space = comma < 0 ? -1 : text[..comma].IndexOf(' ');
        if (space < 0 || text[(space + 1)..comma] is not ("day" or "days"))
            return TryParseClock(text, out time);
        time = default;
        if (space > 4 || !TryDigits(text[..space], out long days) || !TryParseClock(text[(comma + 2)..], out TimeSpan clock) || clock < TimeSpan.Zero || clock >= TimeSpan.FromDays(1))
            return false;
        time = TimeSpan.FromDays(days) + clock;
        return time <= Limit;
    }

    /// <summary>Reads a Unix time in seconds (with a fraction or without), milliseconds or microseconds.</summary>
    public static bool TryParseUnix(ReadOnlySpan<char> text, out ChatTime time)
    {
        time = default;
        text = text.Trim();
        if (text.Length < 10 || !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) || FromUnix(number) is not { } found)
            return false;
        time = found;
        return true;
    }

    /// <summary>Reads a date and time of day; without a zone the zone is unknown.</summary>
    public static bool TryParseDate(ReadOnlySpan<char> text, out ChatTime time)
    {
        time = default;
        text = text.Trim();
        // Only what begins with a year is a date: the parser alone would take "5" or "10:00" for one of today's.
        if (text.Length < 16 || text[4] is not ('-' or '/') || !text.Contains(':'))
            return false;
        if (text.EndsWith(" UTC", StringComparison.OrdinalIgnoreCase))
        {
            if (!DateTime.TryParse(text[..^4], CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime utc))
                return false;
            time = At(new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Unspecified), TimeSpan.Zero));
            return true;
        }

        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime moment))
            return false;
        time = moment.Kind == DateTimeKind.Unspecified ? AtUnknownZone(moment) : At(new DateTimeOffset(moment.ToUniversalTime()));
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
