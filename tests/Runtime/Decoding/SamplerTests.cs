namespace Twitch.Runtime.Tests;

public class SamplerTests
{
    private const int Words = 12;
    private static readonly SamplingOptions Everything = new() { Temperature = 1, TopK = 0, MinLength = 0 };

    // Ids 4… are words; the special ones have the largest logits of all.
    private static readonly float[] Logits = [9, 9, 9, 1, 0.5f, 3, -2, 2.5f, 0, -1, 1.5f, -7];

    [Fact]
    public void Temperature_zero_picks_the_largest_logit()
    {
        Assert.Equal(5, Draw(Logits, Everything with { Temperature = 0 }));
    }

    [Fact]
    public void Equal_logits_at_temperature_zero_give_the_lower_id()
    {
        Assert.Equal(6, Draw([0, 0, 0, -1, 1, 1, 2, 2, 2, 0, 0, 0], Everything with { Temperature = 0 }));
    }

    [Fact]
    public void Padding_unknown_and_start_never_come_out()
    {
        foreach (SamplingOptions options in (SamplingOptions[])[Everything, Everything with { TopK = 3 }, Everything with { TopP = 0.5f }, Everything with { Temperature = 0 }])
            Assert.All(DrawMany(Logits, options, 200), id => Assert.True(id > Vocabulary.Start));
    }

    [Fact]
    public void The_end_is_not_drawn_before_the_shortest_length()
    {
        var sampler = new Sampler(Words);
        float[] eager = [0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0];
        sampler.Begin(Everything with { MinLength = 3 });

        int[] drawn = [.. Enumerable.Range(0, 4).Select(_ => sampler.Draw(eager).Id)];

        Assert.All(drawn[..3], id => Assert.NotEqual(Vocabulary.End, id));
        Assert.Equal(Vocabulary.End, drawn[3]);
    }

    [Fact]
    public void The_end_comes_after_the_longest_length()
    {
        var sampler = new Sampler(Words);
        sampler.Begin(Everything with { Temperature = 0, MaxLength = 2 });

        Assert.Equal([5, 5, Vocabulary.End], new[] { sampler.Draw(Logits).Id, sampler.Draw(Logits).Id, sampler.Draw(Logits).Id });
    }

    [Fact]
    public void Top_k_draws_from_the_k_largest_alone()
    {
        Assert.Equal([5, 7, 10], DrawMany(Logits, Everything with { TopK = 3 }, 500).Distinct().Order());
    }

    [Fact]
    public void A_large_vocabulary_has_the_top_k_and_the_probability_that_a_sort_finds()
    {
        var random = new Random(4);
        float[] logits = [.. Enumerable.Range(0, 1003).Select(_ => MathF.Round(random.NextSingle() * 40) / 4)];    // many are equal
        var sampler = new Sampler(logits.Length);
        int[] best = [.. Enumerable.Range(Vocabulary.End, logits.Length - Vocabulary.End).OrderByDescending(id => logits[id]).Take(7)];
        double total = logits.Sum(logit => Math.Exp(logit));

        for (ulong seed = 0; seed < 200; seed++)
        {
            sampler.Begin(Everything with { TopK = 7, Seed = seed });
            Token drawn = sampler.Draw(logits);
            Assert.Contains(drawn.Id, best);
            Assert.Equal(logits[drawn.Id] - Math.Log(total), drawn.LogProbability, 1e-4);
        }
    }

    [Fact]
    public void Top_p_without_top_k_keeps_the_fewest_tokens_that_reach_it()
    {
        // Probabilities 0.5, 0.25, 0.125 …: 0.8 is reached by the third.
        float[] halves = [0, 0, 0, -9, -1, -2, -3, -4, -5, -6, -7, -7];
        for (int i = 0; i < Words; i++)
            halves[i] *= MathF.Log(2);

        Assert.Equal([4, 5, 6], DrawMany(halves, Everything with { TopP = 0.8f }, 500).Distinct().Order());
    }

