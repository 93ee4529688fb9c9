namespace Twitch.Runtime.Tests;

/// <summary>Words that are screened in eight bits, beside the plain step in float32.</summary>
public sealed class ScreenedDecoderStepTests : IDisposable
{
    private static readonly RuntimeOptions Screening = new() { Precision = Precision.Screened };

    private readonly TinyBundle _bundle = TinyBundle.Screened();
    private readonly CommentModel _plain, _screened;

    public ScreenedDecoderStepTests()
    {
        _plain = _bundle.Open();
        _screened = CommentModel.Open(_bundle.Folder, Screening);
    }

    public void Dispose()
    {
        _plain.Dispose();
        _screened.Dispose();
        _bundle.Dispose();
    }

    [Theory]
    [InlineData(0, 0f)]    // the most likely word
    [InlineData(1, 1f)]
    [InlineData(5, 0.8f)]
    [InlineData(20, 0.8f, 0.6f)]
    [InlineData(40, 2f)]
    [InlineData(0, 1f)]    // all words
    [InlineData(9, 1f, 1f, 3f, 2, 10)]
    public void The_words_are_those_that_all_logits_give(int topK, float temperature, float topP = 1, float penalty = 1, int ngram = 0, int least = 1)
    {
        var options = new SamplingOptions { TopK = topK, Temperature = temperature, TopP = topP, RepetitionPenalty = penalty, NoRepeatNgram = ngram, MinLength = least };
        for (int i = 0; i < 40; i++)
        {
            ClipContext clip = Clip(i, scale: 1 + i % 4);
            Comment expected = _plain.Generate(clip, options with { Seed = (ulong)i }), found = _screened.Generate(clip, options with { Seed = (ulong)i });

            Assert.Equal(expected.Tokens, found.Tokens);
            Assert.All(expected.LogProbabilities.Zip(found.LogProbabilities), pair => Assert.Equal(pair.First, pair.Second, 0.005));
        }
    }

    [Fact]
    public void No_logit_exceeds_its_bound_and_few_words_have_to_be_computed()
    {
        Assert.SkipUnless(Processor.AddsFourProducts, "the processor does not multiply bytes exactly, so no words are screened");
        using var head = ExactHead.Open(Bundle.Open(_bundle.Folder));
        using IModelDecoder plain = _plain.CreateDecoder();
        using var decoder = (ScreenedDecoderStep)_screened.CreateDecoder();
        float[] most = new float[plain.VocabularySize];
        for (int i = 0; i < 30; i++)
        {
            plain.Reset(Clip(i, scale: 4));
            decoder.Reset(Clip(i, scale: 4));
            float[] logits = plain.Advance(4 + i).ToArray();
            (float[] hidden, _) = decoder.Peek(4 + i);
            _ = decoder.AdvanceToDraw(4 + i)[0].Top(5);
            int computed = decoder.Computed;

            decoder.Reset(Clip(i, scale: 4));
            head.Bound(decoder.Screen(4 + i), hidden, most);
            Assert.All(logits.Zip(most), pair => Assert.True(pair.First <= pair.Second, $"{pair.First} > {pair.Second}"));
            Assert.InRange(computed, 8, plain.VocabularySize / 4);
        }
    }

    [Fact]
    public void What_was_written_before_changes_nothing()
    {
        var options = new SamplingOptions { TopK = 5, RepetitionPenalty = 3, NoRepeatNgram = 1, MinLength = 30, MaxLength = 30 };
        using CommentModel fresh = CommentModel.Open(_bundle.Folder, Screening);

        _screened.Generate(Clip(1, scale: 4), options with { TopK = 40, RepetitionPenalty = 10, Seed = 7 });    // many words that do not decide
        Comment after = _screened.Generate(Clip(2, scale: 1), options), first = fresh.Generate(Clip(2, scale: 1), options);

        Assert.Equal(first.Tokens, after.Tokens);
        Assert.Equal(first.LogProbabilities, after.LogProbabilities);
    }

