namespace Twitch.Runtime.Tests;

/// <summary>The decoder step that is made for CUDA, on the processor: what it computes, and what its rows go on with.</summary>
public sealed class DeviceDecoderStepTests : IDisposable
{
    private readonly TinyBundle _bundle = TinyBundle.SeedTiny(cuda: true);
    private readonly CommentModel _plain, _device;

    public DeviceDecoderStepTests() => (_plain, _device) = (_bundle.Open(), CommentModel.Open(_bundle.Folder, new RuntimeOptions { OnDevice = true }));

    public void Dispose()
    {
        _plain.Dispose();
        _device.Dispose();
        _bundle.Dispose();
    }

    [Theory]
    [InlineData(ExecutionProvider.Cpu)]
    [InlineData(ExecutionProvider.Cuda)]
    public void Rows_that_join_leave_move_and_multiply_go_on_with_their_own_states(ExecutionProvider provider)
    {
        const int Capacity = 8;
        using var model = CommentModel.Open(_bundle.Folder, ProviderUnderTest.OptionsOrSkip(provider) with { OnDevice = true });
        using IModelBatchDecoder batch = model.CreateBatchDecoder(Capacity);
        var histories = new List<(ClipContext Clip, List<int> Tokens)>();
        var random = new Random(1);

        for (int step = 0; step < 60; step++)
        {
            for (int change = random.Next(4); change > 0; change--)
            {
                int row = histories.Count == 0 ? 0 : random.Next(histories.Count);
                switch (random.Next(histories.Count == 0 ? 1 : 4))
                {
                    case 0 when histories.Count < Capacity:
                        batch.Reset(histories.Count, Clip(step));
                        histories.Add((Clip(step), []));
                        break;
                    case 1 when histories.Count > 1:    // it leaves, the last takes its place
                        batch.Move(histories.Count - 1, row);
                        histories[row] = histories[^1];
                        histories.RemoveAt(histories.Count - 1);
                        break;
                    case 2:
                        batch.Reset(row, Clip(step + 100));
                        histories[row] = (Clip(step + 100), []);
                        break;
                    case 3:
                        int[] chosen = [row, .. Enumerable.Range(0, histories.Count), row];
                        chosen = chosen[..Math.Min(chosen.Length, Capacity)];
                        batch.SelectRows(chosen);
                        histories = [.. chosen.Select(from => (histories[from].Clip, histories[from].Tokens.ToList()))];
                        break;
                }
            }
            int[] tokens = [.. histories.Select(history => history.Tokens.Count == 0 ? Vocabulary.Start : 4 + random.Next(25))];
            for (int row = 0; row < tokens.Length; row++)
                histories[row].Tokens.Add(tokens[row]);

            float[] found = batch.Advance(tokens).ToArray();
            Assert.Equal(histories.SelectMany(Alone), found, (expected, actual) => Math.Abs(expected - actual) < GoldenCheck.Limit(provider) / 10);
        }
    }

    [Fact]
    public void A_step_gives_the_most_likely_tokens_and_all_logits_only_where_they_are_wanted()
    {
        using var batch = (DeviceDecoderStep)_device.CreateBatchDecoder(3);
        for (int row = 0; row < 3; row++)
            batch.Reset(row, Clip(row));
        for (int step = 0; step < 4; step++)
        {
            int[] tokens = [step == 0 ? Vocabulary.Start : 5 + step, 7, 9];
            StepLogits logits = batch.AdvanceToDraw(tokens);
            for (int row = 2; row >= 0; row--)
            {
                (long[] ids, float[] top, float logSum) = (logits[row].Top(1).Ids.ToArray(), logits[row].Top(1).Logits.ToArray(), logits[row].Top(1).LogSum);
                float[] all = step == 2 ? [] : logits[row].All.ToArray();    // fetched, brought along, not wanted, fetched
                if (all.Length == 0)
                    continue;
                Assert.Equal(all.OrderDescending(), top);
                Assert.Equal(ids.Select(id => all[id]), top);
                Assert.Equal(Math.Log(all.Sum(x => Math.Exp(x))), logSum, 1e-5);
            }
        }
    }

