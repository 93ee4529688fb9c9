namespace Twitch.Serving.Net;

/// <summary>A connection to a web server whose answer may begin as a SHOUTcast server's does, <c>ICY 200 OK</c>: that is HTTP/1.0 under another name.</summary>
internal sealed class IcyStream(Stream server) : Stream
{
    private Memory<byte>? _begin;    // what is left of the first bytes; null before they have come

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> begin = _begin ?? await BeginAsync(cancellationToken);
        if (begin.IsEmpty)
            return await server.ReadAsync(buffer, cancellationToken);
        int count = Math.Min(buffer.Length, begin.Length);
        begin[..count].CopyTo(buffer);
        _begin = begin[count..];
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => server.WriteAsync(buffer, cancellationToken);

    public override Task FlushAsync(CancellationToken cancellationToken) => server.FlushAsync(cancellationToken);

    public override void Flush() => server.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            server.Dispose();
        base.Dispose(disposing);
    }

    private async Task<Memory<byte>> BeginAsync(CancellationToken cancellation)
    {
        var first = new byte["ICY "u8.Length];
        int count = await server.ReadAtLeastAsync(first, first.Length, throwOnEndOfStream: false, cancellation);
        _begin = first.AsSpan(0, count).SequenceEqual("ICY "u8) ? "HTTP/1.0 "u8.ToArray() : first.AsMemory(0, count);
        return _begin.Value;
    }
}
