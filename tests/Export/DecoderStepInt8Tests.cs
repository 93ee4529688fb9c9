namespace Twitch.Export.Tests;

public sealed class DecoderStepInt8Tests : IDisposable
{
    private static readonly ModelConfig Config = ExporterTests.SmallCompact with { VocabularySize = 300, HiddenSize = 160 };

    private readonly ExportedBundle _bundle = ExportedBundle.Untrained(Config);

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void The_bundle_lists_it_as_a_variant_with_the_same_border()
    {
        var bundle = Bundle.Open(_bundle.Folder);

        Assert.Equal([new GraphVariant("int8", BundleManifest.DecoderStepInt8File, BundleManifest.DecoderStepFile)], bundle.Manifest.Variants);
        GraphEntry plain = bundle.Graph(BundleManifest.DecoderStepFile), rounded = bundle.Graph(BundleManifest.DecoderStepInt8File);
        Assert.Equal(plain.Inputs.Select(value => $"{value.Name} {value.Type} {string.Join(',', value.Shape)}"), rounded.Inputs.Select(value => $"{value.Name} {value.Type} {string.Join(',', value.Shape)}"));
        Assert.Equal(plain.Outputs.Select(value => $"{value.Name} {value.Type} {string.Join(',', value.Shape)}"), rounded.Outputs.Select(value => $"{value.Name} {value.Type} {string.Join(',', value.Shape)}"));
    }

    [Fact]
    public void Its_outputs_stay_near_those_of_float32_while_the_state_goes_round()
    {
        (State plain, State rounded) = (Start(2), Start(2));
        for (int t = 0; t < 20; t++)
        {
            long[] tokens = [4 + t, 200 - t];
            (float[] expected, plain) = _bundle.Step(tokens, plain);
            (float[] found, rounded) = _bundle.Step(tokens, rounded, BundleManifest.DecoderStepInt8File);

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
            Fixtures.Close(expected, logits.AsSpan(row * vocabulary, vocabulary), 1e-5, $"logits of row {row}");
            Fixtures.Close(after.Hidden, next.Hidden.AsSpan(row * hidden, hidden), 1e-5, $"hidden of row {row}");
        }
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
