namespace Maker.Voyage;

/// <summary>What no network can beat: the perplexity per token for one who knows the true process. A token is a word, or the end of a comment.</summary>
/// <param name="SeenAndHeard">Of one who has seen and heard all.</param>
/// <param name="SeenOnly">Of one who has seen all.</param>
/// <param name="HeardOnly">Of one who has heard all.</param>
/// <param name="Neither">Of one who knows only what is ever said, and how often.</param>
/// <param name="NatsByKind">Nats per comment of one who has seen and heard all, by what a comment depends on.</param>
/// <param name="BitsPerCharacter">Of one who has seen and heard all; a space between words and the end of a comment are characters too.</param>
internal sealed record VoyageFloor(double SeenAndHeard, double SeenOnly, double HeardOnly, double Neither, IReadOnlyDictionary<string, double> NatsByKind, double BitsPerCharacter)
{
    // Moments a tenth of a second apart stand for the whole stream; of one sense alone, those of the same lag behind the same thing share their rates.
    private const double Step = 0.1;

    /// <summary>The floors of the comments from a moment on.</summary>
    public static VoyageFloor Of(VoyageChat chat, IReadOnlyList<Remark> remarks, double from)
    {
        (double Time, double[] Rates)[] moments = [.. Enumerable.Range(0, (int)(chat.Plan.Length / Step)).Select(i => (i + 0.5) * Step).Select(time => (time, Rates(chat, time)))];
        Remark[] judged = [.. remarks.Where(remark => remark.Time >= from)];
        double tokens = judged.Sum(remark => remark.Words.Length + 1);
        double[] losses = [.. judged.Select(remark => Loss(chat, remark, Rates(chat, remark.Time)))];
        return new(
            Perplexity(losses.Sum()),
            Alone(time => Lag(chat.Plan.Views, time)),
            Alone(time => Lag(chat.Plan.Sounds, time)),
            Alone(_ => (0, 0)),
            judged.Zip(losses).GroupBy(pair => pair.First.Topic.Kind).OrderBy(group => group.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => Math.Round(group.Average(pair => pair.Second), 3)),
            Math.Round(losses.Sum() / Math.Log(2) / judged.Sum(remark => remark.Text.Length + 1), 3));

        double Alone(Func<double, (int, int)> known)
        {
            var sums = new Dictionary<(int, int), double[]>();
            foreach ((double time, double[] rates) in moments)
                sums[known(time)] = sums.TryGetValue(known(time), out double[]? sum) ? [.. sum.Zip(rates, (a, b) => a + b)] : rates;
            return Perplexity(judged.Sum(remark => Loss(chat, remark, sums[known(remark.Time)])));
        }

        double Perplexity(double loss) => Math.Round(Math.Exp(loss / tokens), 3);
    }

    // The last thing that began, and tenths of a second since then; none after the last lag.
    private static (int, int) Lag<T>(IReadOnlyList<Passage<T>> passages, double time) where T : struct, Enum
    {
        Passage<T>[] begun = [.. passages.Where(passage => passage.Start <= time && time < passage.Start + Topic.LastLag)];
        return begun.Length == 0 ? (-1, 0) : (Convert.ToInt32(begun[^1].What, null), (int)((time - begun[^1].Start) / Step));
    }

    private static double[] Rates(VoyageChat chat, double time) => [.. chat.Topics.Select(topic => topic.RateAt(time))];

    private static double Loss(VoyageChat chat, Remark remark, double[] rates) =>
        -Math.Log(chat.Topics.Select((topic, i) => rates[i] > 0 ? rates[i] * topic.Says.Of(remark.Words) : 0).Sum() / rates.Sum());
}
