using Twitch.Tests;

namespace Twitch.Export.Tests;

public sealed class DecoderStepInt8Tests : IDisposable
{
    private static readonly ModelConfig Config = ExporterTests.Small with { VocabularySize = 300, HiddenSize = 160, Chat = null };

    private readonly ExportedBundle _bundle = ExportedBundle.Untrained(Config);

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void The_bundle_lists_one_for_one_row_and_one_for_many()
    {
        var bundle = Bundle.Open(_bundle.Folder);

        GraphVariant[] expected =
        [
            new("int8", BundleManifest.DecoderStepInt8File, BundleManifest.DecoderStepFile),
            new("int8", BundleManifest.DecoderStepInt8BatchFile, BundleManifest.DecoderStepFile, LeastRows: 4),
        ];
        Assert.Equal(expected, bundle.Manifest.Variants);
        Assert.Equal(["float32", "int8"], bundle.Precisions(BundleManifest.DecoderStepFile));
        Assert.Equal(BundleManifest.DecoderStepInt8File, bundle.InPrecision(BundleManifest.DecoderStepFile, "int8", rows: 3));
        Assert.Equal(BundleManifest.DecoderStepInt8BatchFile, bundle.InPrecision(BundleManifest.DecoderStepFile, "int8", rows: 4));
    }

    [Theory]
    [InlineData(BundleManifest.DecoderStepInt8File)]
    [InlineData(BundleManifest.DecoderStepInt8BatchFile)]
    public void It_has_the_border_of_the_step_in_float32(string file)
    {
        var bundle = Bundle.Open(_bundle.Folder);

        GraphEntry plain = bundle.Graph(BundleManifest.DecoderStepFile), rounded = bundle.Graph(file);
        Assert.Equal(plain.Inputs.Select(value => $"{value.Name} {value.Type} {string.Join(',', value.Shape)}"), rounded.Inputs.Select(value => $"{value.Name} {value.Type} {string.Join(',', value.Shape)}"));
        Assert.Equal(plain.Outputs.Select(value => $"{value.Name} {value.Type} {string.Join(',', value.Shape)}"), rounded.Outputs.Select(value => $"{value.Name} {value.Type} {string.Join(',', value.Shape)}"));
    }

    [Theory]
    [InlineData(BundleManifest.DecoderStepInt8File)]
    [InlineData(BundleManifest.DecoderStepInt8BatchFile)]
    public void Its_outputs_stay_near_those_of_float32_while_the_state_goes_round(string file)
    {
        (State plain, State rounded) = (Start(2), Start(2));
        for (int t = 0; t < 20; t++)
        {
            long[] tokens = [4 + t, 200 - t];
            (float[] expected, plain) = _bundle.Step(tokens, plain);
            (float[] found, rounded) = _bundle.Step(tokens, rounded, file);

            double most = expected.Max(Math.Abs), difference = expected.Zip(found, (a, b) => Math.Abs(a - b)).Max();
            Assert.InRange(difference / most, 1e-6, 0.03);
        }
    }

    [Fact]
    public void A_row_does_not_depend_on_its_neighbours()
    {
        State batch = Start(5);
        long[] tokens = [4, 50, 100, 200, 299];

        (float[] logits, State next) = _bundle.Step(tokens, batch, BundleManifest.DecoderStepInt8File);

        for (int row = 0; row < 5; row++)
        {
            int hidden = Config.HiddenSize, vocabulary = Config.VocabularySize;
            var alone = new State(1, batch.Hidden[(row * hidden)..((row + 1) * hidden)], batch.Cell[(row * hidden)..((row + 1) * hidden)]);
            (float[] expected, State after) = _bundle.Step([tokens[row]], alone, BundleManifest.DecoderStepInt8File);
            Floats.Close(expected, logits.AsSpan(row * vocabulary, vocabulary), 1e-5, $"logits of row {row}");
            Floats.Close(after.Hidden, next.Hidden.AsSpan(row * hidden, hidden), 1e-5, $"hidden of row {row}");
        }
    }

    [Fact]
    public void A_row_of_many_does_not_depend_on_its_neighbours_in_a_single_bit()
    {
        const int Batch = 9;
        int hidden = Config.HiddenSize, vocabulary = Config.VocabularySize;
        State batch = Start(Batch);
        long[] tokens = [.. Enumerable.Range(0, Batch).Select(row => 4L + 30 * row)];

        (float[] logits, State next) = _bundle.Step(tokens, batch, BundleManifest.DecoderStepInt8BatchFile);

        for (int row = 0; row < Batch; row++)
        {
            var alone = new State(1, batch.Hidden[(row * hidden)..((row + 1) * hidden)], batch.Cell[(row * hidden)..((row + 1) * hidden)]);
            (float[] expected, State after) = _bundle.Step([tokens[row]], alone, BundleManifest.DecoderStepInt8BatchFile);
            Assert.Equal(expected, logits[(row * vocabulary)..((row + 1) * vocabulary)]);
            Assert.Equal(after.Hidden, next.Hidden[(row * hidden)..((row + 1) * hidden)]);
            Assert.Equal(after.Cell, next.Cell[(row * hidden)..((row + 1) * hidden)]);
        }
    }

    [Fact]
    public void A_state_of_zeros_has_a_scale_of_its_own()
    {
        (float[] expected, _) = _bundle.Step([7, 8], _bundle.Zero(2));

        (float[] found, _) = _bundle.Step([7, 8], _bundle.Zero(2), BundleManifest.DecoderStepInt8BatchFile);

        Floats.Close(expected, found, 0.02, "logits");
    }

    // Rows of very different size: one scale for the whole batch would drown the small ones.
    private static State Start(int batch)
    {
        float[] hidden = Draw.Floats(batch * Config.HiddenSize, seed: 3), cell = Draw.Floats(batch * Config.HiddenSize, seed: 4);
        for (int i = 0; i < hidden.Length; i++)
            hidden[i] *= MathF.Pow(0.1f, i / Config.HiddenSize % 3);
        return new State(batch, hidden, cell);
    }
}
