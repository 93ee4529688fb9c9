using Twitch.Media;

namespace Twitch.Runtime.Tests;

/// <summary>A bundle that reads past chat and says when to comment, beside one that does neither.</summary>
public sealed class PastChatTests(OpenedSeedTiny opened, TinyRecording recording) : IClassFixture<OpenedSeedTiny>, IClassFixture<TinyRecording>, IDisposable
{
    private readonly TinyBundle _bundle = TinyBundle.Standard();
    private readonly float[] _mel = [.. Enumerable.Range(0, SecondOfMel.StepCount * SecondOfMel.FilterCount).Select(i => (i % 13) - 9f)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void What_was_said_before_changes_what_is_likely()
    {
        using CommentModel model = _bundle.Open();
        byte[] frames = new byte[2 * model.Config.Frame.ByteCount];
        ChatHistory chat = model.CreateChatHistory();
        float[] unknown = FirstWord(model.Encode(frames, _mel)), empty = FirstWord(model.Encode(frames, _mel, chat.Before(TimeSpan.FromSeconds(8))));

        chat.Add(TimeSpan.FromSeconds(5), "w0005 w0006");
        float[] said = FirstWord(model.Encode(frames, _mel, chat.Before(TimeSpan.FromSeconds(8)))), later = FirstWord(model.Encode(frames, _mel, chat.Before(TimeSpan.FromSeconds(30))));

        Assert.Equal(unknown, empty);
        Assert.True(said[5] > empty[5] && said[6] > empty[6] && said[7] < empty[7]);
        Assert.NotEqual(said, later);

        float[] FirstWord(ClipContext clip)
        {
            using IModelDecoder decoder = model.CreateDecoder();
            decoder.Reset(clip);
            return decoder.Advance(Vocabulary.Start).ToArray();
        }
    }

    [Fact]
    public void The_rate_follows_the_chats_pace_and_not_its_words()
    {
        using CommentModel model = _bundle.Open();
        ChatHistory chat = model.CreateChatHistory();
        chat.Add(TimeSpan.FromSeconds(5), "w0005 w0006");
        float deaf = model.Rate(model.Encode([], _mel)), reading = model.Rate(model.Encode([], _mel, chat.Before(TimeSpan.FromSeconds(8))));

        float quiet = model.Rate(model.Encode([], _mel), new ChatPace(0, 0)), lively = model.Rate(model.Encode([], _mel), new ChatPace(3, 5));

        Assert.True(model.HasRate);
        Assert.Equal(deaf, reading);
        Assert.NotEqual(quiet, lively);
        Assert.InRange(deaf, ModelConfig.LeastRate, ModelConfig.MostRate);
    }

    [Fact]
    public void The_chats_of_a_batch_do_not_mix()
    {
        using CommentModel model = _bundle.Open();
        byte[] frames = new byte[model.Config.Frame.ByteCount];
        ChatWindow[] windows = [.. Enumerable.Range(0, 3).Select(i =>
        {
            ChatHistory chat = model.CreateChatHistory();
            for (int k = 0; k < 5 * i; k++)
                chat.Add(TimeSpan.FromSeconds(k), $"w{4 + i + k:0000}");
            return chat.Before(TimeSpan.FromSeconds(20))!;
        })];

        ClipContext[] together = model.EncodeBatch([.. frames, .. frames, .. frames], [.. _mel, .. _mel, .. _mel], 3, windows);

        for (int i = 0; i < 3; i++)
        {
            ClipContext alone = model.Encode(frames, _mel, windows[i]);
            Assert.Equal(alone.Past!.Next.ToArray(), together[i].Past!.Next.ToArray());
            Assert.All(alone.Past.Scores.ToArray().Zip(together[i].Past!.Scores.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    [Fact]
    public void A_network_that_reads_no_chat_refuses_one_and_says_no_rate()
    {
        ChatWindow chat = ChatWindow.Empty(ChatSpec.Standard);

        var read = Assert.Throws<ArgumentException>(() => opened.Model.Encode([], [], chat));
        var rate = Assert.Throws<TwitchException>(() => opened.Model.Rate(opened.Model.Encode([], [])));

        Assert.Contains("reads no past chat", read.Message, StringComparison.Ordinal);
        Assert.Contains("rate.onnx is missing", rate.Message, StringComparison.Ordinal);
        Assert.Null(opened.Model.Chat);
        Assert.False(opened.Model.HasRate);
    }

    [Fact]
    public void A_chat_of_another_size_is_refused()
    {
        using CommentModel model = _bundle.Open();

        var e = Assert.Throws<ArgumentException>(() => model.Encode([], [], ChatWindow.Empty(ChatSpec.Standard with { WordCount = 3 })));

        Assert.Contains("they were made for another model", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BundleManifest.ChatEncoderFile)]
    [InlineData(BundleManifest.RateFile)]
    public void A_config_and_the_graphs_beside_it_must_agree(string file)
    {
        using TinyBundle lacking = _bundle.Copy(), undescribed = _bundle.Copy();
        File.Delete(lacking.PathOf(file));
        lacking.Rewrite(manifest => manifest with { Graphs = [.. manifest.Graphs.Where(graph => graph.File != file)] });
        undescribed.Rewrite(manifest => manifest with { Config = file == BundleManifest.RateFile ? manifest.Config with { RateSize = 0 } : manifest.Config with { Chat = null } });

        Assert.EndsWith($"does not list {file}; export the bundle again.", Assert.Throws<TwitchException>(lacking.Open).Message, StringComparison.Ordinal);
        Assert.Contains($"lists {file}, but config has no '", Assert.Throws<TwitchException>(undescribed.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chat_encoder_of_another_size_names_graph_and_input()
    {
        _bundle.Rewrite(manifest => manifest with { Config = manifest.Config with { Chat = manifest.Config.Chat! with { CommentCount = 4 } } });

        Assert.StartsWith($"{_bundle.PathOf(BundleManifest.ChatEncoderFile)}: input 'words' is i64 [batch, 16, 12], the sizes in config need i64 [batch, 4, 12]", Assert.Throws<TwitchException>(_bundle.Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_reads_what_it_said_itself_unless_told_not_to()
    {
        using CommentModel model = _bundle.Open();
        Recording source = model.OpenRecording(new MediaSource(recording.Path));
        ChatHistory own = model.CreateChatHistory();

        TimedComment[] reading = await Every(own), again = await Every(null), deaf = await Every(ChatHistory.None);

        Assert.Equal(reading.Select(comment => comment.Comment.Text), again.Select(comment => comment.Comment.Text));
        Assert.Equal(reading.Length, own.Before(TimeSpan.FromHours(1))!.Count);
        // The logits behind the same first words differ, though the words may not.
        Assert.Equal(reading[0].Comment.LogProbabilities, deaf[0].Comment.LogProbabilities);
        Assert.NotEqual(reading[1].Comment.LogProbabilities, deaf[1].Comment.LogProbabilities);

        async Task<TimedComment[]> Every(ChatHistory? chat) =>
            await model.CommentEveryAsync(source, TimeSpan.FromSeconds(6), options: new SamplingOptions { Seed = 2 }, chat: chat, cancellation: Cancellation).ToArrayAsync(Cancellation);
    }

    [Fact]
    public async Task Comments_come_when_they_are_due()
    {
        using CommentModel model = _bundle.Open();
        Recording source = model.OpenRecording(new MediaSource(recording.Path));
        var pace = new CommentPace { LeastGap = TimeSpan.FromSeconds(1.5), Seed = 11 };

        TimedComment[] first = await WhenDue(pace), again = await WhenDue(pace), other = await WhenDue(pace with { Seed = 10 }), seldom = await WhenDue(pace with { Scale = 0.001 });

        Assert.Equal(first.Select(comment => (comment.Time, comment.Comment.Text)), again.Select(comment => (comment.Time, comment.Comment.Text)));
        Assert.NotEqual(first.Select(comment => comment.Time), other.Select(comment => comment.Time));
        Assert.InRange(first.Length, 3, 12);    // in 17 s, at about a comment a second
        Assert.Empty(seldom);
        Assert.All(first, comment => Assert.InRange(comment.Time.TotalSeconds, 3, 20));
        Assert.All(first.Zip(first.Skip(1)), pair => Assert.True(pair.Second.Time - pair.First.Time >= pace.LeastGap));
        await Assert.ThrowsAsync<TwitchException>(async () => await model.CommentWhenDueAsync(source, from: TimeSpan.FromMinutes(1), cancellation: Cancellation).ToArrayAsync(Cancellation));
        Assert.Throws<TwitchException>(() => opened.Model.CommentWhenDueAsync(source, cancellation: Cancellation));

        async Task<TimedComment[]> WhenDue(CommentPace pace) =>
            await model.CommentWhenDueAsync(source, pace, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(20), cancellation: Cancellation).ToArrayAsync(Cancellation);
    }

    [Fact]
    public void A_stream_is_encoded_after_its_chat_so_far()
    {
        using CommentModel model = _bundle.Open();
        ChatHistory chat = model.CreateChatHistory();
        StreamingEncoder reading = new(model, chat), deaf = new(model);

        Assert.Equal(Said(deaf, 0), Said(reading, 0));
        chat.Add(TimeSpan.FromSeconds(1), "w0007");    // not before the second 1
        Assert.Equal(Said(deaf, 1), Said(reading, 1));
        Assert.NotEqual(Said(deaf, 2), Said(reading, 2));

        long[] Said(StreamingEncoder encoder, int second) => encoder.Add(Second(model, second)).Past!.Next.ToArray();
    }

    [Fact]
    public void A_chat_that_was_read_ahead_is_read_again_if_something_was_said_since()
    {
        using CommentModel model = _bundle.Open();
        ChatHistory chat = model.CreateChatHistory();
        StreamingEncoder ahead = new(model, chat), late = new(model, chat);
        ahead.ReadAhead();    // before there is a next second

        for (int second = 0; second < 6; second++)
        {
            PastWords expected = late.Add(Second(model, second)).Past!, found = ahead.Add(Second(model, second)).Past!;
            Assert.Equal(expected.Next.ToArray(), found.Next.ToArray());
            Assert.Equal(expected.Scores.ToArray(), found.Scores.ToArray());
            chat.Add(TimeSpan.FromSeconds(second + 0.25), $"w{4 + second:0000}");
            ahead.ReadAhead();
            if (second % 2 == 0)
                chat.Add(TimeSpan.FromSeconds(second + 0.5), $"w{20 + second:0000} w0007");
        }
    }

    private static StreamSecond Second(CommentModel model, int index) =>
        new(index, new byte[model.Config.Frame.ByteCount], 0, ReadOnlyMemory<float>.Empty);
}