    [Theory]
    [InlineData(ExecutionProvider.Cpu)]
    [InlineData(ExecutionProvider.Cuda)]
    public void Steps_without_a_change_are_bound_once_and_give_the_same(ExecutionProvider provider)
    {
        // Most steps change nothing; rows join, leave, and all logits are asked for in between. 5 rows do not fill a step of 8.
        const int Capacity = 9;
        using var model = CommentModel.Open(_bundle.Folder, ProviderUnderTest.OptionsOrSkip(provider) with { OnDevice = true });
        using var batch = (DeviceDecoderStep)model.CreateBatchDecoder(Capacity);
        using var other = (DeviceDecoderStep)model.CreateBatchDecoder(Capacity);    // of the same session, between the steps
        var histories = new List<(ClipContext Clip, List<int> Tokens)>();
        var random = new Random(1);
        other.Reset(0, Clip(7));
        for (int step = 0; step < 80; step++)
        {
            if (step % 9 == 0 && histories.Count < Capacity)
            {
                batch.Reset(histories.Count, Clip(step));
                histories.Add((Clip(step), []));
            }
            if (step % 26 == 25)
            {
                batch.Move(histories.Count - 1, 0);
                histories[0] = histories[^1];
                histories.RemoveAt(histories.Count - 1);
            }
            int[] tokens = [.. histories.Select(history => history.Tokens.Count == 0 ? Vocabulary.Start : 4 + random.Next(25))];
            for (int row = 0; row < tokens.Length; row++)
                histories[row].Tokens.Add(tokens[row]);

            StepLogits logits = batch.AdvanceToDraw(tokens);

            for (int row = 0; row < tokens.Length; row++)
            {
                float[] expected = Alone(histories[row]);
                TopTokens top = logits[row].Top(1);
                Assert.Equal(top.Ids.ToArray().Select(id => expected[id]), top.Logits.ToArray(), (a, b) => Math.Abs(a - b) < GoldenCheck.Limit(provider) / 10);
                Assert.Equal(expected.OrderDescending(), top.Logits.ToArray(), (a, b) => Math.Abs(a - b) < GoldenCheck.Limit(provider) / 10);
                Assert.Equal(Math.Log(expected.Sum(x => Math.Exp(x))), top.LogSum, 1e-4);
                if (step % 7 == 3)
                    Assert.Equal(expected, logits[row].All.ToArray(), (a, b) => Math.Abs(a - b) < GoldenCheck.Limit(provider) / 10);
            }
            other.AdvanceToDraw([5]);
        }
    }

    [Fact]
    public void Comments_are_those_that_all_logits_give()
    {
        foreach (SamplingOptions options in (SamplingOptions[])[new(), new() { Temperature = 0 }, new() { TopK = 0 }, new() { TopK = 0, TopP = 0.8f, MinLength = 5 }, new() { RepetitionPenalty = 1.5f, NoRepeatNgram = 1, TopK = 12 }])
        {
            for (int seed = 0; seed < 10; seed++)
            {
                Comment expected = _plain.Generate(Clip(seed), options with { Seed = (ulong)seed }), found = _device.Generate(Clip(seed), options with { Seed = (ulong)seed });
                Assert.Equal(expected.Tokens, found.Tokens);
                Assert.Equal(expected.LogProbabilities, found.LogProbabilities, (a, b) => Math.Abs(a - b) < 1e-4f);
            }
        }
    }

    [Theory]
    [InlineData(ExecutionProvider.Cpu)]
    [InlineData(ExecutionProvider.Cuda)]
    public async Task A_running_batch_writes_the_same_comments(ExecutionProvider provider)
    {
        using var device = CommentModel.Open(_bundle.Folder, ProviderUnderTest.OptionsOrSkip(provider) with { OnDevice = true });
        await using BatchScheduler scheduler = device.CreateBatchScheduler(4);
        SamplingOptions[] options = [.. Enumerable.Range(0, 20).Select(i => new SamplingOptions { Seed = (ulong)i, TopK = i % 4 == 0 ? 0 : 5, MinLength = i % 3, MaxLength = 3 + i % 5 })];

        Comment[] comments = await Task.WhenAll(options.Select((option, i) => scheduler.GenerateAsync(Clip(i), option, TestContext.Current.CancellationToken)));

        Assert.Equal(options.Select((option, i) => _plain.Generate(Clip(i), option).Text), comments.Select(comment => comment.Text));
    }

