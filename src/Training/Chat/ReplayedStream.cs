namespace Twitch.Training.Chat;

/// <summary>Some bytes that were read already, then the rest of the stream they came from, which is not closed.</summary>
internal sealed class ReplayedStream(byte[] head, Stream rest) : Stream
{
    private int _position;

    /// <summary>The last four bytes that were given out as a number, lowest first: at the end of gzip, the unpacked length.</summary>
    public uint LastFour { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        int count = ReadNext(buffer);
        foreach (byte b in buffer[Math.Max(0, count - 4)..count])
            LastFour = LastFour >> 8 | (uint)b << 24;
        return count;
    }

    private int ReadNext(Span<byte> buffer)
    {
        if (_position == head.Length)
            return rest.Read(buffer);
        int count = Math.Min(buffer.Length, head.Length - _position);
        head.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
