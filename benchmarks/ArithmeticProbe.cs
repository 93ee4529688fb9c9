using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Twitch.Benchmarks;

/// <summary>How fast one thread multiplies and adds numbers that are in its registers: no product of matrices can be faster.</summary>
public static class ArithmeticProbe
{
    private const int Registers = 10;    // in flight: enough to hide the latency of four or five cycles on two units

    /// <summary>Multiplies and adds float32 numbers.</summary>
    /// <param name="count">How many times.</param>
    /// <returns>A sum that must be kept.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static float MultiplyAdd(long count)
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
