using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Twitch.Media;

/// <summary>Takes the samples that ffmpeg writes, so that it never waits for somebody who waits for a picture.</summary>
internal sealed class SoundPipe : IDisposable
{
    private const int BlockBytes = 1 << 15, MostBlocks = 1024;    // 32 MiB: nine minutes at 16 kHz

    private readonly Stream _stream;
    private readonly BlockingCollection<(byte[] Bytes, int Count)> _blocks = new(MostBlocks);
    private readonly CancellationTokenSource _closed = new();
    private readonly Thread _thread;
    private byte[] _block = [];
    private int _begin, _end;

    /// <summary>Starts taking.</summary>
    /// <param name="stream">What ffmpeg writes, f32le; closed at the end.</param>
    public SoundPipe(Stream stream)
    {
        _stream = stream;
        _thread = new Thread(Run, maxStackSize: 256 << 10) { IsBackground = true, Name = "sound" };
        _thread.Start();
    }

    /// <summary>Gives the next samples; waits for them.</summary>
    /// <returns>False if the stream ends before that.</returns>
    public bool Read(Span<float> samples)
    {
        Span<byte> wanted = MemoryMarshal.AsBytes(samples);
        while (!wanted.IsEmpty)
        {
            if (_begin == _end && !Next())
                return false;
            int count = Math.Min(wanted.Length, _end - _begin);
            _block.AsSpan(_begin, count).CopyTo(wanted);
            _begin += count;
            wanted = wanted[count..];
        }
        return true;
    }

    /// <summary>Nobody takes more sound.</summary>
    public void Stop() => _closed.Cancel();

    /// <summary>Takes no more; waits until nothing of it runs. ffmpeg must have ended, and nobody reads.</summary>
    public void Dispose()
    {
        Stop();
        _thread.Join();
        _closed.Dispose();
        _blocks.Dispose();
    }

    private bool Next()
    {
        try
        {
            if (!_blocks.TryTake(out (byte[] Bytes, int Count) block, Timeout.Infinite, _closed.Token))
                return false;
            (_block, _begin, _end) = (block.Bytes, 0, block.Count);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                var block = new byte[BlockBytes];
                int count = _stream.Read(block);
                if (count == 0)
                    break;
                _blocks.Add((block, count), _closed.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // nobody wants more, or ffmpeg was ended
        }
        _stream.Dispose();
        _blocks.CompleteAdding();
    }
}
