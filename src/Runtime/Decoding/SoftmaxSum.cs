using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Twitch.Runtime;

/// <summary>The two passes over a step's logits that a softmax needs: the largest, and the sum of exponentials. Neither stores
/// anything, so only the logits pass through the cache.</summary>
internal static class SoftmaxSum
{
    // Below this exp is under 1e-37 of the largest logit's, nothing in a float32 sum that holds a 1.
    private const float Least = -87;

    // exp(x) = 2^n · exp(r) with n = round(x / ln 2), |r| <= ln 2 / 2. ln 2 comes in two parts, the first exact in products with n (Cody and Waite,
    // "Software manual for the elementary functions", 1980).
    private const float Log2E = 1.44269504f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;

    // 1.5 · 2^23: added to a float32 it leaves the rounded integer in the mantissa's low bits.
    private const float Rounder = 12_582_912f;

    /// <summary>The largest logit; NaN if there is one.</summary>
    public static float Largest(ReadOnlySpan<float> logits)
    {
        Vector256<float> a = Vector256.Create(float.NegativeInfinity), b = a;
        Vector256<float> numbers = Vector256<float>.AllBitsSet;
        int i = 0;
        for (; i + 2 * Vector256<float>.Count <= logits.Length; i += 2 * Vector256<float>.Count)
        {
            Vector256<float> x = Vector256.Create(logits[i..]), y = Vector256.Create(logits[(i + Vector256<float>.Count)..]);
            numbers &= Vector256.Equals(x, x) & Vector256.Equals(y, y);
            a = Vector256.MaxNative(a, x);
            b = Vector256.MaxNative(b, y);
        }
        if (numbers.AsInt32() != Vector256<int>.AllBitsSet)
            return float.NaN;

        a = Vector256.MaxNative(a, b);
        float largest = float.NegativeInfinity;
        for (int lane = 0; lane < Vector256<float>.Count; lane++)
            largest = MathF.Max(largest, a[lane]);
        for (; i < logits.Length; i++)
            largest = MathF.Max(largest, logits[i]);    // NaN if either is
        return largest;
    }

    /// <summary>Σ exp(logit − <paramref name="largest"/>), within 1e-6 of it; NaN if a logit is.</summary>
    /// <param name="logits">Numbers, or −∞.</param>
    /// <param name="largest">Their largest.</param>
    public static float Of(ReadOnlySpan<float> logits, float largest)
    {
        const int Chains = 4;    // exp is a long chain of instructions, several of which run side by side
        Vector256<float> shift = Vector256.Create(largest), a = default, b = default, c = default, d = default;
        ref float first = ref MemoryMarshal.GetReference(logits);
        int i = 0, width = Vector256<float>.Count;
        for (; i + Chains * width <= logits.Length; i += Chains * width)
        {
            a += Exp(Vector256.LoadUnsafe(ref first, (nuint)i) - shift);
            b += Exp(Vector256.LoadUnsafe(ref first, (nuint)(i + width)) - shift);
            c += Exp(Vector256.LoadUnsafe(ref first, (nuint)(i + 2 * width)) - shift);
            d += Exp(Vector256.LoadUnsafe(ref first, (nuint)(i + 3 * width)) - shift);
        }
        for (; i + width <= logits.Length; i += width)
            a += Exp(Vector256.LoadUnsafe(ref first, (nuint)i) - shift);
        float sum = Vector256.Sum(a + b + (c + d));
        for (; i < logits.Length; i++)
            sum += MathF.Exp(logits[i] - largest);
        return sum;
    }

    /// <summary>ln Σ exp(logit), within 1e-6; no number if a logit is none.</summary>
    public static float Log(ReadOnlySpan<float> logits)
    {
        float largest = Largest(logits);
        return largest + MathF.Log(Of(logits, largest));
    }

    /// <summary>exp((score − <paramref name="largest"/>) / <paramref name="temperature"/>) of each score, 0 of those that are −∞; and the sum of them.</summary>
    /// <param name="scores">Numbers, or −∞.</param>
    /// <param name="largest">Their largest.</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="weights">Gets them.</param>
    public static float Weigh(ReadOnlySpan<float> scores, float largest, float temperature, Span<float> weights)
    {
        Vector256<float> shift = Vector256.Create(largest), sum = default;
        int i = 0;
        for (; i + Vector256<float>.Count <= scores.Length; i += Vector256<float>.Count)
        {
            Vector256<float> x = (Vector256.Create(scores[i..]) - shift) / Vector256.Create(temperature);
            Vector256<float> weight = Vector256.AndNot(Exp(x), Vector256.LessThan(x, Vector256.Create(Least)));
            weight.CopyTo(weights[i..]);
            sum += weight;
        }
        float total = Vector256.Sum(sum);
        for (; i < scores.Length; i++)
            total += weights[i] = MathF.Exp((scores[i] - largest) / temperature);
        return total;
    }

    /// <summary>logit + <paramref name="shift"/>, or <paramref name="least"/> if that is more; NaN if either is.</summary>
    public static void Shift(ReadOnlySpan<float> logits, float shift, float least, Span<float> shifted)
    {
        ref float source = ref MemoryMarshal.GetReference(logits), target = ref MemoryMarshal.GetReference(shifted[..logits.Length]);
        int i = 0;
        for (; i + Vector256<float>.Count <= logits.Length; i += Vector256<float>.Count)
            Vector256.MaxNative(Vector256.Create(least), Vector256.LoadUnsafe(ref source, (nuint)i) + Vector256.Create(shift)).StoreUnsafe(ref target, (nuint)i);
        for (; i < logits.Length; i++)
            shifted[i] = MathF.Max(least, logits[i] + shift);
    }

    /// <summary>exp of each number in place; they are up to 0.</summary>
    public static void Exp(Span<float> values)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
            Exp(Vector256.Create<float>(values[i..])).CopyTo(values[i..]);
        for (; i < values.Length; i++)
            values[i] = MathF.Exp(MathF.Max(values[i], Least));
    }

    /// <summary>exp of numbers up to 0, within 2e-7 of each; the library's own goes through float64 and takes three times as long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exp(Vector256<float> x)
    {
        x = Vector256.MaxNative(Vector256.Create(Least), x);    // in this order NaN stays NaN
        Vector256<float> rounded = Vector256.MultiplyAddEstimate(x, Vector256.Create(Log2E), Vector256.Create(Rounder));
        Vector256<float> n = rounded - Vector256.Create(Rounder);
        Vector256<float> r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-Ln2High), x);
        r = Vector256.MultiplyAddEstimate(n, Vector256.Create(-Ln2Low), r);

        // The polynomial of degree 6 in r that differs least from exp on the interval (Cephes, expf).
        Vector256<float> p = Vector256.MultiplyAddEstimate(r, Vector256.Create(1.9875691500e-4f), Vector256.Create(1.3981999507e-3f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(8.3334519073e-3f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(4.1665795894e-2f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(1.6666665459e-1f));
        p = Vector256.MultiplyAddEstimate(p, r, Vector256.Create(0.5f));
        p = Vector256.MultiplyAddEstimate(p, r * r, r) + Vector256<float>.One;
        return (p.AsInt32() + (rounded.AsInt32() << 23)).AsSingle();    // times 2^n: n goes into the exponent's bits
    }
}
