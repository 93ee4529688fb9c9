using System.Text;

namespace Twitch.Training.Chat.Readers;

/// <summary>A header that names the columns, then a row per comment (RFC 4180: quoted fields may span lines), with commas, semicolons or tabs between.</summary>
/// <remarks>Columns are told by the names that chat-downloader and other tools give them. Without a header, the columns are time, name and text, as tcd writes.</remarks>
internal sealed class ChatDownloaderCsv(char separator = ',', bool hasHeader = true) : IChatReader
{
    // A quote that is never closed would swallow the rest of the log; beyond this its line is counted as unparsable and reading goes on after it.
    private const int MaxRowLines = 100, MaxRowLength = 1 << 18;

    private Queue<RowLine> _again = new();

    private readonly record struct RowLine(long Number, string Text, bool Broken);

    public ChatFormat Format => ChatFormat.ChatDownloaderCsv;

    /// <summary>The reader of a log whose first lines are a CSV's; null if they are not.</summary>
    public static ChatDownloaderCsv? Of(IReadOnlyList<string> lines)
    {
        foreach (char separator in ",;\t")
        {
            if (CsvColumns.From(Fields(lines[0], separator)) is { IsUsable: true })
                return new(separator);
        }

        foreach (char separator in ",;\t")
        {
            if (lines.Count(line => CsvColumns.WithoutHeader.Read(Three(line, separator)).Kind == RecordKind.Comment) * 2 > lines.Count)
                return new(separator, hasHeader: false);
        }

        return null;
    }

    /// <summary>How many columns a line has that looks like a header; 0 if it does not.</summary>
    public static int HeaderColumns(string line) => ",;\t".Select(separator => Fields(line, separator))
        .Where(fields => fields.Count >= 2 && fields.All(field => field.Length is > 0 and <= 40 && char.IsLetter(field.Trim(' ', '\uFEFF').FirstOrDefault())))
        .Select(fields => fields.Count).DefaultIfEmpty().Max();

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        using var lines = new ChatLines(utf8);
        CsvColumns columns = hasHeader ? CsvColumns.From(Fields(NextLine(lines)?.Text ?? "", separator)) : CsvColumns.WithoutHeader;
        while (NextLine(lines) is { } first)
        {
            (string row, bool whole) = Row(first, lines);
            ChatRecord record = first.Broken ? ChatRecord.Unparsable("zero bytes stand in the row") : columns.Read(!whole ? [] : hasHeader ? Fields(row, separator) : Three(row, separator));
            collector.Add(first.Number, record, first.Text);
        }

        if (lines.Damage is { } damage)
            collector.Note(damage);
    }

    private (string Row, bool Whole) Row(RowLine first, ChatLines lines)
    {
        if (first.Broken || !hasHeader || !OpensQuote(first.Text, false))
            return (first.Text, first.Text.Length < ChatLines.MaxLength);
        var row = new StringBuilder(first.Text);
        var swallowed = new List<RowLine>();
        bool open = true;
        while (open && swallowed.Count < MaxRowLines && row.Length < MaxRowLength && AnyLine(lines) is { } next)
        {
            swallowed.Add(next);
            if (next.Broken)
                break;
            row.Append('\n').Append(next.Text);
            open = OpensQuote(next.Text, open);
        }

        if (!open)
            return (row.ToString(), true);
        _again = new(swallowed.Concat(_again));
        return ("", false);
    }

    private RowLine? NextLine(ChatLines lines)
    {
        while (AnyLine(lines) is { } line)
        {
            if (line.Broken || !string.IsNullOrWhiteSpace(line.Text))
                return line;
        }

        return null;
    }

    private RowLine? AnyLine(ChatLines lines) =>
        _again.TryDequeue(out RowLine line) ? line : lines.Read() is { } read ? new(lines.Number, read, lines.WasBroken) : null;

    // Doubled quotes cancel out, so the count alone tells whether a quoted field goes on.
    private static bool OpensQuote(string line, bool open) => open ^ (line.AsSpan().Count('"') % 2 == 1);

    // tcd puts quotes around the text and none before those within it.
    private static List<string> Three(string row, char separator)
    {
        string[] fields = row.Split(separator, 3);
        if (fields.Length == 3 && fields[2].Trim() is ['"', .. var text, '"'])
            fields[2] = text.Replace("\"\"", "\"", StringComparison.Ordinal);
        return [.. fields];
    }

    private static List<string> Fields(string row, char separator)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < row.Length; i++)
        {
            char c = row[i];
            if (c == separator && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (c != '"')
            {
                field.Append(c);
            }
            else if (quoted && i + 1 < row.Length && row[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else
            {
                quoted = !quoted;
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
