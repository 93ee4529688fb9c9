namespace Twitch.Runtime.Tests;

public sealed class BatchDecoderStepTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>, IDisposable
{
    private readonly CommentModel _model = opened.Model;
    private readonly List<IModelDecoder> _decoders = [];

    public void Dispose() => _decoders.ForEach(decoder => decoder.Dispose());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(33)]
    public void Every_row_computes_what_it_computes_alone(int rows)
    {
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(rows);
        IModelDecoder[] alone = [.. Enumerable.Range(0, rows).Select(row => Alone(Clip(row)))];
        for (int row = 0; row < rows; row++)
            batch.Reset(row, Clip(row));

        for (int step = 0; step < 12; step++)
            Same(alone, batch, [.. Enumerable.Range(0, rows).Select(row => Token(step, row))]);
    }

    [Fact]
    public void Rows_join_and_leave_without_disturbing_the_others()
    {
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(8);
        var running = new List<IModelDecoder>();
        var random = new Random(1);

        for (int step = 0; step < 60; step++)
        {
            if (running.Count > 0 && random.Next(3) == 0)    // one leaves, the last takes its place
            {
                int row = random.Next(running.Count);
                batch.Move(running.Count - 1, row);
                running[row] = running[^1];
                running.RemoveAt(running.Count - 1);
            }
            while (running.Count < 8 && random.Next(2) == 0)
            {
                batch.Reset(running.Count, Clip(step));
                running.Add(Alone(Clip(step)));
            }
            Same(running, batch, [.. Enumerable.Range(0, running.Count).Select(row => Token(step, row))]);
        }
    }

    [Fact]
    public void In_int8_a_row_has_the_same_bits_whoever_is_beside_it()
    {
        using var model = CommentModel.Open(opened.Bundle.Folder, new RuntimeOptions { Precision = Precision.Int8 });
        using IModelBatchDecoder alone = model.CreateBatchDecoder(8), among = model.CreateBatchDecoder(8);
        alone.Reset(0, Clip(0));
        for (int row = 0; row < 8; row++)
            among.Reset(row, Clip(row));

        for (int step = 0; step < 20; step++)
        {
            int rows = 8 - step % 8;    // the others leave, one by one, and are back: states behind the first row are whatever they are
            float[] expected = alone.Advance([Token(step, 0)]).ToArray();
            ReadOnlySpan<float> logits = among.Advance([.. Enumerable.Range(0, rows).Select(row => Token(step, row))]);
            Assert.Equal(expected, logits[..expected.Length].ToArray());
        }
    }

    [Fact]
    public void A_row_that_moved_on_can_begin_anew()
    {
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(2);
        batch.Reset(0, Clip(1));
        batch.Reset(1, Clip(2));
        float[] first = batch.Advance([Vocabulary.Start, Vocabulary.Start]).ToArray();
        batch.Advance([5, 6]);
        batch.Reset(0, Clip(1));
        batch.Reset(1, Clip(2));

        Assert.Equal(first, batch.Advance([Vocabulary.Start, Vocabulary.Start]).ToArray());
    }

    [Fact]
    public void More_rows_than_there_is_room_for_are_refused()
    {
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(2);

        Assert.Throws<ArgumentOutOfRangeException>(() => batch.Advance([1, 1, 1]).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => _model.CreateBatchDecoder(0));
        Assert.Equal(0, batch.Advance([]).Length);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        using IModelBatchDecoder batch = _model.CreateBatchDecoder(4);
        ReadOnlySpan<int> tokens = [4, 5, 6, 7];
        batch.Advance(tokens);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            batch.Advance(tokens);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Same(IReadOnlyList<IModelDecoder> alone, IModelBatchDecoder batch, int[] tokens)
    {
        ReadOnlySpan<float> logits = batch.Advance(tokens);
        for (int row = 0; row < alone.Count; row++)
        {
            ReadOnlySpan<float> expected = alone[row].Advance(tokens[row]), actual = logits.Slice(row * batch.VocabularySize, batch.VocabularySize);
            Assert.Equal(expected.ToArray(), actual.ToArray());
        }
    }

    private IModelDecoder Alone(ClipContext clip)
    {
        IModelDecoder decoder = _model.CreateDecoder();
        _decoders.Add(decoder);
        decoder.Reset(clip);
        return decoder;
    }

    private int Token(int step, int row) => step == 0 ? Vocabulary.Start : Vocabulary.SpecialCount + (step * 7 + row * 3) % (_model.Config.VocabularySize - Vocabulary.SpecialCount);

    private ClipContext Clip(int seed)
    {
        var random = new Random(seed);
        return new ClipContext(Values(), Values());

        float[] Values() => [.. Enumerable.Range(0, _model.Config.HiddenSize).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
