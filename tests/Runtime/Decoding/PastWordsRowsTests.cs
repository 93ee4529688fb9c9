namespace Twitch.Runtime.Tests;

/// <summary>Decoders of a model that reads past chat: every row keeps its own.</summary>
public sealed class PastWordsRowsTests : IDisposable
{
    private readonly TinyBundle _bundle = TinyBundle.Standard(cuda: true);
    private readonly CommentModel _model;
    private readonly ClipContext[] _clips;

    public PastWordsRowsTests()
    {
        _model = _bundle.Open();
        byte[] frame = new byte[_model.Config.Frame.ByteCount];
        _clips = [.. Enumerable.Range(0, 6).Select(i => _model.Encode(frame, [], Chat(i)))];
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _model.Dispose();
        _bundle.Dispose();
    }

    [Fact]
    public void Rows_join_and_leave_with_their_chat()
    {
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(6);
        var running = new List<IModelDecoder>();
        var random = new Random(1);

        for (int step = 0; step < 60; step++)
        {
            if (running.Count > 0 && random.Next(3) == 0)    // one leaves, the last takes its place
            {
                int row = random.Next(running.Count);
                batch.Move(running.Count - 1, row);
                running[row].Dispose();
                running[row] = running[^1];
                running.RemoveAt(running.Count - 1);
            }
            while (running.Count < 6 && random.Next(2) == 0)
            {
                IModelDecoder alone = _model.CreateDecoder();
                alone.Reset(_clips[step % 6]);
                batch.Reset(running.Count, _clips[step % 6]);
                running.Add(alone);
            }
            int[] tokens = [.. running.Select((_, row) => step % 5 == 0 ? Vocabulary.Start : 5 + (step + row) % 4)];
            ReadOnlySpan<float> logits = batch.Advance(tokens);
            for (int row = 0; row < running.Count; row++)
                Assert.Equal(running[row].Advance(tokens[row]).ToArray(), logits.Slice(row * batch.VocabularySize, batch.VocabularySize).ToArray());
        }
        running.ForEach(decoder => decoder.Dispose());
    }

