using System.IO.Compression;
using System.Text;

namespace Twitch.Training.Chat;

/// <summary>Reads chat logs of every format in <see cref="ChatFormat"/>, which is told from the content; gzip is unpacked.</summary>
/// <remarks>A log is read once from front to back; memory grows with the comments that are kept only.</remarks>
public static class ChatLog
{
    // Enough to pass a page's or a document's head; more is read only by the reader that was chosen.
    private const int HeadSize = 1 << 16;

    /// <summary>Reads a log file.</summary>
    /// <param name="path">The log; its extension does not matter.</param>
    /// <param name="options">Where the comments lie in the recording, and which are dropped.</param>
    /// <exception cref="TwitchException">The file cannot be read, is no chat log, has too many unparsable lines, has times that need the
    /// stream's start, or no comment is left.</exception>
    public static ChatLogResult Read(string path, ChatLogOptions options)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
            return Read(file, path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>Reads a log from a stream.</summary>
    /// <param name="stream">The log from its start; read to its end, not closed.</param>
    /// <param name="source">What messages call the log; the report keeps the file name of it.</param>
    /// <param name="options">Where the comments lie in the recording, and which are dropped.</param>
    /// <exception cref="TwitchException">As for a file.</exception>
    public static ChatLogResult Read(Stream stream, string source, ChatLogOptions options)
    {
        options.Validate();
        byte[] head = ReadHead(stream);
        bool packed = head is [0x1F, 0x8B, ..];
        var whole = new ReplayedStream(head, stream);
        var unpacked = new ForgivingStream(packed ? new GZipStream(whole, CompressionMode.Decompress, leaveOpen: true) : whole);
        if (packed)
            head = ReadHead(unpacked);
        Stream text = packed ? new ReplayedStream(head, unpacked) : unpacked;
        if (Utf16(head) is { } encoding)
            text = Encoding.CreateTranscodingStream(text, encoding, Encoding.UTF8, leaveOpen: true);
        head = WithoutMark(ReadHead(text));
        var utf8 = new ForgivingStream(new ReplayedStream(head, text));

        IChatReader reader = FormatDetector.Detect(head, source);
        var collector = new ChatCollector(source, reader.Format, options);
        reader.Read(utf8, collector);
        if (unpacked.Damage is { } damage)
            collector.Note($"the {(packed ? "archive" : "file")} is damaged after {unpacked.ReadCount} bytes ({damage.TrimEnd('.')}); it was used up to there.");
        else if (packed && unpacked.Drain() == 0 && whole.LastFour != (uint)unpacked.ReadCount)
            collector.Note($"the archive was cut, or several were put together: {unpacked.ReadCount} bytes came out, its end says {whole.LastFour}.");
        return collector.Finish();
    }

    private static byte[] ReadHead(Stream stream)
    {
        byte[] head = new byte[HeadSize];
        return head[..stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    private static byte[] WithoutMark(byte[] head) => head is [0xEF, 0xBB, 0xBF, ..] ? head[3..] : head;

    // TwitchDownloader wrote its pages as UTF-16; a log without a mark is UTF-8.
    private static UnicodeEncoding? Utf16(ReadOnlySpan<byte> head) => head switch
    {
        [0xFF, 0xFE, ..] => new UnicodeEncoding(bigEndian: false, byteOrderMark: true),
        [0xFE, 0xFF, ..] => new UnicodeEncoding(bigEndian: true, byteOrderMark: true),
        _ => null,
    };
}
