namespace Twitch.Training.Chat.Readers;

/// <summary><c>[0:00:10] Bob: hi</c>, <c>[2025-03-10 20:00:05 UTC] Bob: hi</c>.</summary>
/// <remarks>Other loggers write alike: with a date as the computer's country has it, and with the channel before the name (<c>[…] #chan bob: hi</c>).</remarks>
internal sealed class TwitchDownloaderText : ILineFormat
{
    private readonly LocalDates _dates = new();

    public ChatFormat Format => ChatFormat.TwitchDownloaderText;

    public string? Note => _dates.Note;

    public ChatRecord Read(string line)
    {
        int close = line.StartsWith('[') ? line.IndexOf("] ", StringComparison.Ordinal) : -1;
        if (close < 0)
            return ChatRecord.Unparsable();

        string brackets = line[1..close];
        ChatTime time;
        if (ChatTime.TryParseDays(brackets, out TimeSpan clock))
            time = ChatTime.SinceStart(clock);
        else if (!ChatTime.TryParseDate(brackets, out time) && !_dates.TryParse(brackets, out time))
            return ChatRecord.Unparsable(LocalDates.IsDateAlone(brackets) ? TcdIrc.DateAlone : "");

        // No name contains a colon.
        string rest = line[(close + 2)..];
        if (rest.StartsWith('#') && rest.IndexOf(' ', StringComparison.Ordinal) is > 1 and var channel)
            rest = rest[(channel + 1)..];
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 || rest[0] is ' ' or '<' ? ChatRecord.Unparsable() : ChatRecord.Comment(time, rest[..colon], rest[(colon + 1)..]);
    }
}
