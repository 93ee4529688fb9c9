namespace Twitch.Training.Evaluating;

/// <summary>A figure and the interval that holds it with 95 % confidence.</summary>
/// <param name="Value">The figure on all comments.</param>
/// <param name="Low">2.5 % of the resamples are below.</param>
/// <param name="High">2.5 % are above.</param>
internal sealed record Interval(double Value, double Low, double High)
{
    /// <summary>The interval of a rising function of the figure.</summary>
    public Interval Map(Func<double, double> rising) => new(rising(Value), rising(Low), rising(High));

    /// <summary>Rounded to four digits after the point, far coarser than what the order of float32 sums changes.</summary>
    public Interval Rounded() => Map(value => Math.Round(value, 4));
}

/// <summary>Intervals from resampling whole blocks of time: neighbouring comments are about the same thing and do not count as
/// independent.</summary>
/// <remarks>Percentile bootstrap over blocks that do not overlap; Carlstein, "The use of subseries values", 1986.</remarks>
internal sealed class BlockBootstrap
{
    private const int ResampleCount = 1000;
    private readonly int[] _block;          // of each comment
    private readonly int[][] _resamples;    // blocks, drawn with replacement

    /// <summary>Draws the resamples.</summary>
    /// <param name="moments">Recording and time of each comment.</param>
    /// <param name="length">Length of a block.</param>
    /// <param name="seed">Of the draws.</param>
    public BlockBootstrap(IReadOnlyList<(int Stream, TimeSpan Time)> moments, TimeSpan length, long seed)
    {
        var numbers = new Dictionary<(int, long), int>();
        _block = new int[moments.Count];
        for (int i = 0; i < _block.Length; i++)
        {
            (int, long) place = (moments[i].Stream, moments[i].Time.Ticks / length.Ticks);
            if (!numbers.TryGetValue(place, out _block[i]))
                numbers[place] = _block[i] = numbers.Count;
        }

        var random = new SplitMix64(SplitMix64.Mix(seed, 1));
        _resamples = new int[ResampleCount][];
        for (int i = 0; i < ResampleCount; i++)
        {
            _resamples[i] = new int[numbers.Count];
            for (int j = 0; j < numbers.Count; j++)
                _resamples[i][j] = (int)(random.Next() % (ulong)numbers.Count);
        }
    }

    /// <summary>Σ values / Σ weights over the comments, and its interval.</summary>
    /// <param name="values">One for each comment.</param>
    /// <param name="weights">One for each comment, at least 0 and not all 0; absent: 1. A resample in which all are 0 says nothing and is left out.</param>
    public Interval Ratio(IReadOnlyList<double> values, IReadOnlyList<double>? weights = null)
    {
        int count = _resamples[0].Length;
        var (top, bottom) = (new double[count], new double[count]);
        for (int i = 0; i < _block.Length; i++)
        {
            top[_block[i]] += values[i];
            bottom[_block[i]] += weights?[i] ?? 1;
        }

        double[] ratios = [.. _resamples.Select(resample => (Top: resample.Sum(block => top[block]), Bottom: resample.Sum(block => bottom[block])))
            .Where(sums => sums.Bottom > 0).Select(sums => sums.Top / sums.Bottom).Order()];
        double value = top.Sum() / bottom.Sum();
        return ratios.Length == 0 ? new Interval(value, value, value) : new Interval(value, ratios[ratios.Length / 40], ratios[ratios.Length - 1 - ratios.Length / 40]);
    }
}
