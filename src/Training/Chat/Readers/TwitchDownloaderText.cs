namespace Twitch.Training.Chat.Readers;

/// <summary><c>[0:00:10] Bob: hi</c>, <c>[2025-03-10 20:00:05 UTC] Bob: hi</c>.</summary>
internal sealed class TwitchDownloaderText : ILineFormat
{
    public ChatFormat Format => ChatFormat.TwitchDownloaderText;

    public ChatRecord Read(string line)
    {
        int close = line.StartsWith('[') ? line.IndexOf("] ", StringComparison.Ordinal) : -1;
        if (close < 0)
            return ChatRecord.Unparsable();

        ReadOnlySpan<char> brackets = line.AsSpan(1, close - 1);
        ChatTime time;
        if (ChatTime.TryParseClock(brackets, out TimeSpan clock))
            time = ChatTime.SinceStart(clock);
        else if (!ChatTime.TryParseDate(brackets, out time))
            return ChatRecord.Unparsable();

        // No name contains a colon.
        string rest = line[(close + 2)..];
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || rest[0] == ' ' ? ChatRecord.Unparsable() : ChatRecord.Comment(time, rest[..colon], rest[(colon + 1)..]);
    }
}
