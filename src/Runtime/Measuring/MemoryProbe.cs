using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Twitch.Runtime;

/// <summary>How fast one thread reads as many bytes as a step of the decoder must: no step can be faster than its weights arrive.</summary>
public sealed unsafe class MemoryProbe : IDisposable
{
    private const int Line = 64, Unroll = 4 * 32;    // bytes of a cache line, and of one turn of the loop: four registers

    private float* _buffer;
    private float _sum;

    /// <summary>Takes memory to read.</summary>
    /// <param name="bytes">Bytes, at least 1; the caches that the weights fit into hold these too.</param>
    public MemoryProbe(long bytes)
    {
        ByteCount = (bytes + Unroll - 1) / Unroll * Unroll;
        _buffer = (float*)NativeMemory.AlignedAlloc((nuint)ByteCount, Line);    // a load across two lines takes twice as long
        for (long i = 0; i < ByteCount / sizeof(float); i++)
            _buffer[i] = 1;    // pages that were never written are all the same one
    }

    /// <summary>Bytes that a pass reads.</summary>
    public long ByteCount { get; }

    /// <summary>Reads everything once.</summary>
    /// <returns>The time it took.</returns>
    public TimeSpan Read()
    {
        ObjectDisposedException.ThrowIf(_buffer is null, this);
        long start = Stopwatch.GetTimestamp();
        _sum += Sum(_buffer, (float*)((byte*)_buffer + ByteCount));    // a sum that is kept cannot be left out
        return Stopwatch.GetElapsedTime(start);
    }

    // Alone in a method, so that the four sums stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Sum(float* at, float* end)
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        for (; at < end; at += Unroll / sizeof(float))
        {
            a += Vector256.LoadAligned(at);
            b += Vector256.LoadAligned(at + 8);
            c += Vector256.LoadAligned(at + 16);
            d += Vector256.LoadAligned(at + 24);
        }
        return Vector256.Sum(a + b + (c + d));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_buffer);
        _buffer = null;
    }
}
