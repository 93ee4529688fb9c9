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
        string text = Encoding.UTF8.GetString(head).TrimStart('\uFEFF').TrimStart();
        if (text.Trim('\0', ' ', '\r', '\n', '\t').Length == 0)
            throw new TwitchException($"{source}: the log is empty; give a log that has chat in it.");

        return Document(text) ?? Lines(text)
            ?? throw new TwitchException(LooksUntimed(text)
                ? $"{source}: the log has comments without times, so they cannot be matched with the recording; export it again with timestamps."
                : $"{source}: no known chat log format. Known are " +
                  string.Join(", ", Enum.GetValues<ChatFormat>().Select(format => format.Name())) + ", each also packed with gzip.");
    }

    private static IChatReader? Document(string text)
    {
        if (text[0] == '{')
            return JsonLines.IsFormatOf(text) ? new LineReader(new JsonLines()) : new JsonDocument(ChatFormat.TwitchDownloaderJson);
        if (JsonArray().IsMatch(text))
            return new JsonDocument(ChatFormat.ChatDownloaderJson);
        if (text[0] == '<')
        {
            if (HtmlStart().IsMatch(text) || text.Contains("comment-root", StringComparison.Ordinal))
                return new TwitchDownloaderHtml();
            if (XmlStart().IsMatch(text))
                return new BilibiliXml();
        }

        string header = text.Split('\n', 2)[0].TrimEnd('\r');
        return ChatDownloaderCsv.IsHeader(header) ? new ChatDownloaderCsv() : null;
    }

    // Every format of lines reads the first ones; who understands most comments has it, notices decide among equals, then this order.
    private static LineReader? Lines(string text)
    {
        string[] lines = [.. text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => !string.IsNullOrWhiteSpace(line)).Take(LinesLookedAt)];
        ILineFormat[] formats = [new RawIrc(), new TcdIrc(), new Chatterino(), new TwitchDownloaderText(), new ChatDownloaderText()];
        (ILineFormat Format, long Score) best = formats.Select(format => (format, Score(format, lines))).MaxBy(each => each.Item2);
        if (best.Score == 0)
            return null;
        return new LineReader(best.Format is Chatterino ? new Chatterino() : best.Format);   // a fresh one: it remembers the day
    }

    private static long Score(ILineFormat format, string[] lines)
    {
        long score = 0;
        foreach (string line in lines)
            score += format.Read(line).Kind switch { RecordKind.Comment => LinesLookedAt + 1, RecordKind.Notice => 1, _ => 0 };
        return score;
    }

    private static bool LooksUntimed(string text)
    {
        string[] lines = [.. text.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)).Take(LinesLookedAt)];
        return lines.Count(line => NameAndText().IsMatch(line)) * 2 > lines.Length;
    }

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

    [GeneratedRegex(@"^<?@?[\w ()]{1,60}>?: \S|^<[^<>]{1,60}> \S")]
    private static partial Regex NameAndText();
}
