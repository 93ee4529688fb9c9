using System.Text;
using System.Text.RegularExpressions;
using Twitch.Training.Chat.Readers;

namespace Twitch.Training.Chat;

/// <summary>Tells a log's format from its first bytes.</summary>
internal static partial class FormatDetector
{
    private const int LinesLookedAt = 400;

    /// <summary>The reader of the log's format.</summary>
    /// <param name="head">The log's first bytes, unpacked, as UTF-8.</param>
    /// <param name="source">The log's path, for messages.</param>
    /// <exception cref="TwitchException">The log is empty, has no times, or is of no known format.</exception>
    public static IChatReader Detect(byte[] head, string source)
    {
        if (Archive(head) is { } archive)
            throw new TwitchException($"{source}: this is a {archive} archive; unpack it first (only gzip is unpacked here).");
        if (Lookalike.NoChat(head) is { } other)
            throw new TwitchException($"{source}: this is {other}.");
        string whole = Encoding.UTF8.GetString(head), text = whole.TrimStart('\uFEFF', '\0', ' ', '\r', '\n', '\t');
        if (text.Length == 0)
            throw new TwitchException($"{source}: the log is empty; give a log that has chat in it.");

        string[] lines = [.. text.Split('\n', '\0').Select(line => line.TrimEnd('\r')).Where(line => !string.IsNullOrWhiteSpace(line)).Take(LinesLookedAt)];
        return Document(text, lines) ?? Lines(lines) ?? throw new TwitchException($"{source}: {Unknown(whole, lines)}");
    }

    private static IChatReader? Document(string text, string[] lines)
    {
        if (text[0] == '{')
        {
            return YtDlpLiveChat.IsFormatOf(lines[0]) ? new LineReader(new YtDlpLiveChat())
                : JsonLines.IsFormatOf(text) ? new LineReader(new JsonLines())
                : new JsonDocument(ChatFormat.TwitchDownloaderJson);
        }

        if (JsonArray().IsMatch(text))
            return new JsonDocument(ChatFormat.ChatDownloaderJson);
        if (text[0] == '<')
        {
            if (HtmlStart().IsMatch(text) || text.Contains("comment-root", StringComparison.Ordinal))
                return new TwitchDownloaderHtml();
            if (XmlStart().IsMatch(text))
                return new BilibiliXml();
        }

        if (AssDanmaku.IsFormatOf(text))
            return new LineReader(new AssDanmaku());
        return Subtitles.Of(text) ?? (IChatReader?)ChatDownloaderCsv.Of(lines);
    }

    // Every format of lines reads the first ones; who understands most comments has it, notices decide among equals, then this order.
    private static LineReader? Lines(string[] lines)
    {
        ILineFormat[] formats = [new RawIrc(), new TcdIrc(), new Chatterino(), new TwitchDownloaderText(), new ChatDownloaderText(), new TimedText()];
        (ILineFormat Format, long Score) best = formats.Select(format => (format, Score(format, lines))).MaxBy(each => each.Item2);
        if (best.Score == 0 || (best.Score < LinesLookedAt && Lookalike.OfMost(lines) is not null))
            return null;    // a few notices alone are no format
        return new LineReader(best.Format is Chatterino ? new Chatterino() : best.Format);   // a fresh one: it remembers the day
    }

    private static long Score(ILineFormat format, string[] lines)
    {
        long score = 0;
        foreach (string line in lines)
            score += format.Read(line).Kind switch { RecordKind.Comment => LinesLookedAt + 1, RecordKind.Notice => 1, _ => 0 };
        return score;
    }

    private static string Unknown(string text, string[] lines)
    {
        if (Lookalike.OfMost(lines) is { } found)
        {
            return $"this resembles {found.What.Format} most, but it stops at line {LineOf(text, lines[found.Line])} ({CommentText.Shape(lines[found.Line])}), " +
                $"where stands {found.What.Found}; {found.What.Remedy}";
        }

        if (ChatDownloaderCsv.HeaderColumns(lines[0]) is > 1 and int columns)
        {
            return $"this resembles CSV most, but its header in line {LineOf(text, lines[0])} names {columns} columns and none of them a time and a text that are known; " +
                "call them time, name and message.";
        }

        return $"no known chat log format; it stops at line {LineOf(text, lines[0])} ({CommentText.Shape(lines[0])}). Known are " +
            string.Join(", ", Enum.GetValues<ChatFormat>().Select(format => format.Name())) + ", each also packed with gzip.";
    }

    private static int LineOf(string text, string line) => 1 + text.AsSpan(0, Math.Max(0, text.IndexOf(line, StringComparison.Ordinal))).Count('\n');

    private static string? Archive(ReadOnlySpan<byte> head) => head switch
    {
        [(byte)'P', (byte)'K', 3, 4, ..] => "zip",
        [0x28, 0xB5, 0x2F, 0xFD, ..] => "Zstandard",
        [0x37, 0x7A, 0xBC, 0xAF, ..] => "7z",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
        [0xFD, (byte)'7', (byte)'z', (byte)'X', ..] => "xz",
        _ => null,
    };

    [GeneratedRegex(@"^\[\s*(\{|\]|null\b|$)")]
    private static partial Regex JsonArray();

    [GeneratedRegex(@"^<(!doctype\s+html|html\b|pre\b)", RegexOptions.IgnoreCase)]
    private static partial Regex HtmlStart();

    [GeneratedRegex(@"^<(\?xml|i>|i\s|d\s+p=|!--)", RegexOptions.IgnoreCase)]
    private static partial Regex XmlStart();
}
