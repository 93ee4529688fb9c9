namespace Maker;

/// <summary>The perplexity per token that no network can beat, since the comments' true probabilities are known here: for one who
/// sees and hears, only sees, only hears, or does neither. A token is a word, or the end of a comment.</summary>
internal sealed record Floor(double SeenAndHeard, double SeenOnly, double HeardOnly, double Neither)
{
    // Moments a tenth of a second apart stand for the whole stream.
    private const double Step = 0.1;

    /// <summary>The floors of the comments from a moment on.</summary>
    public static Floor Of(Plan plan, IEnumerable<Line> lines, double from)
    {
        (double Time, double[] Rates)[] moments =
            [.. Enumerable.Range(0, (int)(plan.Length / Step)).Select(i => (i + 0.5) * Step).Select(time => (time, Rates(plan, time)))];
        Line[] comments = [.. lines.Where(line => line.Cause is not null && line.Time >= from)];

        return new(
            Perplexity(time => (State(plan.Pictures, time), State(plan.Sounds, time))),
            Perplexity(time => State(plan.Pictures, time)),
            Perplexity(time => State(plan.Sounds, time)),
            Perplexity(_ => 0));

        // Moments of which the same is known share their average rates.
        double Perplexity<TKey>(Func<double, TKey> known) where TKey : notnull
        {
            var rates = new Dictionary<TKey, double[]>();
            foreach ((double time, double[] momentary) in moments)
                rates[known(time)] = rates.TryGetValue(known(time), out double[]? sum) ? [.. sum.Zip(momentary, (a, b) => a + b)] : momentary;

            double loss = 0;
            int tokens = 0;
            foreach (Line line in comments)
            {
                double[] sum = rates[known(line.Time)];
                loss -= Math.Log(Causes.All.Select((cause, i) => sum[i] * cause.Comments.GetValueOrDefault(line.Text)).Sum() / sum.Sum());
                tokens += line.Text.Split(' ').Length + 1;
            }
            return Math.Round(Math.Exp(loss / tokens), 3);
        }
    }

    private static double[] Rates(Plan plan, double time) => [.. Causes.All.Select(cause => cause.RateAt(time, plan))];

    // What people react to at a moment, and whether they are lively.
    private static (T?, bool) State<T>(IEnumerable<Stretch<T>> stretches, double time) where T : struct
    {
        foreach (Stretch<T> stretch in stretches)
        {
            if (stretch.Holds(time - Cause.FirstReaction))
                return (stretch.What, time < stretch.Start + Cause.LastLively);
        }
        return (null, false);
    }
}