    [Fact]
    public void Scores_are_those_of_the_plain_step()
    {
        ClipComments[] windows = [new(Clip(1), [[2, 5, 6, 3], [2, 5, 7, 3], [2, 9, 3]]), new(Clip(2), [[2, 5, 6, 3]])];
        using BatchScorer expected = _plain.CreateBatchScorer(), found = _device.CreateBatchScorer(3);

        double[] scores = [.. found.Score(windows, TestContext.Current.CancellationToken).SelectMany(score => score)];

        Assert.Equal(expected.Score(windows, TestContext.Current.CancellationToken).SelectMany(score => score), scores, (a, b) => Math.Abs(a - b) < 1e-4);
    }

    [Theory]
    [InlineData(ExecutionProvider.Cpu, Precision.Float32)]
    [InlineData(ExecutionProvider.Cpu, Precision.Float16)]
    [InlineData(ExecutionProvider.Cuda, Precision.Float32)]
    [InlineData(ExecutionProvider.Cuda, Precision.Float16)]
    public void The_golden_window_comes_out(ExecutionProvider provider, Precision precision)
    {
        using var model = CommentModel.Open(_bundle.Folder, ProviderUnderTest.OptionsOrSkip(provider) with { OnDevice = true, Precision = precision });

        IReadOnlyList<GoldenDifference> report = GoldenCheck.Run(model);

        Assert.All(report, difference => Assert.True(difference.IsAllowed, $"{difference}"));
        GoldenDifference logits = report.Single(difference => difference.Output == "logits");
        Assert.InRange(logits.Difference, precision == Precision.Float16 ? 1e-5 : 0, logits.Limit);
    }

    [Theory]
    [InlineData(ExecutionProvider.Cpu)]
    [InlineData(ExecutionProvider.Cuda)]
    public async Task Past_words_stay_on_the_device_and_are_said_again_by_the_same_rows(ExecutionProvider provider)
    {
        using TinyBundle bundle = TinyBundle.Standard(cuda: true);
        using CommentModel plain = bundle.Open(), device = CommentModel.Open(bundle.Folder, ProviderUnderTest.OptionsOrSkip(provider) with { OnDevice = true });
        ChatSpec chat = plain.Config.Chat!;
        var random = new Random(1);
        ClipContext[] clips = [.. Enumerable.Range(0, 12).Select(i => plain.Encode([], [], i % 4 == 0 ? null : ChatWindow.Before(
            TimeSpan.FromSeconds(60), chat, [.. Enumerable.Range(0, i).Select(second => new PastComment(TimeSpan.FromSeconds(second), [4 + random.Next(36), 4 + random.Next(36), 4 + random.Next(36)]))])))];
        var options = new SamplingOptions { MinLength = 3, MaxLength = 9, TopK = 6 };
        await using BatchScheduler scheduler = device.CreateBatchScheduler(3);

        Comment[] together = await Task.WhenAll(clips.Select((clip, i) => scheduler.GenerateAsync(clip, options with { Seed = (ulong)i }, TestContext.Current.CancellationToken)));

        for (int i = 0; i < clips.Length; i++)
        {
            Comment expected = plain.Generate(clips[i], options with { Seed = (ulong)i });
            Assert.Equal(expected.Tokens, together[i].Tokens);
            Assert.Equal(expected.LogProbabilities, together[i].LogProbabilities, (a, b) => Math.Abs(a - b) < 1e-4f);
            Assert.Equal(expected.Tokens, device.Generate(clips[i], options with { Seed = (ulong)i }).Tokens);
        }
    }

    [Fact]
    public void A_clip_of_another_model_is_refused()
    {
        using IModelBatchDecoder batch = _device.CreateBatchDecoder(2);

        var error = Assert.Throws<ArgumentException>(() => batch.Reset(0, new ClipContext([1, 2], [3, 4])));

        Assert.StartsWith("the clip's 'hidden' has 2 numbers; this decoder's has 16: it is of another model.", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Advance([1, 1, 1]).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => _device.CreateBatchDecoder(0));
        Assert.Equal(0, batch.Advance([]).Length);
    }

    private float[] Alone((ClipContext Clip, List<int> Tokens) history)
    {
        using IModelDecoder decoder = _plain.CreateDecoder();
        decoder.Reset(history.Clip);
        float[] logits = [];
        foreach (int token in history.Tokens)
            logits = decoder.Advance(token).ToArray();
        return logits;
    }

    private ClipContext Clip(int seed)
    {
        var random = new Random(seed);
        return new ClipContext(Values(), Values());

        float[] Values() => [.. Enumerable.Range(0, _plain.Config.HiddenSize).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
