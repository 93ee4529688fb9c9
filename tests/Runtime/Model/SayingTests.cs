namespace Twitch.Runtime.Tests;

/// <summary>What a model may not say does not come out of it.</summary>
public sealed class SayingTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>
{
    private static readonly SamplingOptions Options = new() { TopK = 0, MinLength = 2, MaxLength = 6 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Banned_ids_are_never_drawn_whatever_the_options()
    {
        float[] logits = [0, 0, 0, 1, 9, 8, 7, 6];
        var sampler = new Sampler(logits.Length, banned: [4, 6]);

        foreach (SamplingOptions options in (SamplingOptions[])[Options, Options with { TopK = 2 }, Options with { TopP = 0.5f }, Options with { Temperature = 0 }])
        {
            for (ulong seed = 0; seed < 100; seed++)
            {
                sampler.Begin(options with { Seed = seed });
                Assert.Contains(sampler.Draw(logits).Id, (int[])[Vocabulary.End, 5, 7]);
            }
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(8, banned: [8]));
    }

    [Fact]
    public async Task A_banned_word_of_the_vocabulary_is_never_said()
    {
        using CommentModel model = CommentModel.Open(opened.Model.Bundle.Folder, new RuntimeOptions { BannedWords = BannedWords.Parse(["word7", "word9", "word21"], "list") });
        await using BatchScheduler scheduler = model.CreateBatchScheduler(8);
        int[] said = [.. Enumerable.Range(0, 60).SelectMany(i => opened.Model.Generate(Clip(opened.Model, i), Options with { Seed = (ulong)i }).Tokens)];
        Assert.Contains(7, said);

        for (int i = 0; i < 60; i++)
        {
            SamplingOptions options = Options with { Seed = (ulong)i };
            Comment alone = model.Generate(Clip(model, i), options);
            Assert.DoesNotContain(alone.Tokens, id => id is 7 or 9 or 21);
            Assert.Equal(alone.Tokens, (await scheduler.GenerateAsync(Clip(model, i), options, Cancellation)).Tokens);
        }
        Assert.Equal(0, model.Speaker.DrawnAgainCount + model.Speaker.WithheldCount);
    }

    [Fact]
    public async Task Banned_wording_is_drawn_again_with_another_seed_and_at_last_withheld()
    {
        Comment plain = opened.Model.Generate(Clip(opened.Model, 1), Options with { Seed = 1 });
        string[] words = plain.Text.Split(' ');
        Assert.True(words.Length > 1);
        using CommentModel model = CommentModel.Open(opened.Model.Bundle.Folder, new RuntimeOptions { BannedWords = BannedWords.Parse([$"{words[0]} {words[1]}"], "list") });
        await using BatchScheduler scheduler = model.CreateBatchScheduler(2);

        Comment said = model.Generate(Clip(model, 1), Options with { Seed = 1 });
        Assert.False(said.IsWithheld);
        Assert.NotEqual(plain.Text, said.Text);
        Assert.DoesNotContain($"{words[0]} {words[1]} ", said.Text + " ", StringComparison.Ordinal);
        Assert.Equal(said.Text, (await scheduler.GenerateAsync(Clip(model, 1), Options with { Seed = 1 }, Cancellation)).Text);
        Assert.InRange(model.Speaker.DrawnAgainCount, 2, 8);

        // Only these two words can be drawn in this order, so no seed helps.
        Comment greedy = opened.Model.Generate(Clip(opened.Model, 1), Options with { Temperature = 0, MinLength = 2 });
        string[] certain = greedy.Text.Split(' ');
        using CommentModel silent = CommentModel.Open(opened.Model.Bundle.Folder, new RuntimeOptions { BannedWords = BannedWords.Parse([$"{certain[0]} {certain[1]}"], "list") });
        await using BatchScheduler silentScheduler = silent.CreateBatchScheduler(2);
        foreach (float temperature in (float[])[0, 1e-4f])
        {
            Comment withheld = silent.Generate(Clip(silent, 1), Options with { Temperature = temperature, MinLength = 2 });
            Assert.True(withheld.IsWithheld);
            Assert.Equal("", withheld.Text);
            Assert.Empty(withheld.Tokens);
        }
        Assert.True((await silentScheduler.GenerateAsync(Clip(silent, 1), Options with { Temperature = 0, MinLength = 2 }, Cancellation)).IsWithheld);
        Assert.Empty(silent.GenerateDistinct(Clip(silent, 1), Options with { Temperature = 0, MinLength = 2 }, 2));
        Assert.Empty(await silentScheduler.GenerateDistinctAsync(Clip(silent, 1), Options with { Temperature = 0, MinLength = 2 }, 2, Cancellation));
        Assert.Equal(5, silent.Speaker.WithheldCount);
        Assert.Equal(Speaker.MostDraws - 1, silent.Speaker.DrawnAgainCount);
    }

    [Fact]
    public async Task Different_comments_are_the_same_alone_and_in_a_batch()
    {
        await using BatchScheduler scheduler = opened.Model.CreateBatchScheduler(3);
        SamplingOptions options = Options with { TopK = 2, MinLength = 1, MaxLength = 2, Seed = 4 };

        Comment[] alone = [.. opened.Model.GenerateDistinct(Clip(opened.Model, 2), options, 8)];

        Assert.InRange(alone.Length, 2, 6);    // two words after each word, or the end: it is tried again, and some are found twice
        Assert.Equal(alone.Select(comment => comment.Text), (await scheduler.GenerateDistinctAsync(Clip(opened.Model, 2), options, 8, Cancellation)).Select(comment => comment.Text));
    }

    private static ClipContext Clip(CommentModel model, int seed)
    {
        var random = new Random(seed);
        float[] Numbers() => [.. Enumerable.Range(0, model.Config.HiddenSize).Select(_ => (float)(random.NextDouble() * 2 - 1))];
        return new ClipContext(Numbers(), Numbers());
    }
}
