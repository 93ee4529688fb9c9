namespace Twitch.Runtime.Tests;

public sealed class BatchSchedulerTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>, IDisposable
{
    private static readonly Vocabulary Words = Vocabulary.FromWords(["gg", "Kappa", "lol"]);
    private static readonly Speaker Speaker = new(new SpeechRules(BannedWords.Default), Words);
    private static readonly ClipContext SaysGg = ScriptedBatchDecoder.Clip(4), SaysKappa = ScriptedBatchDecoder.Clip(5), Damaged = ScriptedBatchDecoder.Clip(-1);

    private readonly CommentModel _model = opened.Model;
    private readonly ManualResetEventSlim _begin = new();
    private readonly TaskCompletionSource _entered = new();
    private readonly CancellationTokenSource _stop = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _begin.Dispose();
        _stop.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    public async Task A_comment_is_the_one_drawn_alone_whatever_the_company(int capacity)
    {
        await using BatchScheduler scheduler = _model.CreateBatchScheduler(capacity);
        (ClipContext Clip, SamplingOptions Options)[] asked = [.. Enumerable.Range(0, 150).Select(Ask)];

        Comment[] together = await Task.WhenAll(asked.AsParallel().AsOrdered().Select(ask => scheduler.GenerateAsync(ask.Clip, ask.Options, Cancellation)));

        Assert.True(together.Select(comment => comment.Tokens.Count).Distinct().Count() > 3);
        for (int i = 0; i < asked.Length; i++)
        {
            Comment alone = _model.Generate(asked[i].Clip, asked[i].Options);
            Assert.Equal(alone.Text, together[i].Text);
            Assert.Equal(alone.Tokens, together[i].Tokens);
            Assert.Equal(alone.LogProbabilities, together[i].LogProbabilities);
        }
    }

    [Fact]
    public async Task A_comment_joins_the_running_batch_and_leaves_it_when_it_ends()
    {
        ScriptedBatchDecoder decoder = Held(capacity: 4);
        await using var scheduler = new BatchScheduler(decoder, Speaker);

        Task<Comment> first = scheduler.GenerateAsync(SaysGg, Greedy(5), Cancellation);
        await _entered.Task;
        Task<Comment> second = scheduler.GenerateAsync(SaysKappa, Greedy(2), Cancellation);
        _begin.Set();

        Assert.Equal("gg gg gg gg gg", (await first).Text);
        Assert.Equal("Kappa Kappa", (await second).Text);
        Assert.Equal([1, 2, 2, 1, 1], decoder.RowCounts);
    }

    [Fact]
    public async Task No_step_has_more_rows_than_there_is_room_for()
    {
        ScriptedBatchDecoder decoder = Held(capacity: 3);
        await using var scheduler = new BatchScheduler(decoder, Speaker);

        Task<Comment>[] comments = [.. Enumerable.Range(1, 10).Select(length => scheduler.GenerateAsync(SaysGg, Greedy(length), Cancellation))];
        await _entered.Task;
        _begin.Set();
        await Task.WhenAll(comments);

        Assert.Equal(Enumerable.Range(1, 10), comments.Select(comment => comment.Result.Tokens.Count));
        Assert.Equal(3, decoder.RowCounts.Max());
        Assert.Equal(55, decoder.RowCounts.Sum());    // no row is computed that nobody waits for
    }

    [Fact]
    public async Task Cancelling_takes_a_comment_out_of_the_batch()
    {
        ScriptedBatchDecoder decoder = Held(capacity: 4, step => { if (step == 3) _stop.Cancel(); });
        await using var scheduler = new BatchScheduler(decoder, Speaker);

        Task<Comment> cancelled = scheduler.GenerateAsync(SaysKappa, Greedy(100), _stop.Token);
        await _entered.Task;
        Task<Comment> other = scheduler.GenerateAsync(SaysGg, Greedy(6), Cancellation);
        _begin.Set();

        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(_stop.Token, e.CancellationToken);
        Assert.Equal("gg gg gg gg gg gg", (await other).Text);
        Assert.Equal([1, 2, 2, 2, 1, 1, 1], decoder.RowCounts);
    }

    [Fact]
    public async Task What_was_cancelled_before_never_reaches_the_decoder()
    {
        using var decoder = new ScriptedBatchDecoder(1, Words.Count);
        await using var scheduler = new BatchScheduler(decoder, Speaker);
        await _stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scheduler.GenerateAsync(SaysGg, Greedy(3), _stop.Token));

