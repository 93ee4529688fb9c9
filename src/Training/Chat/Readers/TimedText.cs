using System.Text.RegularExpressions;

namespace Twitch.Training.Chat.Readers;

/// <summary>A time, a name and a text a line, as people's own loggers write them: <c>1741636805 bob: hi</c>, <c>0:00:10 bob: hi</c>,
/// <c>2025-03-10T20:00:05Z &lt;bob&gt; hi</c>, with spaces, tabs, commas or bars between. Unix times may stand in brackets.</summary>
internal sealed partial class TimedText : ILineFormat
{
    public ChatFormat Format => ChatFormat.TimedText;

    public ChatRecord Read(string line)
    {
        Match match = Line().Match(line);
        if (!match.Success)
            return ChatRecord.Unparsable();
        string text = match.Groups["time"].Value;
        ChatTime time;
        if (ChatTime.TryParseClock(text, out TimeSpan clock))
            time = ChatTime.SinceStart(clock);
        else if (!ChatTime.TryParseUnix(text, out time) && !ChatTime.TryParseDate(text, out time))
            return ChatRecord.Unparsable();
        string name = match.Groups["name"].Value, login = match.Groups["login"].Value;
        return new(RecordKind.Comment, time, login.Length > 0 ? login : name, name, match.Groups["text"].Value);
    }

    [GeneratedRegex(@"^(?:\[(?<time>\d{10}(?:\.\d{1,6})?|\d{13}|\d{16})\]|(?<time>\d{10}(?:\.\d{1,6})?|\d{13}|\d{16}" +
        @"|\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,7})?)?(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?|-?\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d{1,6})?))[\s,;|]+" +
        @"(?:#\w+[\s,;|:]+)?(?:<[~&@%+]?(?<name>[^<>]{1,64})>\s?|(?<name>[^\s:,;|<>\[\]]{1,64})(?: ?\((?<login>[^():]{1,64})\))?(?::\s?|[,;|\t]\s*))(?<text>.*)$")]
    private static partial Regex Line();
}