    [Fact]
    public void The_mixture_is_that_of_the_graph_which_a_device_runs()
    {
        using var device = CommentModel.Open(_bundle.Folder, new RuntimeOptions { OnDevice = true });
        using IModelBatchDecoder mixed = _model.CreateBatchDecoder(_clips.Length), expected = device.CreateBatchDecoder(_clips.Length);
        for (int row = 0; row < _clips.Length; row++)
        {
            mixed.Reset(row, _clips[row]);
            expected.Reset(row, _clips[row]);
        }
        foreach (int word in (int[])[Vocabulary.Start, 5, 6, 5, 7, 8, 8, Vocabulary.End])
        {
            int[] tokens = [.. _clips.Select((_, row) => word < Vocabulary.SpecialCount ? word : 5 + (word + row) % 4)];
            Assert.Equal(expected.Advance(tokens).ToArray(), mixed.Advance(tokens).ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Fact]
    public void Chosen_rows_go_on_with_their_chat_and_what_they_agree_with()
    {
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(4), again = _model.CreateBatchDecoder(4);
        int[] chosen = [2, 0, 2, 1], first = [5, 6, 7];
        for (int row = 0; row < 3; row++)
            batch.Reset(row, _clips[row + 2]);
        for (int row = 0; row < 4; row++)
            again.Reset(row, _clips[chosen[row] + 2]);

        batch.Advance([Vocabulary.Start, Vocabulary.Start, Vocabulary.Start]);
        batch.Advance(first);
        batch.SelectRows(chosen);
        again.Advance([Vocabulary.Start, Vocabulary.Start, Vocabulary.Start, Vocabulary.Start]);
        again.Advance([.. chosen.Select(row => first[row])]);

        for (int step = 0; step < 3; step++)
            Assert.Equal(again.Advance([6, 6, 8, 5]).ToArray(), batch.Advance([6, 6, 8, 5]).ToArray());
    }

    [Fact]
    public void A_batch_scores_each_comment_after_its_own_chat()
    {
        var random = new Random(4);
        ClipComments[] windows = [.. _clips.Select(clip => new ClipComments(clip, [.. Enumerable.Range(0, 9).Select(_ =>
            (int[])[Vocabulary.Start, .. Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(5, 9)), Vocabulary.End])]))];
        using BatchScorer scorer = _model.CreateBatchScorer(7);

        double[][] scores = scorer.Score(windows, Cancellation);

        for (int i = 0; i < windows.Length; i++)
            Assert.All(windows[i].Comments.Zip(scores[i]), pair => Assert.Equal(_model.Score(windows[i].Clip, pair.First).Sum(value => (double)value), pair.Second, 1e-4));
    }

    [Fact]
    public async Task A_scheduled_comment_is_the_one_drawn_alone()
    {
        await using BatchScheduler scheduler = _model.CreateBatchScheduler(4);
        (ClipContext Clip, SamplingOptions Options)[] asked = [.. Enumerable.Range(0, 40).Select(i => (_clips[i % 6], new SamplingOptions { Seed = (ulong)i, MaxLength = 1 + i % 7 }))];

        Comment[] together = await Task.WhenAll(asked.Select(ask => scheduler.GenerateAsync(ask.Clip, ask.Options, Cancellation)));

        for (int i = 0; i < asked.Length; i++)
        {
            Comment alone = _model.Generate(asked[i].Clip, asked[i].Options);
            Assert.Equal(alone.Tokens, together[i].Tokens);
            Assert.Equal(alone.LogProbabilities, together[i].LogProbabilities);
        }
    }

    [Fact]
    public void A_drawn_token_has_its_probability_in_the_mixture()
    {
        using IModelDecoder drawing = _model.CreateDecoder(), beside = _model.CreateDecoder();
        var sampler = new Sampler(drawing.VocabularySize);
        sampler.Begin(new SamplingOptions { Seed = 3, MinLength = 8 });
        drawing.Reset(_clips[4]);
        beside.Reset(_clips[4]);
        int before = Vocabulary.Start;
        for (int i = 0; i < 8; i++)
        {
            float[] mixture = beside.Advance(before).ToArray();
            Token drawn = sampler.Draw(drawing.AdvanceToDraw(before)[0]);

            Assert.Equal(1, mixture.Sum(value => Math.Exp(value)), 1e-5);
            Assert.Equal(mixture[drawn.Id], drawn.LogProbability);
            before = drawn.Id;
        }
    }

    [Fact]
    public void A_token_allocates_nothing()
    {
        using IModelDecoder decoder = _model.CreateDecoder();
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(2);
        decoder.Reset(_clips[3]);
        batch.Reset(0, _clips[3]);
        batch.Reset(1, _clips[4]);
        ReadOnlySpan<int> tokens = [5, 6];
        decoder.Advance(5);
        batch.Advance(tokens);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            decoder.Advance(5);
            batch.Advance(tokens);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_clip_of_a_model_without_past_chat_is_refused()
    {
        using IModelDecoder decoder = _model.CreateDecoder();

        var e = Assert.Throws<ArgumentException>(() => decoder.Reset(new ClipContext(new float[24], new float[24])));

        Assert.Contains("the clip has 0 places of past words; this decoder's has 192", e.Message, StringComparison.Ordinal);
    }

    // None, then ever more comments of words that come back.
    private ChatWindow Chat(int count)
    {
        ChatHistory chat = _model.CreateChatHistory();
        for (int i = 0; i < 4 * count; i++)
            chat.Add(TimeSpan.FromSeconds(i), $"w{5 + i % 4:0000} w{5 + i * i % 4:0000} w{5 + count % 4:0000}");
        return chat.Before(TimeSpan.FromSeconds(20))!;
    }
}
