using CsCheck;

namespace Twitch.Runtime.Tests;

/// <summary>What is drawn from the most likely tokens against what is drawn from all of them.</summary>
public class CandidateDrawTests
{
    private const int VocabularySize = 40;

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static readonly Gen<SamplingOptions> Options =
        from temperature in OneOf(0f, 0.3f, 1f, 2f)
        from topK in OneOf(0, 1, 3, 5, 9, 40)
        from topP in OneOf(1f, 0.9f, 0.5f)
        from minP in OneOf(0f, 0.05f)
        from penalty in OneOf(1f, 1.3f, 3f)
        from ngram in Gen.Int[0, 3]
        from minLength in Gen.Int[0, 4]
        from seed in Gen.ULong
        select new SamplingOptions
        {
            Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, RepetitionPenalty = penalty,
            NoRepeatNgram = ngram, MinLength = minLength, MaxLength = 10, Seed = seed,
        };

    // Coarse numbers are often equal, fine ones never; with few candidates and many bans the rest is often needed.
    private static readonly Gen<(float[][] Steps, int Count, int[] Banned)> Comments =
        from coarse in Gen.Bool
        from steps in Gen.Int[-1200, 1200].Select(x => coarse ? x / 200 / 2f : x / 300f).Array[VocabularySize].Array[12]
        from count in OneOf(1, 4, 12, 40)
        from banned in Gen.Int[4, VocabularySize - 1].Array[0, 12]
        select (steps, count, banned);

    [Fact]
    public void The_same_tokens_are_drawn_and_the_same_chance_is_used_up()
    {
        int decided = 0, undecided = 0;
        Gen.Select(Options, Comments, Gen.ULong).Sample((options, comment, order) =>
        {
            Sampler whole = new(VocabularySize, comment.Banned), few = new(VocabularySize, comment.Banned);
            whole.Begin(options);
            few.Begin(options);
            foreach (float[] logits in comment.Steps)
            {
                Token expected = whole.Draw(logits);
                (long[] ids, float[] top) = Top(logits, comment.Count, order);

                bool isDecided = few.TryDraw(new TopTokens(ids, top, (float)Math.Log(logits.Sum(x => Math.Exp(x)))), out Token drawn);
                Interlocked.Increment(ref isDecided ? ref decided : ref undecided);
                if (!isDecided)
                    drawn = few.Draw(logits);

                Assert.Equal(expected.Id, drawn.Id);
                Assert.Equal(expected.LogProbability, drawn.LogProbability, 1e-4f);
                if (drawn.Id == Vocabulary.End)
                    break;
            }
        }, iter: 3000, seed: "0000KOIPRSj3");
        Assert.True(decided > 3000 && undecided > 3000, $"{decided} draws were decided, {undecided} were not");
    }

    [Fact]
    public void Some_dozens_decide_an_ordinary_draw()
    {
        var sampler = new Sampler(5000);
        var random = new Random(1);
        float[] logits = [.. Enumerable.Range(0, 5000).Select(_ => random.NextSingle() * 10)];
        sampler.Begin(new SamplingOptions { MaxLength = 50 });
        (long[] ids, float[] top) = Top(logits, 64, 1);

        for (int i = 0; i < 50; i++)
        {
            Assert.True(sampler.TryDraw(new TopTokens(ids, top, 17), out Token token));
            Assert.Contains(token.Id, ids.Select(id => (int)id));
        }
        Assert.False(sampler.TryDraw(new TopTokens(ids, top, 17), out _));    // the comment ends, and how likely its end is does not stand there
    }

    [Fact]
    public void A_draw_from_candidates_allocates_nothing()
    {
        var sampler = new Sampler(500);
        (long[] ids, float[] top) = Top([.. Enumerable.Range(0, 500).Select(i => i / 100f)], 64, 1);
        sampler.Begin(new SamplingOptions { MaxLength = 30, RepetitionPenalty = 1.1f, NoRepeatNgram = 2 });
        sampler.TryDraw(new TopTokens(ids, top, 8), out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            sampler.TryDraw(new TopTokens(ids, top, 8), out _);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_no_numbers_are_refused(float logSum)
    {
        var sampler = new Sampler(10);
        sampler.Begin(new SamplingOptions { TopK = 2 });

        var error = Assert.Throws<TwitchException>(() => sampler.TryDraw(new TopTokens([4, 5, 6], [1, 2, 3], logSum), out _));

        Assert.Contains($"the decoder's logits hold {logSum}", error.Message);
    }

    // The largest, in no order; among equal ones any.
    private static (long[] Ids, float[] Logits) Top(float[] logits, int count, ulong order)
    {
        var random = new Xoshiro256(order);
        int[] shuffled = [.. Enumerable.Range(0, logits.Length).OrderBy(_ => random.Next())];
        int[] top = [.. shuffled.OrderByDescending(id => logits[id]).Take(count).OrderBy(_ => random.Next())];
        return ([.. top.Select(id => (long)id)], [.. top.Select(id => logits[id])]);
    }
}
