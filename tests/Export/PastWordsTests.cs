using Twitch.Tests;

namespace Twitch.Export.Tests;

/// <summary>A decoder step that may say again what the chat has said.</summary>
public sealed class PastWordsTests : IDisposable
{
    private static readonly ModelConfig Config = ExporterTests.Small with { HiddenSize = 128, Chat = new ChatSpec(CommentCount: 5, WordCount: 4, EmbeddingSize: 6, HiddenShare: 0) };

    private readonly ExportedBundle _bundle = ExportedBundle.Untrained(Config, seed: 3, new ExportOptions { Cuda = true });

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void Probabilities_sum_to_one_whatever_was_said()
    {
        foreach (int[][] comments in (int[][][])[[], [[7]], [[7, 8, 9], [7], [10, 11, 12, 13], [1, 5], [7, 8, 9]]])
        {
            State state = Start(comments);
            foreach (long token in (long[])[Vocabulary.Start, 7, 8, 20])
            {
                (float[] logits, state) = _bundle.StepWithChat([token], state);
                Assert.Equal(1, logits.Sum(logit => Math.Exp(logit)), 1e-5);
            }
        }
    }

    [Fact]
    public void Nothing_is_copied_where_nothing_was_said()
    {
        var plain = new PlainNetwork(_bundle.Checkpoint);
        State state = Start();
        (double[] expected, _, _) = plain.Step(Vocabulary.Start, Doubles(state.Hidden), Doubles(state.Cell));
        double normalizer = Math.Log(expected.Sum(Math.Exp));

        (float[] logits, _) = _bundle.StepWithChat([Vocabulary.Start], state);

        Floats.Close([.. expected.Select(logit => (float)(logit - normalizer))], logits, 1e-4, "ln p");
    }

    [Fact]
    public void Words_that_were_said_and_the_end_of_a_comment_are_likelier_and_the_unknown_word_is_not()
    {
        (float[] nothing, _) = _bundle.StepWithChat([Vocabulary.Start], Start());

        (float[] said, _) = _bundle.StepWithChat([Vocabulary.Start], Start([7, 1, 8]));

        float[] gained = [.. said.Zip(nothing, (now, before) => now - before)];
        Assert.All((int[])[7, 8, Vocabulary.End], id => Assert.True(gained[id] > gained[30] + 0.1f, $"{id}: {gained[id]}, another word: {gained[30]}"));
        Assert.All((int[])[Vocabulary.Pad, Vocabulary.Unknown, Vocabulary.Start], id => Assert.Equal(gained[30], gained[id], 1e-5));
    }

    [Fact]
    public void A_comment_that_fills_its_row_may_have_gone_on()
    {
        (float[] nothing, _) = _bundle.StepWithChat([Vocabulary.Start], Start());

        (float[] said, _) = _bundle.StepWithChat([Vocabulary.Start], Start([7, 8, 9, 10]));

        Assert.Equal(said[30] - nothing[30], said[Vocabulary.End] - nothing[Vocabulary.End], 1e-5);
    }

    [Fact]
    public void What_agrees_so_far_is_counted_from_the_start_and_from_the_middle()
    {
        State state = Start([7, 8, 9], [20, 7, 8]);
        foreach (long token in (long[])[Vocabulary.Start, 7, 8])
            (_, state) = _bundle.StepWithChat([token], state);

        // Of each comment: before its first word, after the first, the second, the third. The newest stands first.
        Assert.Equal([0, 0, 0, 2, 0, 0, 3, 0], state.Past!.Match[..8]);
    }

    [Fact]
    public void What_stands_behind_the_oldest_comment_is_not_read()
    {
        long[] words = [7, 8, 0, 0, .. new long[16]];
        Past alone = _bundle.EncodeChat(words, [3, 0, 0, 0, 0]), aged = _bundle.EncodeChat(words, [3, 4, 50, 900, 7]);

        Assert.Equal(alone.Scores, aged.Scores);
        Assert.Equal(alone.Next, aged.Next);
        Assert.All(Enumerable.Range(3, 17), place => Assert.Equal([ChatSpec.Absent, 0, 0, 0], alone.Scores[(4 * place)..(4 * place + 4)]));
    }