        Assert.Empty(decoder.RowCounts);
    }

    [Fact]
    public async Task A_failing_decoder_fails_its_comments_and_the_next_one_begins_anew()
    {
        ScriptedBatchDecoder decoder = Held(capacity: 4, step => { if (step == 1) throw new InvalidOperationException("out of memory"); });
        await using var scheduler = new BatchScheduler(decoder, Speaker);

        Task<Comment>[] failing = [.. Enumerable.Range(0, 3).Select(_ => scheduler.GenerateAsync(SaysGg, Greedy(9), Cancellation))];
        await _entered.Task;
        _begin.Set();

        foreach (Task<Comment> comment in failing)
            Assert.Equal("out of memory", (await Assert.ThrowsAsync<InvalidOperationException>(() => comment)).Message);
        Assert.Equal("Kappa Kappa", (await scheduler.GenerateAsync(SaysKappa, Greedy(2), Cancellation)).Text);
    }

    [Fact]
    public async Task Damaged_logits_fail_their_own_comment_alone()
    {
        ScriptedBatchDecoder decoder = Held(capacity: 4);
        await using var scheduler = new BatchScheduler(decoder, Speaker);

        Task<Comment> whole = scheduler.GenerateAsync(SaysGg, Greedy(3), Cancellation);
        await _entered.Task;
        Task<Comment> damaged = scheduler.GenerateAsync(Damaged, Greedy(3), Cancellation);
        _begin.Set();

        Assert.StartsWith("the decoder's logits hold NaN", (await Assert.ThrowsAsync<TwitchException>(() => damaged)).Message, StringComparison.Ordinal);
        Assert.Equal("gg gg gg", (await whole).Text);
    }

    [Fact]
    public async Task A_clip_of_another_model_is_refused()
    {
        await using BatchScheduler scheduler = _model.CreateBatchScheduler(2);

        await Assert.ThrowsAsync<ArgumentException>(() => scheduler.GenerateAsync(SaysGg, new SamplingOptions(), Cancellation));
        await Assert.ThrowsAsync<TwitchException>(() => scheduler.GenerateAsync(Clip(1), new SamplingOptions { TopK = 30 }, Cancellation));
    }

    [Fact]
    public async Task Disposing_ends_what_runs_and_what_waits()
    {
        Task disposing = Task.CompletedTask;
        BatchScheduler? scheduler = null;
        ScriptedBatchDecoder decoder = Held(capacity: 1, step => { if (step == 2) disposing = scheduler!.DisposeAsync().AsTask(); });
        scheduler = new BatchScheduler(decoder, Speaker);

        Task<Comment> running = scheduler.GenerateAsync(SaysGg, Greedy(100), Cancellation);
        await _entered.Task;
        Task<Comment> waiting = scheduler.GenerateAsync(SaysGg, Greedy(100), Cancellation);
        _begin.Set();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await disposing;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => scheduler.GenerateAsync(SaysGg, Greedy(1), Cancellation));
        await scheduler.DisposeAsync();
        Assert.Equal(3, decoder.RowCounts.Count);
        Assert.True(decoder.IsDisposed);
    }

    // The first step has one row and waits, so that what a test asks for meanwhile joins in the second.
    private ScriptedBatchDecoder Held(int capacity, Action<int>? onStep = null) => new(capacity, Words.Count)
    {
        OnStep = step =>
        {
            _entered.TrySetResult();
            _begin.Wait(Cancellation);
            onStep?.Invoke(step);
        },
    };

    private static SamplingOptions Greedy(int length) => new() { Temperature = 0, TopK = 0, MinLength = length, MaxLength = length };

    private (ClipContext, SamplingOptions) Ask(int i) => (Clip(i % 11), new SamplingOptions
    {
        Seed = (ulong)i,
        Temperature = i % 5 == 0 ? 0 : 0.5f + i % 3,
        TopK = i % 4 == 0 ? 0 : 1 + i % 7,
        TopP = i % 3 == 0 ? 0.9f : 1,
        RepetitionPenalty = 1 + i % 2,
        MinLength = i % 2,
        MaxLength = 1 + i % 17,
    });

    private ClipContext Clip(int seed)
    {
        var random = new Random(seed);
        return new ClipContext(Values(), Values());

        float[] Values() => [.. Enumerable.Range(0, _model.Config.HiddenSize).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