    [Fact]
    public void Min_p_drops_what_is_less_likely_than_its_share_of_the_best()
    {
        // exp(2.5 − 3) = 0.61, exp(1.5 − 3) = 0.22, exp(1 − 3) = 0.14.
        Assert.Equal([5, 7, 10], DrawMany(Logits, Everything with { MinP = 0.2f }, 500).Distinct().Order());
    }

    [Fact]
    public void A_repetition_penalty_counts_once_for_a_word_said_twice()
    {
        var sampler = new Sampler(Words);
        sampler.Begin(Everything with { Temperature = 0, RepetitionPenalty = 1.1f });

        // 3 / 1.1 is still above 2.5; 3 / 1.1 / 1.1 would not be.
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal(5, sampler.Draw(Logits).Id));
    }

    [Fact]
    public void No_pair_comes_twice_if_pairs_may_not_repeat()
    {
        var sampler = new Sampler(Words);
        sampler.Begin(Everything with { NoRepeatNgram = 2, MaxLength = 60, TopK = 3, MinLength = 60 });

        int[] drawn = [.. Enumerable.Range(0, 60).Select(_ => sampler.Draw(Logits).Id).TakeWhile(id => id != Vocabulary.End)];

        var pairs = drawn.Zip(drawn.Skip(1)).ToArray();
        Assert.Equal(pairs.Length, pairs.Distinct().Count());
        Assert.True(drawn.Length > 20, $"only {drawn.Length} tokens");
    }

    [Fact]
    public void A_comment_that_may_say_nothing_more_ends()
    {
        var sampler = new Sampler(Vocabulary.SpecialCount + 1);
        sampler.Begin(new SamplingOptions { TopK = 0, NoRepeatNgram = 1, MinLength = 5 });

        Assert.Equal(4, sampler.Draw([0, 0, 0, 0, 0]).Id);
        Assert.Equal(Vocabulary.End, sampler.Draw([0, 0, 0, 0, 0]).Id);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_numbers_are_an_error(float broken)
    {
        var sampler = new Sampler(5);
        sampler.Begin(new SamplingOptions());

        Assert.Throws<TwitchException>(() => sampler.Draw([0, 0, 0, 0, broken]));
    }

    [Fact]
    public void A_tiny_temperature_does_not_overflow()
    {
        Assert.All(DrawMany(Logits, Everything with { Temperature = 1e-30f }, 50), id => Assert.Equal(5, id));
        Assert.All(DrawMany(Logits, Everything with { Temperature = 1e-30f, TopK = 4 }, 50), id => Assert.Equal(5, id));
    }

    [Fact]
    public void The_log_probability_is_the_models_own_whatever_the_options()
    {
        double expected = 3 - Math.Log(Logits.Sum(logit => Math.Exp(logit)));

        var sampler = new Sampler(Words);
        sampler.Begin(Everything with { Temperature = 0, RepetitionPenalty = 1.05f, TopK = 2 });

        Assert.Equal(expected, sampler.Draw(Logits).LogProbability, 1e-5);
        Assert.Equal(expected, sampler.Draw(Logits).LogProbability, 1e-5);
    }

    [Fact]
    public void Drawing_allocates_nothing()
    {
        var random = new Random(3);
        float[] logits = [.. Enumerable.Range(0, 5000).Select(_ => (float)random.NextDouble() * 8)];
        var sampler = new Sampler(logits.Length);
        foreach (SamplingOptions options in (SamplingOptions[])[new() { MaxLength = 500 }, new() { TopK = 0, MaxLength = 500 }, new() { TopK = 0, TopP = 0.9f, MaxLength = 500 }, new() { Temperature = 0, NoRepeatNgram = 2, RepetitionPenalty = 1.2f, MaxLength = 500 }])
        {
            sampler.Begin(options with { MinLength = 500 });
            sampler.Draw(logits);

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 20; i++)
                sampler.Draw(logits);

            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    private static int Draw(float[] logits, SamplingOptions options)
    {
        var sampler = new Sampler(logits.Length);
        sampler.Begin(options);
        return sampler.Draw(logits).Id;
    }

    private static int[] DrawMany(float[] logits, SamplingOptions options, int count) =>
        [.. Enumerable.Range(0, count).Select(seed => Draw(logits, options with { Seed = (ulong)seed }))];
}
