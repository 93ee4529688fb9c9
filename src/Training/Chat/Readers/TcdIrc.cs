namespace Twitch.Training.Chat.Readers;

/// <summary><c>[0:00:10,123] &lt;Bob&gt; hi</c>; a badge sign may stand before the name.</summary>
internal sealed class TcdIrc : ILineFormat
{
    private const string BadgeSigns = "~&@%+$!*";

    public ChatFormat Format => ChatFormat.TcdIrc;

    public ChatRecord Read(string line)
    {
        int open = line.StartsWith('[') ? line.IndexOf("] <", StringComparison.Ordinal) : -1;
        int close = open < 0 ? -1 : line.IndexOf('>', open + 3);
        if (close < 0 || !ChatTime.TryParseClock(line.AsSpan(1, open - 1), out TimeSpan time))
            return ChatRecord.Unparsable();

        string name = line[(open + 3)..close].TrimStart();
        if (name.Length > 1 && BadgeSigns.Contains(name[0], StringComparison.Ordinal))
            name = name[1..];
        return name.Length == 0 ? ChatRecord.Unparsable() : ChatRecord.Comment(ChatTime.SinceStart(time), name, line[(close + 1)..]);
    }
}
