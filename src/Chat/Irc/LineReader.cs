using System.Text;

namespace Twitch.Chat.Irc;

/// <summary>Lines from a server, each ended by LF or CRLF. A line that is too long is skipped and counted.</summary>
/// <param name="stream">Read from one reader at a time; not disposed.</param>
/// <param name="maxBytes">The longest line, its end not counted.</param>
internal sealed class LineReader(Stream stream, int maxBytes)
{
    private readonly byte[] _buffer = new byte[maxBytes + 2];
    private int _start, _end;
    private bool _skipping;

    /// <summary>Lines that were too long.</summary>
    public long SkippedCount { get; private set; }

    /// <summary>The next line without its end; null when the stream is over. Bytes that are no UTF-8 become U+FFFD.</summary>
    public async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        int scanned = 0;    // bytes after _start that hold no LF
        while (true)
        {
            int lf = _buffer.AsSpan(_start + scanned, _end - _start - scanned).IndexOf((byte)'\n');
            if (lf >= 0)
            {
                ReadOnlyMemory<byte> line = _buffer.AsMemory(_start, scanned + lf);
                _start += line.Length + 1;
                scanned = 0;
                if (!_skipping)
                    return Encoding.UTF8.GetString(line.Span.TrimEnd((byte)'\r'));
                _skipping = false;
                continue;
            }
            scanned = _end - _start;
            if (_start > 0)
                _buffer.AsSpan(_start, scanned).CopyTo(_buffer);
            (_start, _end) = (0, scanned);
            if (_end == _buffer.Length)
            {
                if (!_skipping)
                    SkippedCount++;
                _skipping = true;
                (_end, scanned) = (0, 0);
            }
            int read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
            if (read == 0)
                return null;
            _end += read;
        }
    }
}
