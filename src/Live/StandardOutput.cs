using System.Runtime.InteropServices;

namespace Twitch.Live;

/// <summary>Nobody reads our output any more, as after <c>twitch … | head</c>.</summary>
public sealed class BrokenPipeException() : IOException("the reader of the output is gone");

/// <summary>File descriptor 1, unbuffered. The console's own stream drops what a closed pipe does not take and says nothing, so a
/// program that comments on a whole recording would never learn that it may stop; a file stream would not move the offset
/// that it shares with other programs.</summary>
internal sealed unsafe partial class StandardOutput : Stream
{
    private const int Descriptor = 1, Interrupted = 4 /* EINTR */, WouldBlock = 11 /* EAGAIN */, BrokenPipe = 32 /* EPIPE */;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            nint written;
            fixed (byte* start = buffer)
                written = WriteTo(Descriptor, start, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case WouldBlock:    // somebody made the pipe non-blocking
                    Thread.Sleep(1);
                    continue;
                case BrokenPipe:
                    throw new BrokenPipeException();
                case int other:
                    throw new TwitchException($"standard output: cannot be written: {Marshal.GetPInvokeErrorMessage(other)}.", ExitCode.Failed);
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint WriteTo(int descriptor, byte* buffer, nint count);
}
