using System.Globalization;

namespace Twitch.Training.Chat.Readers;

/// <summary>Lines of the wire protocol, <c>@tags :bob!bob@host PRIVMSG #channel :hi</c>; only PRIVMSG are comments.</summary>
/// <remarks>IRCv3 message tags and RFC 1459. Emotes stand in the text by name, so their tag is not needed.</remarks>
internal sealed class RawIrc : ILineFormat
{
    private const string Action = "\u0001ACTION ";

    public ChatFormat Format => ChatFormat.RawIrc;

    public ChatRecord Read(string line)
    {
        string rest = line.TrimStart();
        string tags = "", prefix = "";
        if (rest.StartsWith('@'))
            (tags, rest) = Cut(rest[1..]);
        if (rest.StartsWith(':'))
            (prefix, rest) = Cut(rest[1..]);
        (string command, rest) = Cut(rest);
        if (command != "PRIVMSG")
            return IsCommand(command) && (prefix.Length > 0 || command is "PING" or "PONG" or "RECONNECT") ? ChatRecord.Notice : ChatRecord.Unparsable();

        int text = rest.IndexOf(" :", StringComparison.Ordinal);
        if (text < 0 || prefix.Length == 0 || !rest.StartsWith('#'))
            return ChatRecord.Unparsable();
        if (Time(tags) is not { } time)
            return ChatRecord.Unparsable("a message without tmi-sent-ts");

        string login = prefix.Split('!', 2)[0];
        string name = IrcTags.Find(tags, "display-name");
        return new(RecordKind.Comment, time, login, name.Length > 0 ? name : login, Said(rest[(text + 2)..]));
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

        return null;
    }

    private static bool IsCommand(string word) => word.Length >= 3 && (word.All(char.IsAsciiLetterUpper) || (word.Length == 3 && word.All(char.IsAsciiDigit)));

    private static (string Word, string After) Cut(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        return space < 0 ? (text, "") : (text[..space], text[space..].TrimStart());
    }
}
