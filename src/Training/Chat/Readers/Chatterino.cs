using System.Globalization;
using System.Text.RegularExpressions;

namespace Twitch.Training.Chat.Readers;

/// <summary><c># Start logging at 2025-03-10 20:00:00 CET</c>, then <c>[20:00:05]  bob: hi</c>; other lines are the client's.</summary>
/// <remarks>A time of day that falls back by more than half a day is of the next day; every header sets the day anew. Twitch's own times may be a little
/// behind the computer's, so that what follows a header of midnight is still of the day before. A name in another script stands before the login.</remarks>
internal sealed partial class Chatterino : ILineFormat
{
    // What computers call their zones. Abbreviations with several meanings have the one of the places with most streams (IST is not here).
    private static readonly Dictionary<string, double> _zoneHours = new(StringComparer.OrdinalIgnoreCase)
    {
        ["UTC"] = 0, ["GMT"] = 0, ["Z"] = 0, ["WET"] = 0, ["WEST"] = 1, ["BST"] = 1, ["CET"] = 1, ["CEST"] = 2, ["MEZ"] = 1, ["MESZ"] = 2,
        ["EET"] = 2, ["EEST"] = 3, ["MSK"] = 3, ["TRT"] = 3, ["JST"] = 9, ["KST"] = 9, ["AEST"] = 10, ["AEDT"] = 11, ["ACST"] = 9.5,
        ["ACDT"] = 10.5, ["AWST"] = 8, ["NZST"] = 12, ["NZDT"] = 13, ["BRT"] = -3, ["ART"] = -3, ["NST"] = -3.5, ["NDT"] = -2.5, ["AST"] = -4,
        ["ADT"] = -3, ["EST"] = -5, ["EDT"] = -4, ["CST"] = -6, ["CDT"] = -5, ["MST"] = -7, ["MDT"] = -6, ["PST"] = -8, ["PDT"] = -7,
        ["AKST"] = -9, ["AKDT"] = -8, ["HST"] = -10,
    };

    /// <summary>Why a line before any header is no comment.</summary>
    public const string NoDay = "no line '# Start logging at' before it tells the day";

    // How far Twitch's clock and a computer's are apart.
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(10);

    private DateTime? _last;
    private TimeSpan? _zone;
    private bool _minutes;

    public ChatFormat Format => ChatFormat.Chatterino;

    public string? Note => _minutes ? "the log's times are whole minutes, so a comment may have been said up to a minute later than it was placed." : null;

    public ChatRecord Read(string line)
    {
        if (line.StartsWith("# ", StringComparison.Ordinal))
        {
            ReadHeader(line);
            return ChatRecord.Notice;
        }

        Match match = Line().Match(line);
        if (!match.Success || LocalDates.TimeOf(match.Groups["time"].Value) is not { } time)
            return ChatRecord.Unparsable();
        if (_last is not { } last)
            return ChatRecord.Unparsable(NoDay);
        _minutes |= !match.Groups["seconds"].Success;
        ChatTime at = At(last, time);
        string rest = match.Groups["rest"].Value;
        if (Localized().Match(rest) is { Success: true } both)
            return new(RecordKind.Comment, at, both.Groups["login"].Value, both.Groups["name"].Value.TrimEnd(), both.Groups["text"].Value);
        Match said = Said().Match(rest);
        return said.Success ? ChatRecord.Comment(at, said.Groups["name"].Value, said.Groups["text"].Value) : ChatRecord.Notice;
    }

    private void ReadHeader(string line)
    {
        Match match = Header().Match(line);
        if (!match.Success || !DateTime.TryParse(match.Groups["date"].ValueSpan, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime start))
            return;
        _last = start;
        _zone = ZoneOf(match.Groups["zone"].Value.Trim());
    }

    private ChatTime At(DateTime last, TimeSpan time)
    {
        DateTime moment = last.Date + time;
        if (last - moment > TimeSpan.FromHours(12) && last.Year < 9999)
            moment = moment.AddDays(1);
        else if (last.TimeOfDay < Apart && time > TimeSpan.FromDays(1) - Apart && last.Year > 1)
            moment = moment.AddDays(-1);
        _last = moment;
        return Zoned(moment);
    }

    private ChatTime Zoned(DateTime moment) => _zone is { } zone && moment.Year is > 1 and < 9999 ? ChatTime.At(new DateTimeOffset(moment, zone)) : ChatTime.AtUnknownZone(moment);

    private static TimeSpan? ZoneOf(string name)
    {
        if (_zoneHours.TryGetValue(name, out double hours))
            return TimeSpan.FromHours(hours);
        Match match = Offset().Match(name);
        if (!match.Success)
            return null;
        int minutes = int.Parse(match.Groups["h"].ValueSpan, CultureInfo.InvariantCulture) * 60
            + (match.Groups["m"].Success ? int.Parse(match.Groups["m"].ValueSpan, CultureInfo.InvariantCulture) : 0);
        return minutes > 14 * 60 ? null : TimeSpan.FromMinutes(match.Groups["sign"].ValueSpan is "-" ? -minutes : minutes);
    }

    [GeneratedRegex(@"^# Start logging at (?<date>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\s*(?<zone>.*)$")]
    private static partial Regex Header();

    [GeneratedRegex(@"^(?:#\w+ )?\[(?<time>\d{1,2}:\d\d(?<seconds>:\d\d(?:\.\d{1,6})?)?(?: [AaPp][Mm])?)\] +(?<rest>.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^(?:<?@?)(?<name>[^\s:]{1,64}(?: ?\([^():]{1,64}\))?): ?(?<text>.*)$")]
    private static partial Regex Said();

    // Every word of a name in another script has a letter of that script; a sentence of the client's has not.
    [GeneratedRegex(@"^(?<name>(?:[^\s:]{0,50}[^\x00-\x7F\s:][^\s:]{0,50} ){1,4})(?<login>[A-Za-z0-9_]{1,25}): ?(?<text>.*)$")]
    private static partial Regex Localized();

    [GeneratedRegex(@"^(?:UTC|GMT)?(?<sign>[+-])(?<h>\d{1,2}):?(?<m>[0-5]\d)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Offset();
}
