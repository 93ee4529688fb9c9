using System.IO.Compression;
using System.Text;
using Twitch.Training.Chat;

namespace Twitch.Training.Tests.Chat;

/// <summary>Measures the whole process's memory, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(ChatStreamingTests), DisableParallelization = true)]
[Collection(nameof(ChatStreamingTests))]
public sealed class ChatStreamingTests
{
    private const int Repeats = 300, BlockRecords = 512;

    [Theory]
    [InlineData(ChatFormat.TwitchDownloaderJson, true)]
    [InlineData(ChatFormat.TwitchDownloaderJson, false)]
    [InlineData(ChatFormat.TwitchDownloaderHtml, false)]
    [InlineData(ChatFormat.TwitchDownloaderText, false)]
    public void A_large_log_passes_through_without_staying_in_memory(ChatFormat format, bool packed)
    {
        Stream large = new RepeatedStream(Parts(format));
        if (packed)
            large = Packed(large);
        using var watched = new WatchedStream(large);

        ChatLogResult result = ChatLog.Read(watched, "large", new());

        Assert.Equal(format, result.Report.Format);
        Assert.Equal(Repeats, result.Comments.Count);
        Assert.True(result.Report.RecordCount >= BlockRecords * Repeats);
        Assert.True(watched.SampleCount > 3, $"memory was measured {watched.SampleCount} times");
        Assert.InRange(watched.LargestGrowth, long.MinValue, 4 << 20);
    }

    // About 30 MB: one comment in 512 is kept, the others are a bot's.
    private static (string Start, string Block, string End) Parts(ChatFormat format) => format switch
    {
        ChatFormat.TwitchDownloaderJson => ("{\"comments\":[", Block(i =>
            $"{{\"content_offset_seconds\":{i},\"commenter\":{{\"display_name\":\"{Name(i)}\",\"name\":\"{Name(i)}\"}},\"message\":{{\"body\":\"hello {i * 7919}\",\"fragments\":[{{\"text\":\"hello {i * 7919}\"}}]}}}},"), "null],\"video\":{\"start\":0}}"),
        ChatFormat.TwitchDownloaderHtml => ("<html>", Block(i =>
            $"<pre class=\"comment-root\">[0:00:10] <a href=\"x\"><span class=\"comment-author\">{Name(i)}</span></a><span class=\"comment-message\">: hello there</span></pre>"), "</html>"),
        _ => ("", Block(i => $"[0:00:10] {Name(i)}: hello there, {new string('x', 150)}\n"), ""),
    };

    private static string Block(Func<int, string> record) => string.Concat(Enumerable.Range(0, BlockRecords).Select(record));

    private static MemoryStream Packed(Stream stream)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            stream.CopyTo(gzip);
        packed.Position = 0;
        return packed;
    }

    private static string Name(int i) => i == 0 ? "amy" : "nightbot";

    private abstract class ForwardStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    /// <summary>A start, a block many times, an end; made while it is read.</summary>
    private sealed class RepeatedStream((string Start, string Block, string End) parts) : ForwardStream
    {
        private readonly byte[] _block = Encoding.UTF8.GetBytes(parts.Block), _end = Encoding.UTF8.GetBytes(parts.End);
        private byte[] _part = Encoding.UTF8.GetBytes(parts.Start);
        private int _position, _partNumber;

        public override int Read(Span<byte> buffer)
        {
            while (_position == _part.Length && _partNumber <= Repeats)
                (_part, _position, _partNumber) = (_partNumber < Repeats ? _block : _end, 0, _partNumber + 1);
            int count = Math.Min(buffer.Length, _part.Length - _position);
            _part.AsSpan(_position, count).CopyTo(buffer);
            _position += count;
            return count;
        }
    }

    /// <summary>Measures what is alive every quarter megabyte or, of a log that is not packed, every four.</summary>
    private sealed class WatchedStream(Stream inner) : ForwardStream
    {
        private readonly long _before = GC.GetTotalMemory(forceFullCollection: true);
        private readonly long _step = inner is MemoryStream ? 1 << 18 : 1 << 22;
        private long _read, _next = 1 << 18;

        public long LargestGrowth { get; private set; } = long.MinValue;

        public int SampleCount { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            if (_read >= _next)
            {
                _next += _step;
                SampleCount++;
                LargestGrowth = Math.Max(LargestGrowth, GC.GetTotalMemory(forceFullCollection: true) - _before);
            }

            int count = inner.Read(buffer);
            _read += count;
            return count;
        }
    }
}
