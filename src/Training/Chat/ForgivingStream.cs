namespace Twitch.Training.Chat;

/// <summary>Ends where the stream beneath it breaks, and remembers why: a truncated archive is used as far as it goes.</summary>
/// <remarks>Does not close the stream beneath it. A broken disk looks the same as a broken archive.</remarks>
internal sealed class ForgivingStream(Stream inner) : Stream
{
    /// <summary>Why the stream ended early; null if it did not.</summary>
    public string? Damage { get; private set; }

    /// <summary>Bytes read so far.</summary>
    public long ReadCount { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        if (Damage is not null)
            return 0;
        try
        {
            int count = inner.Read(buffer);
            ReadCount += count;
            return count;
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            Damage = e.Message;
            return 0;
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Reads to the end and tells how many bytes that were.</summary>
    public long Drain()
    {
        byte[] block = new byte[1 << 16];
        long before = ReadCount;
        while (Read(block) > 0)
        {
        }

        return ReadCount - before;
    }
}
