namespace Twitch.Training;

/// <summary>Mean and deviation of each feature over the seconds that are learnt from.</summary>
/// <param name="Mean">[features].</param>
/// <param name="Deviation">[features]; above 0.</param>
public sealed record FeatureStatistics(float[] Mean, float[] Deviation)
{
    // Of the root mean square of all features: one that hardly moves (a still picture, silence) is not blown up into noise.
    private const double LeastShare = 0.01;

    /// <summary>Measures some stretches of seconds.</summary>
    /// <param name="stretches">Each [seconds, features].</param>
    /// <param name="count">Features of a second.</param>
    public static FeatureStatistics Of(IEnumerable<float[]> stretches, int count)
    {
        var (sum, squares) = (new double[count], new double[count]);
        long seconds = 0;
        foreach (float[] stretch in stretches)
        {
            for (int i = 0; i < stretch.Length; i++)
            {
                sum[i % count] += stretch[i];
                squares[i % count] += (double)stretch[i] * stretch[i];
            }
            seconds += stretch.Length / count;
        }
        double least = LeastShare * Math.Sqrt(squares.Sum() / Math.Max(1, seconds * count));
        double[] mean = [.. sum.Select(value => value / Math.Max(1, seconds))];
        double[] deviation = [.. squares.Zip(mean, (square, average) => Math.Sqrt(Math.Max(0, square / Math.Max(1, seconds) - average * average)))];
        return new FeatureStatistics([.. mean.Select(value => (float)value)], [.. deviation.Select(value => (float)(least > 0 ? Math.Max(value, least) : 1))]);
    }
}
