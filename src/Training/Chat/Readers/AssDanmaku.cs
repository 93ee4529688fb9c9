using System.Text.RegularExpressions;

namespace Twitch.Training.Chat.Readers;

/// <summary><c>Dialogue: 0,0:00:10.00,0:00:18.00,Style,Name,0,0,0,,{\move(…)}text</c> lines of (Advanced) SubStation Alpha, each a comment said at its start.</summary>
/// <remarks>What a <c>Format:</c> line of the events says goes before the usual columns. Overrides in braces are no text, drawings are no comments.</remarks>
internal sealed partial class AssDanmaku : ILineFormat
{
    // What is longer is no comment that anybody marked up; to look for overrides in it would take long.
    private const int MostMarked = 20_000;

    private int _start = 1, _name = 4, _text = 9;
    private bool _inEvents;

    public ChatFormat Format => ChatFormat.AssDanmaku;

    /// <summary>Whether a log begins as these do.</summary>
    public static bool IsFormatOf(string head) => Beginning().IsMatch(head);

    public ChatRecord Read(string line)
    {
        line = line.Trim();
        if (line.StartsWith('['))
            _inEvents = line.Equals("[Events]", StringComparison.OrdinalIgnoreCase);
        if (line.StartsWith("Format:", StringComparison.OrdinalIgnoreCase) && _inEvents)
            ReadColumns(line);
        if (!line.StartsWith("Dialogue:", StringComparison.OrdinalIgnoreCase))
            return Header().IsMatch(line) ? ChatRecord.Notice : ChatRecord.Unparsable();

        string[] fields = line["Dialogue:".Length..].Split(',', _text + 1);
        if (fields.Length <= _text || !ChatTime.TryParseClock(fields[_start], out TimeSpan time))
            return ChatRecord.Unparsable("an event without a time or a text");
        string text = fields[_text], name = _name < 0 ? "" : fields[_name].Trim();
        if (text.Length > MostMarked)
            return ChatRecord.Comment(ChatTime.SinceStart(time), name, text);
        if (Drawing().IsMatch(text))
            return ChatRecord.Notice;
        text = Override().Replace(text, "").Replace(@"\N", " ", StringComparison.Ordinal).Replace(@"\n", " ", StringComparison.Ordinal).Replace(@"\h", " ", StringComparison.Ordinal)
            .Replace(@"\{", "{", StringComparison.Ordinal).Replace(@"\}", "}", StringComparison.Ordinal).Trim();
        // Some show the name before the text as well.
        if (name.Length > 0 && text.StartsWith(name, StringComparison.Ordinal) && text.Length > name.Length && text[name.Length] is ' ' or ':')
            text = text[(name.Length + 1)..];
        return ChatRecord.Comment(ChatTime.SinceStart(time), name, text);
    }

    private void ReadColumns(string line)
    {
        string[] columns = [.. line["Format:".Length..].Split(',').Select(column => column.Trim().ToUpperInvariant())];
        (int start, int text) = (Array.IndexOf(columns, "START"), Array.IndexOf(columns, "TEXT"));
        if (start < 0 || text != columns.Length - 1)
            return;    // the text holds commas, so it is always last
        (_start, _name, _text) = (start, Math.Max(Array.IndexOf(columns, "NAME"), Array.IndexOf(columns, "ACTOR")), text);
    }

    [GeneratedRegex(@"^\s*(?:;.*\n\s*)*\[(?:Script Info|V4\+? Styles|Events)\]|^\s*Dialogue:", RegexOptions.IgnoreCase)]
    private static partial Regex Beginning();

    [GeneratedRegex(@"^(?:\[[^\]]*\]|;.*|!:.*|[A-Za-z][\w ]{0,40}:.*)$")]
    private static partial Regex Header();

    [GeneratedRegex(@"\{[^}]*\\p[1-9]")]
    private static partial Regex Drawing();

    [GeneratedRegex(@"(?<!\\)\{[^}]*\}")]
    private static partial Regex Override();
}
