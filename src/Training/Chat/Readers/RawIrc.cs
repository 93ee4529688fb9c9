using System.Globalization;
using System.Text.RegularExpressions;

namespace Twitch.Training.Chat.Readers;

/// <summary>Lines of the wire protocol, <c>@tags :bob!bob@host PRIVMSG #channel :hi</c>; only PRIVMSG are comments.</summary>
/// <remarks>IRCv3 message tags and RFC 1459: a text of one word needs no colon. Emotes stand in the text by name, so their tag is not needed. Loggers put
/// a time of their own before a line; it counts where the tags have none.</remarks>
internal sealed partial class RawIrc : ILineFormat
{
    /// <summary>Why a message without tags is no comment.</summary>
    public const string WithoutTags = "a message without tags, and so without a time";

    private const string Action = "\u0001ACTION ";

    public ChatFormat Format => ChatFormat.RawIrc;

    public ChatRecord Read(string line)
    {
        string rest = line.TrimStart();
        string tags = "", prefix = "";
        ChatTime? logged = null;
        if (Logged().Match(rest) is { Success: true } before)
            (logged, rest) = (Parse(before.Groups["time"].Value), rest[before.Length..]);
        if (rest.StartsWith('@'))
            (tags, rest) = Cut(rest[1..]);
        if (rest.StartsWith(':'))
            (prefix, rest) = Cut(rest[1..]);
        (string command, rest) = Cut(rest);
        if (command != "PRIVMSG")
            return IsCommand(command) && (prefix.Length > 0 || command is "PING" or "PONG" or "RECONNECT") ? ChatRecord.Notice : ChatRecord.Unparsable();

        (string channel, rest) = Cut(rest);
        if (prefix.Length == 0 || !channel.StartsWith('#') || rest.Length == 0)
            return ChatRecord.Unparsable();
        if ((Time(tags) ?? logged) is not { } time)
            return ChatRecord.Unparsable(tags.Length == 0 ? WithoutTags : "a message without tmi-sent-ts");

        string login = prefix.Split('!', 2)[0];
        string name = IrcTags.Find(tags, "display-name");
        return new(RecordKind.Comment, time, login, name.Length > 0 ? name : login, Said(rest.StartsWith(':') ? rest[1..] : Cut(rest).Word));
    }

    private static string Said(string text) =>
        text.StartsWith(Action, StringComparison.Ordinal) ? text[Action.Length..].TrimEnd('\u0001') : text;

    private static ChatTime? Time(string tags)
    {
        foreach (string name in (ReadOnlySpan<string>)["tmi-sent-ts", "rm-received-ts"])
        {
            if (long.TryParse(IrcTags.Find(tags, name), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds))
                return ChatTime.FromUnix(milliseconds);
        }

        return ChatTime.TryParseDate(IrcTags.Find(tags, "time"), out ChatTime time) ? time : null;
    }

    private static ChatTime? Parse(string text) => ChatTime.TryParseUnix(text, out ChatTime time) || ChatTime.TryParseDate(text, out time) ? time
        : ChatTime.TryParseClock(text, out TimeSpan clock) ? ChatTime.SinceStart(clock) : null;

    private static bool IsCommand(string word) => word.Length >= 3 && (word.All(char.IsAsciiLetterUpper) || (word.Length == 3 && word.All(char.IsAsciiDigit)));

    private static (string Word, string After) Cut(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (text, "") : (text[..space], text[space..].TrimStart());
    }

    [GeneratedRegex(@"^(?:\[(?<time>[\d:., TZUC+-]{4,40})\]|(?<time>\d[\d:.TZ+-]{3,40}(?: \d\d:\d\d:\d\d[\d.,]*Z?)?)):? +(?=[@:][^ ]+ )")]
    private static partial Regex Logged();
}