    [Fact]
    public void Where_all_logits_decide_no_word_is_screened()
    {
        Assert.SkipUnless(Processor.AddsFourProducts, "the processor does not multiply bytes exactly, so no words are screened");
        using var decoder = (ScreenedDecoderStep)_screened.CreateDecoder();
        decoder.Reset(Clip(1, scale: 1));
        StepLogits logits = decoder.AdvanceToDraw(Vocabulary.Start);

        Assert.True(logits[0].Top(65).Ids.IsEmpty);
        Assert.Equal(0, decoder.Computed);
        Assert.InRange(logits[0].Top(64).Ids.Length, 64, 256);
        Assert.Equal(decoder.VocabularySize, logits[0].All.Length);
    }

    [Fact]
    public void All_logits_and_the_state_are_those_of_float32()
    {
        using IModelDecoder plain = _plain.CreateDecoder(), screened = _screened.CreateDecoder();
        plain.Reset(Clip(1, scale: 3));
        screened.Reset(Clip(1, scale: 3));
        foreach (int token in (int[])[Vocabulary.Start, 9, 300, 9])
        {
            Assert.Equal(plain.Peek(token).Hidden, screened.Peek(token).Hidden);
            Assert.Equal(plain.Advance(token).ToArray(), screened.Advance(token).ToArray(), (a, b) => Math.Abs(a - b) < 1e-5);
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(0)]
    public void A_state_that_is_no_number_is_said_to_be_none(int topK)
    {
        float[] broken = [float.NaN, .. new float[_plain.Config.HiddenSize - 1]];

        var e = Assert.Throws<TwitchException>(() => _screened.Generate(new ClipContext(broken, broken), new SamplingOptions { TopK = topK }));

        Assert.StartsWith("the decoder's logits hold NaN", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_comments_at_once_are_written_in_float32()
    {
        using IModelBatchDecoder plain = _plain.CreateBatchDecoder(5), screened = _screened.CreateBatchDecoder(5);
        for (int row = 0; row < 5; row++)
        {
            plain.Reset(row, Clip(row, scale: 2));
            screened.Reset(row, Clip(row, scale: 2));
        }

        Assert.Equal(plain.Advance([2, 5, 6, 7, 8]).ToArray(), screened.Advance([2, 5, 6, 7, 8]).ToArray());
    }

    [Fact]
    public void A_golden_file_holds_as_in_float32()
    {
        using TinyBundle seed = TinyBundle.SeedTiny(screened: true);
        using var model = CommentModel.Open(seed.Folder, Screening);

        Assert.All(GoldenCheck.Run(model), difference => Assert.True(difference.Difference <= 1e-4, $"{difference}"));
    }

    [Fact]
    public void A_drawn_token_allocates_nothing()
    {
        using IModelDecoder decoder = _screened.CreateDecoder();
        var sampler = new Sampler(decoder.VocabularySize);
        sampler.Begin(new SamplingOptions { MinLength = 100, MaxLength = 500 });
        decoder.Reset(Clip(2, scale: 2));
        int token = Draw(Vocabulary.Start);
        for (int i = 0; i < 50; i++)
            token = Draw(token);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            token = Draw(token);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        int Draw(int last) => sampler.Draw(decoder.AdvanceToDraw(last)[0]).Id;
    }

    [Fact]
    public void A_bundle_without_it_and_a_head_of_another_size_are_refused()
    {
        using TinyBundle without = TinyBundle.SeedTiny(), other = _bundle.Copy();
        new SafeTensorsWriter().Add("weight", new float[6], 2, 3).Save(other.PathOf(BundleManifest.DecoderHeadFile));
        other.Rewrite(manifest => manifest);

        Assert.Contains("has decoder_step.onnx in float32 and int8, not in screened", Assert.Throws<TwitchException>(() => CommentModel.Open(without.Folder, Screening)).Message, StringComparison.Ordinal);
        if (Processor.AddsFourProducts)
            Assert.EndsWith("'weight' is [2, 3], the sizes in config need [700, 200]; export the bundle again.", Assert.Throws<TwitchException>(() => CommentModel.Open(other.Folder, Screening)).Message, StringComparison.Ordinal);
    }

    private ClipContext Clip(int seed, float scale)
    {
        var random = new Random(seed);
        return new ClipContext(Values(), Values());

        float[] Values() => [.. Enumerable.Range(0, _plain.Config.HiddenSize).Select(_ => (random.NextSingle() * 2 - 1) * scale)];
    }
}
