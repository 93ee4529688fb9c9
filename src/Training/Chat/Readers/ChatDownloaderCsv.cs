using System.Globalization;
using System.Text;

namespace Twitch.Training.Chat.Readers;

/// <summary>A header that names the columns, then a row per comment (RFC 4180: quoted fields may span lines).</summary>
internal sealed class ChatDownloaderCsv : IChatReader
{
    // A quote that is never closed would swallow the rest of the log; beyond this its line is counted as unparsable and reading goes on after it.
    private const int MaxRowLines = 100, MaxRowLength = 1 << 18;

    private Queue<(long Number, string Line)> _again = new();

    public ChatFormat Format => ChatFormat.ChatDownloaderCsv;

    /// <summary>Whether a line names the columns of a chat log.</summary>
    public static bool IsHeader(string line) => Columns.From(Fields(line)) is { Message: >= 0, HasTime: true };

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        using var lines = new ChatLines(utf8);
        Columns columns = Columns.From(Fields(lines.Next() ?? ""));
        while (NextLine(lines) is { } first)
        {
            (string row, bool whole) = Row(first, lines);
            List<string> fields = whole ? Fields(row) : [];
            collector.Add(first.Number, columns.Read(fields), first.Line);
        }
    }

    private (string Row, bool Whole) Row((long Number, string Line) first, ChatLines lines)
    {
        if (!OpensQuote(first.Line, false))
            return (first.Line, first.Line.Length < ChatLines.MaxLength);
        var row = new StringBuilder(first.Line);
        var swallowed = new List<(long, string)>();
        bool open = true;
        while (open && swallowed.Count < MaxRowLines && row.Length < MaxRowLength && AnyLine(lines) is { } next)
        {
            swallowed.Add(next);
            row.Append('\n').Append(next.Line);
            open = OpensQuote(next.Line, open);
        }

        if (!open)
            return (row.ToString(), true);
        _again = new(swallowed.Concat(_again));
        return ("", false);
    }

    private (long Number, string Line)? NextLine(ChatLines lines)
    {
        while (AnyLine(lines) is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line.Line))
                return line;
        }

        return null;
    }

    private (long Number, string Line)? AnyLine(ChatLines lines) =>
        _again.TryDequeue(out (long, string) line) ? line : lines.Read() is { } read ? (lines.Number, read) : null;

    // Doubled quotes cancel out, so the count alone tells whether a quoted field goes on.
    private static bool OpensQuote(string line, bool open) => open ^ (line.AsSpan().Count('"') % 2 == 1);

    private static List<string> Fields(string row)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < row.Length; i++)
        {
            char c = row[i];
            if (c == ',' && !quoted)
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

    /// <summary>Which column holds what; −1 if none does.</summary>
    private readonly record struct Columns(int Seconds, int Clock, int Timestamp, int Message, int Type, int Login, int Name, int Count)
    {
        public bool HasTime => Seconds >= 0 || Clock >= 0 || Timestamp >= 0;

        public static Columns From(List<string> header)
        {
            int Find(params ReadOnlySpan<string> names)
            {
                foreach (string name in names)
                {
                    int column = header.FindIndex(cell => cell.Trim().Trim('\uFEFF').Equals(name, StringComparison.OrdinalIgnoreCase));
                    if (column >= 0)
                        return column;
                }

                return -1;
            }

            return new(Find("time_in_seconds"), Find("time_text"), Find("timestamp"), Find("message"), Find("message_type"),
                Find("author.name", "author_name", "author"), Find("author.display_name", "author_display_name"), header.Count);
        }

        public ChatRecord Read(List<string> row)
        {
            if (row.Count != Count)
                return ChatRecord.Unparsable(row.Count == 0 ? "a quote is never closed" : $"{row.Count} columns, the header has {Count}");
            string Cell(int column) => column < 0 ? "" : row[column];
            if (Cell(Type) is not ("" or "text_message" or "paid_message" or "highlighted_message" or "skip_subs_mode_message"))
                return ChatRecord.Notice;
            return Time(Cell(Seconds), Cell(Clock), Cell(Timestamp)) is { } found
                ? new(RecordKind.Comment, found, Cell(Login), Cell(Name).Length > 0 ? Cell(Name) : Cell(Login), Cell(Message))
                : ChatRecord.Unparsable("a row without a time");
        }

        private static ChatTime? Time(string seconds, string clock, string timestamp)
        {
            if (Number(seconds) is { } offset)
                return ChatTime.FromSeconds(offset);
            if (ChatTime.TryParseClock(clock, out TimeSpan time))
                return ChatTime.SinceStart(time);
            return Number(timestamp) is { } unix ? ChatTime.FromUnix(unix) : null;
        }

        private static double? Number(string text) =>
            double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
    }
}
