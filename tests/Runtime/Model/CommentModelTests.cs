namespace Twitch.Runtime.Tests;

public class CommentModelTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>
{
    private readonly CommentModel _model = opened.Model;

    [Fact]
    public void Every_output_is_torchs_within_1e_minus_5()
    {
        IReadOnlyList<GoldenDifference> report = GoldenCheck.Run(_model);

        Assert.Equal(["video_hidden", "video_cell", "audio_hidden", "audio_cell", "hidden", "cell"], report.Take(6).Select(difference => difference.Output));
        Assert.Equal(["logits", "next_hidden", "next_cell", "greedy"], report.TakeLast(4).Select(difference => difference.Output));
        Assert.All(report, difference => Assert.InRange(difference.Difference, 0, 1e-5));
        Assert.Contains(report, difference => difference.Output == "video_cell in two parts");
    }

    [Fact]
    public void In_int8_sound_is_exact_and_wide_frames_and_the_decoder_are_within_their_share()
    {
        using var rounded = CommentModel.Open(opened.Bundle.Folder, new RuntimeOptions { Precision = Precision.Int8 });

        IReadOnlyList<GoldenDifference> report = GoldenCheck.Run(rounded);

        Assert.All(report, difference => Assert.True(difference.IsAllowed, $"{difference}"));
        Assert.All(report.Where(difference => difference.Output.StartsWith("audio_", StringComparison.Ordinal)), difference => Assert.InRange(difference.Difference, 0, 1e-5));
        Assert.All(report.Where(difference => difference.Output.StartsWith("video_", StringComparison.Ordinal)), difference => Assert.InRange(difference.Difference, 1e-5, difference.Limit));    // it is another graph indeed
        GoldenDifference logits = report.Single(difference => difference.Output == "logits"), greedy = report[^1];
        Assert.InRange(logits.Difference, 1e-4, logits.Limit);
        GoldenDifference? many = report.Where(difference => difference.Output == "logits of several rows").Cast<GoldenDifference?>().SingleOrDefault();
        Assert.Equal(Processor.AddsFourProducts, many is not null);    // where it does, another graph writes several comments
        Assert.True(many is null || (many.Value.Difference > 1e-4 && many.Value.Compared == logits.Compared), $"{many}, {logits}");
        Assert.Equal((24, double.PositiveInfinity), (greedy.Compared, greedy.Limit));
    }

    [Fact]
    public void A_window_encoded_as_it_arrives_is_the_window_encoded_whole()
    {
        (byte[] frames, float[] mel) = Window(1, frameCount: 5, stepCount: 30);
        ModelConfig config = _model.Config;

        EncoderState video = EncoderState.Zeros(config), audio = EncoderState.Zeros(config);
        for (int i = 0; i < 5; i++)
            video = _model.Video.Encode(frames.AsSpan(i * config.Frame.ByteCount, config.Frame.ByteCount), video);
        for (int i = 0; i < 30; i += 10)
            audio = _model.Audio.Encode(mel.AsSpan(i * config.Mel.MelCount, 10 * config.Mel.MelCount), audio);
        ClipContext whole = _model.Encode(frames, mel), arrived = _model.Fuse(video, audio)[0];

        Near(whole.Hidden, arrived.Hidden);
        Near(whole.Cell, arrived.Cell);
    }

    [Theory]
    [InlineData(2, 16)]
    [InlineData(16, 2)]
    [InlineData(32, 32)]
    public void A_clip_of_another_model_is_refused_and_the_next_one_is_not(int hidden, int cell)
    {
        var other = new ClipContext(new float[hidden], new float[cell]);
        var own = new ClipContext(new float[_model.Config.HiddenSize], new float[_model.Config.HiddenSize]);
        Comment expected = _model.Generate(own, _model.Sampling);
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(2);

        string[] messages = [Assert.Throws<ArgumentException>(() => _model.Generate(other, _model.Sampling)).Message, Assert.Throws<ArgumentException>(() => batch.Reset(0, other)).Message];

        Assert.All(messages, message => Assert.StartsWith($"the clip's state has {hidden} and {cell} numbers; this decoder's has 16 each", message, StringComparison.Ordinal));
        Assert.Equal(expected.Tokens, _model.Generate(own, _model.Sampling).Tokens);
    }

    [Fact]
    public void A_batch_is_its_windows_alone()
    {
        (byte[] a, float[] b) = Window(2, frameCount: 3 * 4, stepCount: 3 * 20);

        ClipContext[] batch = _model.EncodeBatch(a, b, 3);

        for (int i = 0; i < 3; i++)
        {
            ClipContext alone = _model.Encode(a.AsSpan(i * a.Length / 3, a.Length / 3), b.AsSpan(i * b.Length / 3, b.Length / 3));
            Near(alone.Hidden, batch[i].Hidden);
            Near(alone.Cell, batch[i].Cell);
        }
    }

