using System.Globalization;
using System.Text.RegularExpressions;

namespace Twitch.Training.Chat;

/// <summary>Reads dates and times of day as computers of many countries write them: <c>10.03.2025 20:00:05</c>, <c>3/10/25, 8:00:05 PM</c>,
/// <c>Mo 10 Mär 2025 20:00:05</c>, <c>2025年03月10日 20時00分05秒</c>.</summary>
/// <remarks>Between slashes either the day or the month is first; a log that has a day after the 12th tells which, and one that has none is read month first.
/// No date has a zone.</remarks>
internal sealed partial class LocalDates
{
    // The first letters of a month in English, German, French, Spanish, Portuguese, Italian, Dutch, Polish and the Scandinavian languages.
    private static readonly string[][] _months =
    [
        ["jan", "gen", "ene", "sty"], ["feb", "fév", "fev", "lut"], ["mar", "mär", "mrz", "maa", "mrt"], ["apr", "avr", "abr", "kwi"],
        ["may", "mai", "maj", "mag", "mei"], ["jun", "juin", "giu", "cze"], ["jul", "juil", "lug", "lip"], ["aug", "aoû", "aou", "ago", "sie"],
        ["sep", "set", "wrz"], ["oct", "okt", "ott", "out", "paź"], ["nov", "lis"], ["dec", "dez", "déc", "dic", "des", "gru"],
    ];

    private const int Longest = 60;    // letters of a date and time of day; what is longer is neither

    private bool? _dayFirst;
    private bool _guessed;

    /// <summary>What a person should know of how the dates were read; null if nothing was guessed.</summary>
    public string? Note => !_guessed || _dayFirst is not null ? null
        : "dates such as 3/10 were read month first, since none tells which is first; a log that writes the day first is placed months away.";

    /// <summary>Reads a date with a time of day.</summary>
    public bool TryParse(string text, out ChatTime time)
    {
        time = default;
        if (text.Length > Longest)
            return false;
        Match clock = TimeOfDay().Match(text);
        if (!clock.Success || Day(text.Remove(clock.Index, clock.Length)) is not { } day || Clock(clock) is not { } moment)
            return false;
        time = ChatTime.AtUnknownZone(day + moment);
        return true;
    }

    /// <summary>Whether a text is a date without a time of day, which cannot place a comment.</summary>
    public static bool IsDateAlone(string text) => text.Length <= Longest && !TimeOfDay().IsMatch(text) && new LocalDates().Day(text) is not null;

    /// <summary>A time of day, with am or pm or without; a day's length or more is none.</summary>
    public static TimeSpan? TimeOf(string text) => TimeOfDay().Match(text) is { Success: true } match && match.Length == text.Length ? Clock(match) : null;

    private static TimeSpan? Clock(Match match)
    {
        double Part(string name) => match.Groups[name].Success ? double.Parse(match.Groups[name].Value.Replace(',', '.'), CultureInfo.InvariantCulture) : 0;
        double hour = Part("h"), minute = Part("m"), second = Part("s");
        string half = match.Groups["half"].Value;
        if (half.Length > 0 && hour is < 1 or > 12)
            return null;
        if (half.Length > 0)
            hour = hour % 12 + (half[0] is 'p' or 'P' ? 12 : 0);
        return hour < 24 && minute < 60 && second < 60 ? TimeSpan.FromSeconds(hour * 3600 + minute * 60 + second) : null;
    }

    private DateTime? Day(string text)
    {
        int[] numbers = [.. Number().Matches(text).Take(4).Select(match => int.TryParse(match.ValueSpan, CultureInfo.InvariantCulture, out int number) ? number : int.MaxValue)];
        string separators = Letters().Replace(text, "");
        if (numbers.Length == 2 && MonthIn(text) is { } month)
            return numbers[0] > 31 ? Date(numbers[0], month, numbers[1]) : Date(numbers[1], month, numbers[0]);
        if (numbers.Length != 3 || Word().IsMatch(text))
            return null;
        if (numbers[0] > 31)
            return Date(numbers[0], numbers[1], numbers[2]);
        if (!separators.Contains('/', StringComparison.Ordinal))
            return Date(numbers[2], numbers[1], numbers[0]);
        if (numbers[0] > 12)
            _dayFirst = true;
        else if (numbers[1] > 12)
            _dayFirst = false;
        else
            _guessed |= numbers[0] != numbers[1];
        return _dayFirst == true ? Date(numbers[2], numbers[1], numbers[0]) : Date(numbers[2], numbers[0], numbers[1]);
    }

    private static int? MonthIn(string text)
    {
        // The last one: in Spanish and French "mar" before it is Tuesday.
        int month = -1;
        foreach (string word in Word().Matches(text).Select(match => match.Value.ToLowerInvariant()))
        {
            int found = Array.FindIndex(_months, names => names.Any(name => word.StartsWith(name, StringComparison.Ordinal)));
            month = found < 0 ? month : found;
        }

        return month < 0 ? null : month + 1;
    }

    private static DateTime? Date(int year, int month, int day)
    {
        if (year < 100)
            year += 2000;
        return year is >= 2000 and < 2200 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateTime(year, month, day) : null;
    }

    [GeneratedRegex(@"(?<![\d.])(?<h>\d{1,2})(?::|時|h )(?<m>\d\d)(?:(?::|分)(?<s>\d\d(?:[.,]\d{1,6})?)秒?|分)?(?:\s?(?<half>[AaPp])\.?\s?[Mm]\.?)?(?![\d:])")]
    private static partial Regex TimeOfDay();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"\w")]
    private static partial Regex Letters();

    [GeneratedRegex(@"\p{L}{3,}")]
    private static partial Regex Word();
}
