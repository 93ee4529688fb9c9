namespace Twitch.Runtime.Tests;

/// <summary>The sampler as its options' comments say it: LINQ, a whole sort, doubles. What <see cref="Sampler"/> must agree with.</summary>
internal static class PlainSampler
{
    /// <summary>Logits after bans and penalties.</summary>
    public static float[] Scores(float[] logits, IReadOnlyList<int> said, SamplingOptions options) =>
        [.. logits.Select((logit, id) => Banned(id, said, options) ? float.NegativeInfinity
            : !said.Contains(id) ? logit
            : logit > 0 ? logit / options.RepetitionPenalty : logit * options.RepetitionPenalty)];

    /// <summary>The tokens that may be drawn, most likely first, with their probabilities.</summary>
    public static (int Id, double Probability)[] Distribution(float[] logits, IReadOnlyList<int> said, SamplingOptions options)
    {
        float[] scores = Scores(logits, said, options);
        int[] order = [.. Enumerable.Range(0, scores.Length).Where(id => scores[id] > float.NegativeInfinity).OrderByDescending(id => scores[id]).ThenBy(id => id)];
        if (options.Temperature == 0)
            return [.. order.Take(1).Select(id => (id, 1.0))];

        if (options.TopK > 0)
            order = [.. order.Take(options.TopK)];
        double[] weights = [.. order.Select(id => Math.Exp((scores[id] - (double)scores[order[0]]) / options.Temperature))];
        int nucleus = options.TopP == 1 ? order.Length : 1 + Enumerable.Range(0, order.Length - 1).TakeWhile(i => weights.Take(i + 1).Sum() < options.TopP * weights.Sum()).Count();
        var kept = order.Zip(weights).Take(nucleus).Where(pair => pair.Second >= options.MinP && pair.Second > 0).ToArray();
        double sum = kept.Sum(pair => pair.Second);
        return [.. kept.Select(pair => (pair.First, pair.Second / sum))];
    }

    /// <summary>Draws by walking the distribution from its most likely token.</summary>
    public static int Draw(float[] logits, IReadOnlyList<int> said, SamplingOptions options, double point)
    {
        double before = 0;
        var distribution = Distribution(logits, said, options);
        foreach ((int id, double probability) in distribution)
        {
            before += probability;
            if (point < before)
                return id;
        }
        return distribution.Length == 0 ? Vocabulary.End : distribution[^1].Id;
    }

    private static bool Banned(int id, IReadOnlyList<int> said, SamplingOptions options) => id switch
    {
        Vocabulary.Pad or Vocabulary.Unknown or Vocabulary.Start => true,
        Vocabulary.End => said.Count < options.MinLength,
        _ => options.NoRepeatNgram is > 0 and int n && said.Count >= n
            && Enumerable.Range(0, said.Count - n + 1).Any(at => said.Skip(at).Take(n).SequenceEqual(said.TakeLast(n - 1).Append(id))),
    };
}
