using CsCheck;

namespace Twitch.Runtime.Tests;

/// <summary>The fast sampler against its plain twin.</summary>
public class SamplerTwinTests
{
    private static readonly Gen<SamplingOptions> Options =
        from temperature in Gen.OneOf(Gen.Const(0f), Gen.Const(0.3f), Gen.Const(0.8f), Gen.Const(1f), Gen.Const(2f))
        from topK in Gen.OneOf(Gen.Const(0), Gen.Const(0), Gen.Const(1), Gen.Const(3), Gen.Const(5), Gen.Const(9))
        from topP in Gen.OneOf(Gen.Const(1f), Gen.Const(1f), Gen.Const(0.9f), Gen.Const(0.5f), Gen.Const(0.01f))
        from minP in Gen.OneOf(Gen.Const(0f), Gen.Const(0f), Gen.Const(0.05f), Gen.Const(0.3f))
        from penalty in Gen.OneOf(Gen.Const(1f), Gen.Const(1.3f), Gen.Const(3f))
        from ngram in Gen.Int[0, 3]
        from minLength in Gen.Int[0, 4]
        from seed in Gen.ULong
        select new SamplingOptions
        {
            Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = penalty,
            NoRepeatNgram = ngram, MinLength = minLength, MaxLength = 12, Seed = seed,
        };

    // Quarters, so that many logits are equal.
    private static readonly Gen<float[][]> Steps = Gen.Int[-12, 12].Select(quarters => quarters / 4f).Array[9, 40]
        .SelectMany(first => Gen.Int[-12, 12].Select(quarters => quarters / 4f).Array[first.Length].Array[11].Select(rest => (float[][])[first, .. rest]));

    [Fact]
    public void Draws_what_a_whole_sort_would_draw()
    {
        Gen.Select(Options, Steps).Sample((options, steps) =>
        {
            var sampler = new Sampler(steps[0].Length);
            var random = new Xoshiro256(options.Seed);
            var said = new List<int>();
            sampler.Begin(options);
            foreach (float[] logits in steps)
            {
                double point = options.Temperature > 0 ? random.NextDouble() : 0;
                int expected = PlainSampler.Draw(logits, said, options, point);

                int drawn = sampler.Draw(logits).Id;

                if (drawn != expected)
                {
                    // Between two tokens the sums' roundings may fall on either side; anything else is wrong.
                    Assert.Contains(drawn, new[] { PlainSampler.Draw(logits, said, options, Math.Max(0, point - 1e-5)), PlainSampler.Draw(logits, said, options, Math.Min(1, point + 1e-5)) });
                    return;
                }
                if (drawn == Vocabulary.End)
                    return;
                said.Add(drawn);
            }
        }, iter: 1000, seed: "0000KOIPRSj3");
    }

    [Fact]
    public void Frequencies_follow_the_distribution()
    {
        const int Draws = 20_000;
        float[] logits = [5, 5, 5, 0, 1, 2, 0.5f, -1, 1.5f, 0];
        foreach (SamplingOptions options in (SamplingOptions[])[new() { TopK = 4 }, new() { TopK = 0 }, new() { TopK = 0, TopP = 0.85f, MinLength = 0 }])
        {
            var sampler = new Sampler(logits.Length);
            var counts = new int[logits.Length];
            for (int i = 0; i < Draws; i++)
            {
                sampler.Begin(options with { Seed = (ulong)i });
                counts[sampler.Draw(logits).Id]++;
            }

            var expected = PlainSampler.Distribution(logits, [], options).ToDictionary(pair => pair.Id, pair => pair.Probability);
            for (int id = 0; id < logits.Length; id++)
                Assert.Equal(expected.GetValueOrDefault(id), counts[id] / (double)Draws, 0.015);    // five standard errors at least
        }
    }

    [Fact]
    public void The_ranking_is_a_stable_sort()
    {
        Gen.Int[-5, 5].Select(value => value == -5 ? float.NegativeInfinity : value).Array[1, 200].Sample(scores =>
        {
            int[] sorted = [.. Enumerable.Range(0, scores.Length).Where(id => scores[id] > float.NegativeInfinity).OrderByDescending(id => scores[id]).ThenBy(id => id)];
            var ranking = new Ranking(scores.Length);

            Assert.Equal(scores.Max(), ranking.Begin(scores));
            Assert.Equal(scores, ranking.Scores.ToArray());
            for (int k = 1; k <= scores.Length; k += 1 + k / 3)
            {
                Assert.Equal(sorted.Take(k), ranking.Top(k, out ReadOnlySpan<float> best).ToArray());
                Assert.Equal(sorted.Take(k).Select(id => scores[id]), best.ToArray());
            }
            Assert.Equal(sorted, Enumerable.Range(0, sorted.Length).Select(ranking.At));
            Assert.Equal(-1, ranking.At(sorted.Length));
        }, iter: 300, seed: "0000KOIPRSj3");
    }

    [Fact]
    public void Changed_scores_are_ranked_as_they_are_now()
    {
        var values = Gen.Int[-3, 6].Select(value => value == -3 ? float.NegativeInfinity : value);
        Gen.Select(values.Array[1, 200], Gen.Select(Gen.Int[0, 199], values).Array[0, 40]).Sample((scores, changes) =>
        {
            var ranking = new Ranking(scores.Length);
            ranking.Begin(Enumerable.Repeat(9f, scores.Length).ToArray());
            ranking.At(scores.Length / 2);
            ranking.Begin(scores);    // nothing of the step before is left
            foreach ((int id, float score) in changes.Where(change => change.Item1 < scores.Length))
            {
                ranking.Change(id, score);
                scores[id] = score;
            }

            int[] sorted = [.. Enumerable.Range(0, scores.Length).Where(id => scores[id] > float.NegativeInfinity).OrderByDescending(id => scores[id]).ThenBy(id => id)];
            Assert.Equal(sorted, ranking.Top(scores.Length, out _).ToArray());
        }, iter: 300, seed: "0000KOIPRSj3");
    }
}
