namespace Twitch.Media.Features;

/// <summary>Triangular filters on the HTK mel scale, 0 Hz to half the sample rate, peaks of 1 (no normalisation).</summary>
/// <remarks>mel(f) = 2595 · log10(1 + f / 700), HTK Book 3.4, section 5.6. At most two filters see a frequency, so each keeps only
/// the range of bins it sees.</remarks>
public sealed class MelFilters
{
    private readonly int[] _firstBin;
    private readonly float[][] _weights;

    /// <summary>Lays out the filters of a spec.</summary>
    public MelFilters(MelSpec spec)
    {
        BinCount = spec.FftSize / 2 + 1;
        double top = ToMel(spec.SampleRate / 2);
        double[] corners = [.. Enumerable.Range(0, spec.MelCount + 2).Select(i => ToHertz(top * i / (spec.MelCount + 1)))];

        _firstBin = new int[spec.MelCount];
        _weights = new float[spec.MelCount][];
        for (int filter = 0; filter < spec.MelCount; filter++)
        {
            var (left, peak, right) = (corners[filter], corners[filter + 1], corners[filter + 2]);
            double[] weights = [.. Enumerable.Range(0, BinCount).Select(bin =>
            {
                double hertz = (double)bin * spec.SampleRate / spec.FftSize;
                return Math.Max(0, Math.Min((hertz - left) / (peak - left), (right - hertz) / (right - peak)));
            })];
            int first = Math.Max(0, Array.FindIndex(weights, weight => weight > 0));
            int end = Array.FindLastIndex(weights, weight => weight > 0) + 1;
            _firstBin[filter] = first;
            _weights[filter] = [.. weights[first..Math.Max(first, end)].Select(weight => (float)weight)];
        }
    }

    /// <summary>Frequencies of a spectrum, n_fft / 2 + 1.</summary>
    public int BinCount { get; }

    /// <summary>Number of filters.</summary>
    public int Count => _weights.Length;

    /// <summary>The weights of a filter that are not zero, and the bin that the first one is for.</summary>
    /// <remarks>Empty if the filter is narrower than the distance of two bins and lies between them, as with torchaudio.</remarks>
    public ReadOnlySpan<float> Filter(int filter, out int firstBin)
    {
        firstBin = _firstBin[filter];
        return _weights[filter];
    }

    private static double ToMel(double hertz) => 2595 * Math.Log10(1 + hertz / 700);

    private static double ToHertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);
}
