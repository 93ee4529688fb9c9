using System.Numerics;

namespace Twitch.Media.Features;

/// <summary>Power spectra of several windows at once: each vector lane is a window of its own.</summary>
/// <remarks>
/// A real transform of n samples is a complex one of n / 2, even samples as its real and odd ones as its imaginary part (Numerical
/// Recipes, section 12.3). Lanes never mix, so a window's result does not depend on which others are computed beside it: sound that
/// arrives in pieces gives the same bits as sound that arrives whole. Holds its work space; one thread at a time.
/// </remarks>
public sealed class PowerSpectrum
{
    private readonly int _half;             // points of the complex transform
    private readonly int[] _reversed;       // bit-reversed order of its inputs
    private readonly float[] _window;
    private readonly float[] _cos, _sin;    // e^(−2πik/n), k < n / 2
    private readonly Vector<float>[] _re, _im;

    /// <summary>Prepares transforms of a size.</summary>
    /// <param name="fftSize">Samples of a window; a power of two, at least 4.</param>
    public PowerSpectrum(int fftSize)
    {
        if (fftSize < 4 || !BitOperations.IsPow2(fftSize))
            throw new ArgumentOutOfRangeException(nameof(fftSize), fftSize, "must be a power of two, at least 4");
        _half = fftSize / 2;
        _reversed = new int[_half];
        for (int i = 1, top = BitOperations.Log2((uint)_half) - 1; i < _half; i++)
            _reversed[i] = _reversed[i >> 1] >> 1 | (i & 1) << top;
        _window = [.. Enumerable.Range(0, fftSize).Select(i => (float)(0.5 - 0.5 * Math.Cos(2 * Math.PI * i / fftSize)))];
        _cos = [.. Enumerable.Range(0, _half).Select(k => (float)Math.Cos(2 * Math.PI * k / fftSize))];
        _sin = [.. Enumerable.Range(0, _half).Select(k => (float)-Math.Sin(2 * Math.PI * k / fftSize))];
        _re = new Vector<float>[_half];
        _im = new Vector<float>[_half];
    }

    /// <summary>Windows computed at once.</summary>
    public static int Lanes => Vector<float>.Count;

    /// <summary>The periodic Hann window, [n_fft].</summary>
    public ReadOnlySpan<float> Window => _window;

    /// <summary>Computes |DFT|² of <see cref="Lanes"/> windows, each <paramref name="hop"/> samples after the one before.</summary>
    /// <param name="samples">At least n_fft + (lanes − 1) · hop samples; lane i begins at i · hop.</param>
    /// <param name="hop">Samples between the starts of two windows.</param>
    /// <param name="power">Receives [n_fft / 2 + 1] vectors, one per frequency.</param>
    public void Compute(ReadOnlySpan<float> samples, int hop, Span<Vector<float>> power)
    {
        Load(samples, hop);
        Transform();
        Split(power);
    }

    private void Load(ReadOnlySpan<float> samples, int hop)
    {
        Span<float> even = stackalloc float[Vector<float>.Count], odd = stackalloc float[Vector<float>.Count];
        for (int i = 0; i < _half; i++)
        {
            ReadOnlySpan<float> from = samples[(2 * i)..];
            for (int lane = 0; lane < even.Length; lane++)
            {
                even[lane] = from[lane * hop];
                odd[lane] = from[lane * hop + 1];
            }
            _re[_reversed[i]] = new Vector<float>(even) * _window[2 * i];
            _im[_reversed[i]] = new Vector<float>(odd) * _window[2 * i + 1];
        }
    }

    // Radix 2, decimation in time, in place; the inputs are already in bit-reversed order.
    private void Transform()
    {
        for (int size = 2; size <= _half; size *= 2)
        {
            int arm = size / 2, turn = 2 * _half / size;
            for (int k = 0; k < arm; k++)
            {
                float cos = _cos[k * turn], sin = _sin[k * turn];
                for (int a = k; a < _half; a += size)
                {
                    int b = a + arm;
                    Vector<float> re = _re[b] * cos - _im[b] * sin, im = _re[b] * sin + _im[b] * cos;
                    _re[b] = _re[a] - re;
                    _im[b] = _im[a] - im;
                    _re[a] += re;
                    _im[a] += im;
                }
            }
        }
    }

    // From the transform of (even, odd) to that of the samples: X[k] = (Z[k] + Z*[h−k]) / 2 − i·w^k · (Z[k] − Z*[h−k]) / 2.
    private void Split(Span<Vector<float>> power)
    {
        Vector<float> sum = _re[0] + _im[0], difference = _re[0] - _im[0];
        power[0] = sum * sum;
        power[_half] = difference * difference;
        for (int k = 1; k < _half; k++)
        {
            Vector<float> evenRe = (_re[k] + _re[_half - k]) * 0.5f, evenIm = (_im[k] - _im[_half - k]) * 0.5f;
            Vector<float> oddRe = (_im[k] + _im[_half - k]) * 0.5f, oddIm = (_re[_half - k] - _re[k]) * 0.5f;
            Vector<float> re = evenRe + oddRe * _cos[k] - oddIm * _sin[k], im = evenIm + oddRe * _sin[k] + oddIm * _cos[k];
            power[k] = re * re + im * im;
        }
    }
}
