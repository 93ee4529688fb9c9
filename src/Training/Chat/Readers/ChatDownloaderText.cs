namespace Twitch.Training.Chat.Readers;

/// <summary><c>20:34 | (Moderator, Subscriber) Bob: hi</c>; a line without a name is the platform's.</summary>
/// <remarks>A live chat has a date in the place of the time, in the zone of the computer that wrote it.</remarks>
internal sealed class ChatDownloaderText : ILineFormat
{
    public ChatFormat Format => ChatFormat.ChatDownloaderText;

    public ChatRecord Read(string line)
    {
        int bar = line.IndexOf(" | ", StringComparison.Ordinal);
        if (bar <= 0)
            return ChatRecord.Unparsable();

        ChatTime time;
        if (ChatTime.TryParseClock(line.AsSpan(0, bar), out TimeSpan clock))
            time = ChatTime.SinceStart(clock);
        else if (!ChatTime.TryParseDate(line.AsSpan(0, bar), out time))
            return ChatRecord.Unparsable();

        string badged = After(line[(bar + 3)..].TrimStart(), '(', ") "), rest = After(badged, '*', "* ");
        int colon = rest.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0 && rest.EndsWith(':'))
            colon = rest.Length - 1;
        if (colon <= 0)
            return ChatRecord.Notice;
        string text = rest[(colon + 1)..];
        // Money without a word comes as Python's None.
        return ChatRecord.Comment(time, rest[..colon], rest.Length < badged.Length && text.Trim() == "None" ? "" : text);
    }

    // What stands between the bar and the name: badges in brackets, an amount of money between stars.
    private static string After(string text, char open, string close)
    {
        int end = text.StartsWith(open) ? text.IndexOf(close, 1, StringComparison.Ordinal) : -1;
        return end < 0 ? text : text[(end + close.Length)..];
    }
}
