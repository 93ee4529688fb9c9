using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Twitch.Training.Chat.Readers;

/// <summary>A page of <c>&lt;pre class="comment-root"&gt;[time] … comment-author … comment-message&lt;/pre&gt;</c>.</summary>
/// <remarks>Emotes are pictures, with their names in hidden text beside them.</remarks>
internal sealed partial class TwitchDownloaderHtml : IChatReader
{
    private const string Open = "<pre class=\"comment-root\"", Close = "</pre>";

    public ChatFormat Format => ChatFormat.TwitchDownloaderHtml;

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        using var lines = new ChatLines(utf8, alsoEndsAfter: Close);
        var pending = new StringBuilder();                                         // a comment that is not closed yet
        long number = 0;
        while (lines.Read() is { } line)
        {
            if (pending.Length == 0)
            {
                number = lines.Number;
                int open = line.IndexOf(Open, StringComparison.Ordinal);
                if (open < 0 && !lines.WasBroken)
                {
                    if (line.Contains("comment-message", StringComparison.Ordinal) && line.Contains(Close, StringComparison.Ordinal))
                        collector.Add(number, ChatRecord.Unparsable("the end of a comment without its beginning"));
                    continue;
                }
                line = line[Math.Max(0, open)..];
            }

            if (lines.WasBroken)
            {
                collector.Add(number, ChatRecord.Unparsable("zero bytes stand in the comment"));
                pending.Clear();
                continue;
            }

            pending.Append(line).Append(' ');
            if (!line.Contains(Close, StringComparison.Ordinal) && pending.Length < ChatLines.MaxLength)
                continue;
            foreach (string comment in Split(pending.ToString()))
                collector.Add(number, Parse(comment), comment);
            pending.Clear();
        }

        if (pending.Length > 0)
            collector.Add(number, ChatRecord.Unparsable("the page ends in the middle of a comment"));
        if (lines.Damage is { } damage)
            collector.Note(damage);
    }

    private static IEnumerable<string> Split(string text)
    {
        for (int start = 0; start >= 0;)
        {
            int next = text.IndexOf(Open, start + Open.Length, StringComparison.Ordinal);
            yield return next < 0 ? text[start..] : text[start..next];
            start = next;
        }
    }

    private static ChatRecord Parse(string comment)
    {
        int author = comment.IndexOf("comment-author", StringComparison.Ordinal);
        int message = author < 0 ? -1 : comment.IndexOf("comment-message", author, StringComparison.Ordinal);
        int close = comment.IndexOf(Close, StringComparison.Ordinal);
        if (message < 0 || close < message || Time(comment[..author]) is not { } time)
            return ChatRecord.Unparsable("a comment without time, author or message");

        string name = Text(comment[author..message]);
        string text = Text(comment[message..close]);
        text = text.StartsWith(':') ? text[1..] : text;
        // A name in another script is followed by the login: 名前 (login).
        Match both = NameAndLogin().Match(name);
        return both.Success
            ? new(RecordKind.Comment, time, both.Groups["login"].Value, both.Groups["name"].Value, text)
            : ChatRecord.Comment(time, name.Trim(), text);
    }

    private static ChatTime? Time(string start)
    {
        Match link = LinkTime().Match(start);
        if (link.Success)
        {
            double Part(string name) => double.Parse(link.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
            return ChatTime.FromSeconds(Part("h") * 3600 + Part("m") * 60 + Part("s"));
        }

        Match brackets = Brackets().Match(start);
        if (!brackets.Success)
            return null;
        string text = Tag().Replace(brackets.Groups["time"].Value, "");
        if (ChatTime.TryParseClock(text, out TimeSpan clock))
            return ChatTime.SinceStart(clock);
        return ChatTime.TryParseDate(text, out ChatTime date) ? date : null;
    }

    // From inside a tag to the next one of interest: the rest of the tag goes, then every other tag.
    private static string Text(string markup)
    {
        string inner = markup[(markup.IndexOf('>', StringComparison.Ordinal) + 1)..];
        if (inner.EndsWith("<span class=\"", StringComparison.Ordinal))
            inner = inner[..inner.LastIndexOf('<')];
        return WebUtility.HtmlDecode(Tag().Replace(Title().Replace(inner, ""), ""));
    }

    // Hidden emote names are not encoded, and <3 is one.
    [GeneratedRegex(@"</?[A-Za-z!][^>]*>")]
    private static partial Regex Tag();

    // Neither are titles, and >( is an emote too.
    [GeneratedRegex(@" title=""[^""]*""")]
    private static partial Regex Title();

    [GeneratedRegex(@"[?&;]t=(?<h>\d{1,5})h(?<m>\d{1,2})m(?<s>\d{1,2})s")]
    private static partial Regex LinkTime();

    [GeneratedRegex(@"\[(?<time>[^\]]{4,400})\]")]
    private static partial Regex Brackets();

    [GeneratedRegex(@"^\s*(?<name>.+) \((?<login>\w+)\)\s*$")]
    private static partial Regex NameAndLogin();
}