    [Theory]
    [InlineData(BundleManifest.DecoderStepFile, 1e-5)]
    [InlineData(BundleManifest.DecoderStepInt8File, 0.02)]
    [InlineData(BundleManifest.DecoderStepInt8BatchFile, 0.02)]
    public void On_a_processor_the_sentinels_score_stands_behind_the_logits(string file, double allowed)
    {
        var plain = new PlainNetwork(_bundle.Checkpoint);
        State state = Start([7, 8, 9]);

        (float[] scores, State next) = _bundle.Step([Vocabulary.Start], state, file);

        (double[] logits, double[] hidden, _) = plain.Step(Vocabulary.Start, Doubles(state.Hidden), Doubles(state.Cell));
        Assert.Equal(Config.VocabularySize + 1, scores.Length);
        Floats.Close([.. hidden.Select(value => (float)value)], next.Hidden, allowed, "hidden");
        Floats.Close([.. logits.Append(plain.Sentinel(hidden)).Select(value => (float)value)], scores, allowed, "logits and sentinel");
    }

    [Theory]
    [InlineData(BundleManifest.DecoderStepFile)]
    [InlineData(BundleManifest.DecoderStepInt8File)]
    [InlineData(BundleManifest.DecoderStepInt8BatchFile)]
    [InlineData(BundleManifest.DecoderStepCudaFile)]
    public void A_row_has_the_same_bits_whoever_is_beside_it(string file)
    {
        State[] rows = [Start([7, 8, 9], [20, 7, 8]), Start(), Start([5]), Start([1, 7], [7, 7, 7, 7], [9], [7, 8], [8, 7, 8])];
        State together = new(4, Stack(rows, state => state.Hidden), Stack(rows, state => state.Cell), new Past(
            Stack(rows, state => state.Past!.After), Stack(rows, state => state.Past!.Next), Stack(rows, state => state.Past!.Scores), Stack(rows, state => state.Past!.Match)));

        foreach (long[] tokens in (long[][])[[2, 2, 2, 2], [7, 8, 5, 7], [8, 9, 3, 7]])
        {
            (float[] logits, together) = Step(tokens, together);
            for (int row = 0; row < rows.Length; row++)
            {
                (float[] alone, rows[row]) = Step([tokens[row]], rows[row]);
                int size = alone.Length;
                if (file == BundleManifest.DecoderStepInt8File)    // made for few rows
                    Floats.Close(alone, logits.AsSpan(row * size, size), 1e-5, $"row {row}");
                else
                    Assert.Equal(alone, logits[(row * size)..((row + 1) * size)]);
            }
        }

        (float[] Logits, State Next) Step(long[] tokens, State state) => file == BundleManifest.DecoderStepCudaFile ? _bundle.StepWithChat(tokens, state) : _bundle.Step(tokens, state, file);
    }

    // After some comments, the oldest first, a second apart.
    private State Start(params int[][] comments)
    {
        ChatWindow window = ChatWindow.Before(TimeSpan.FromSeconds(comments.Length + 1), Config.Chat!, [.. comments.Select((words, i) => new PastComment(TimeSpan.FromSeconds(i), words))]);
        return new State(1, Draw.Floats(Config.HiddenSize, seed: 3), Draw.Floats(Config.HiddenSize, seed: 4), _bundle.EncodeChat(window.Words, window.Ages));
    }

    private static T[] Stack<T>(State[] rows, Func<State, T[]> of) => [.. rows.SelectMany(of)];

    private static double[] Doubles(float[] values) => [.. values.Select(value => (double)value)];
}