    [Fact]
    public void Without_frames_or_sound_the_state_stays_as_it_was()
    {
        EncoderState before = EncoderState.Zeros(_model.Config, 2);

        Assert.Same(before, _model.Video.Encode([], before));
        Assert.Same(before, _model.Audio.Encode([], before));
        Assert.Equal(_model.Config.HiddenSize, _model.Encode([], []).Hidden.Length);
    }

    [Fact]
    public void Half_a_frame_is_refused()
    {
        var e = Assert.Throws<ArgumentException>(() => _model.Encode(new byte[100], []));

        Assert.Equal("'frames' has 100 elements; a multiple of 1 (batch) × 192 (one step) is needed.", e.Message);
    }

    [Fact]
    public void The_same_seed_says_the_same_on_every_thread()
    {
        (byte[] frames, float[] mel) = Window(3, frameCount: 10, stepCount: 40);
        string[] alone = [.. Enumerable.Range(0, 40).Select(seed => Say(seed))];

        var together = new string[alone.Length];
        Parallel.For(0, alone.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, seed => together[seed] = Say(seed));

        Assert.Equal(alone, together);
        Assert.True(alone.Distinct().Count() > 10);

        string Say(int seed) => _model.Generate(_model.Encode(frames, mel), new SamplingOptions { Seed = (ulong)seed }).Text;
    }

    [Fact]
    public void Distinct_comments_differ_and_begin_with_the_one_alone()
    {
        ClipContext clip = Clip(4);
        var options = new SamplingOptions { Seed = 9, MaxLength = 4 };

        string[] first = [.. _model.GenerateDistinct(clip, options, 6).Select(comment => comment.Text)];

        Assert.Equal(6, first.Distinct().Count());
        Assert.Equal(_model.Generate(clip, options).Text, first[0]);
        Assert.Equal(first, _model.GenerateDistinct(clip, options, 6).Select(comment => comment.Text));
    }

    [Fact]
    public void Asking_for_more_comments_than_there_are_ends()
    {
        var options = new SamplingOptions { MaxLength = 1, TopK = 3 };    // three words at most

        Assert.InRange(_model.GenerateDistinct(Clip(5), options, 50).Count(), 1, 3);
        Assert.Single(_model.GenerateDistinct(Clip(5), options with { Temperature = 0 }, 50));
    }

    [Fact]
    public void A_generator_gives_the_tokens_of_the_comment_one_by_one()
    {
        ClipContext clip = Clip(6);
        var options = new SamplingOptions { Seed = 3 };
        Comment whole = _model.Generate(clip, options);

        using CommentGenerator generator = _model.CreateGenerator(clip, options);
        var tokens = new List<Token>();
        while (generator.TryNext(out Token token))
            tokens.Add(token);

        Assert.Equal(whole.Tokens, tokens.Select(token => token.Id));
        Assert.Equal(whole.LogProbabilities, tokens.Select(token => token.LogProbability));
        Assert.Equal(whole.Text, string.Join(' ', tokens.Select(token => $"word{token.Id}")));
        Assert.All(tokens, token => Assert.True(token.LogProbability < 0));
    }

    [Fact]
    public void A_token_allocates_nothing()
    {
        using CommentGenerator generator = _model.CreateGenerator(Clip(7), new SamplingOptions { MinLength = 200, MaxLength = 200 });
        for (int i = 0; i < 10; i++)
            generator.TryNext(out _);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            generator.TryNext(out _);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_bundle_with_ears_takes_whole_seconds_of_sound()
    {
        using TinyBundle bundle = TinyBundle.Standard();
        using CommentModel model = bundle.Open();
        var frames = new byte[3 * model.Config.Frame.ByteCount];

        Assert.NotEqual("", model.Generate(model.Encode(frames, new float[3 * 62 * 64]), model.Sampling).Text);
        Assert.Throws<ArgumentException>(() => model.Encode(frames, new float[3 * 62 * 64 - 64]));
    }

    private ClipContext Clip(int seed)
    {
        (byte[] frames, float[] mel) = Window(seed, frameCount: 10, stepCount: 40);
        return _model.Encode(frames, mel);
    }

    private (byte[] Frames, float[] Mel) Window(int seed, int frameCount, int stepCount)
    {
        var random = new Random(seed);
        var frames = new byte[frameCount * _model.Config.Frame.ByteCount];
        random.NextBytes(frames);
        return (frames, [.. Enumerable.Range(0, stepCount * _model.Config.Mel.MelCount).Select(_ => (float)(random.NextDouble() * 8 - 4))]);
    }

    private static void Near(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f);
    }
}
