using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Twitch.Benchmarks;

/// <summary>How fast one thread multiplies and adds numbers that are in its registers: no product of matrices can be faster.</summary>
public static class ArithmeticProbe
{
    private const int Registers = 10;    // in flight: enough to hide the latency of four or five cycles on two units

    /// <summary>Multiplies and adds float32 numbers, as many at once as the processor's registers hold.</summary>
    /// <param name="count">How many times.</param>
    /// <returns>A sum that must be kept.</returns>
    public static float MultiplyAdd(long count) => Vector512.IsHardwareAccelerated ? Of512(count) : Of256(count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Of512(long count)
    {
        Vector512<float> x = Vector512.Create(0.999f), y = Vector512.Create(0.001f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
        for (long left = count / (Registers * Vector512<float>.Count); left > 0; left--)
        {
            a = Vector512.FusedMultiplyAdd(a, x, y);
            b = Vector512.FusedMultiplyAdd(b, x, y);
            c = Vector512.FusedMultiplyAdd(c, x, y);
            d = Vector512.FusedMultiplyAdd(d, x, y);
            e = Vector512.FusedMultiplyAdd(e, x, y);
            f = Vector512.FusedMultiplyAdd(f, x, y);
            g = Vector512.FusedMultiplyAdd(g, x, y);
            h = Vector512.FusedMultiplyAdd(h, x, y);
            i = Vector512.FusedMultiplyAdd(i, x, y);
            j = Vector512.FusedMultiplyAdd(j, x, y);
        }
        return Vector512.Sum(a + b + (c + d) + (e + f) + (g + h) + (i + j));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static float Of256(long count)
    {
        Vector256<float> x = Vector256.Create(0.999f), y = Vector256.Create(0.001f);
        Vector256<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
        for (long left = count / (Registers * Vector256<float>.Count); left > 0; left--)
        {
            a = Vector256.FusedMultiplyAdd(a, x, y);
            b = Vector256.FusedMultiplyAdd(b, x, y);
            c = Vector256.FusedMultiplyAdd(c, x, y);
            d = Vector256.FusedMultiplyAdd(d, x, y);
            e = Vector256.FusedMultiplyAdd(e, x, y);
            f = Vector256.FusedMultiplyAdd(f, x, y);
            g = Vector256.FusedMultiplyAdd(g, x, y);
            h = Vector256.FusedMultiplyAdd(h, x, y);
            i = Vector256.FusedMultiplyAdd(i, x, y);
            j = Vector256.FusedMultiplyAdd(j, x, y);
        }
        return Vector256.Sum(a + b + (c + d) + (e + f) + (g + h) + (i + j));
    }
}
