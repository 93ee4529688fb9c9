namespace Twitch.Training.Chat.Readers;

/// <summary><c>[0:00:10,123] &lt;Bob&gt; hi</c>; a badge sign may stand before the name. <c>/me</c> is <c>[0:00:10] *Bob dances]</c>.</summary>
/// <remarks>The time is an offset (<c>1 day, 0:00:10</c> after a day), or a date and time of day in the form of the computer's country.</remarks>
internal sealed class TcdIrc : ILineFormat
{
    /// <summary>Why a line whose time is a day alone is no comment.</summary>
    public const string DateAlone = "a date without a time of day";

    private const string BadgeSigns = "~&@%+$!*";

    private readonly LocalDates _dates = new();

    public ChatFormat Format => ChatFormat.TcdIrc;

    public string? Note => _dates.Note;

    public ChatRecord Read(string line)
    {
        int open = line.StartsWith('[') ? line.IndexOf("] ", StringComparison.Ordinal) : -1;
        if (open < 0 || open + 2 == line.Length || line[open + 2] is not ('<' or '*'))
            return ChatRecord.Unparsable();
        bool action = line[open + 2] == '*';
        int close = line.IndexOf(action ? ' ' : '>', open + 3);
        if (close < 0)
            return ChatRecord.Unparsable();
        string brackets = line[1..open];
        if (Time(brackets) is not { } time)
            return ChatRecord.Unparsable(LocalDates.IsDateAlone(brackets) ? DateAlone : "");

        string name = line[(open + 3)..close].TrimStart();
        if (name.Length > 1 && BadgeSigns.Contains(name[0], StringComparison.Ordinal))
            name = name[1..];
        string text = line[(close + 1)..];
        if (action && text.EndsWith(']'))
            text = text[..^1];    // tcd's own format has one too many
        return name.Length == 0 ? ChatRecord.Unparsable() : ChatRecord.Comment(time, name, text);
    }

    private ChatTime? Time(string text) => ChatTime.TryParseDays(text, out TimeSpan clock) ? ChatTime.SinceStart(clock)
        : ChatTime.TryParseDate(text, out ChatTime date) || ChatTime.TryParseUnix(text, out date) || _dates.TryParse(text, out date) ? date : null;
}
