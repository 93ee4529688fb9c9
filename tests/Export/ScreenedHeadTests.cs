namespace Twitch.Export.Tests;

/// <summary>The step that screens words in eight bits, and the last layer that computes the rest.</summary>
public sealed class ScreenedHeadTests : IDisposable
{
    private static readonly ModelConfig Config = ExporterTests.Small with { VocabularySize = 300, HiddenSize = 160, Chat = null };

    private readonly ExportedBundle _bundle = ExportedBundle.Untrained(Config, options: new ExportOptions { LeastScreenedHead = 300 * 160 });

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void It_is_written_where_the_head_is_large_and_no_past_words_are_mixed_in()
    {
        using var small = ExportedBundle.Untrained(Config, options: new ExportOptions { LeastScreenedHead = 300 * 160 + 1 });
        using var reading = ExportedBundle.Untrained(Config with { Chat = ExporterTests.Small.Chat }, options: new ExportOptions { LeastScreenedHead = 0 });

        Assert.Equal(["float32", "int8", "screened"], Bundle.Open(_bundle.Folder).Precisions(BundleManifest.DecoderStepFile));
        foreach (ExportedBundle without in (ExportedBundle[])[small, reading])
        {
            Assert.Equal(["float32", "int8"], Bundle.Open(without.Folder).Precisions(BundleManifest.DecoderStepFile));
            Assert.False(File.Exists(Path.Combine(without.Folder, BundleManifest.DecoderHeadFile)));
        }
    }

    [Fact]
    public void Its_state_has_the_bits_of_float32_and_its_logits_are_near()
    {
        State state = new(2, Draw.Floats(320, seed: 1), Draw.Floats(320, seed: 2));

        (float[] logits, State next) = _bundle.Step([5, 200], state);
        (float[] screened, State found) = _bundle.Step([5, 200], state, BundleManifest.DecoderStepScreenedFile);

        Assert.Equal(next.Hidden, found.Hidden);
        Assert.Equal(next.Cell, found.Cell);
        Assert.InRange(logits.Zip(screened, (a, b) => Math.Abs(a - b)).Max() / logits.Max(Math.Abs), 1e-6, 0.03);
    }

    [Fact]
    public void The_head_is_the_layer_as_trained_with_the_lengths_of_its_rounding()
    {
        using SafeTensors head = SafeTensors.Open(Path.Combine(_bundle.Folder, BundleManifest.DecoderHeadFile));
        float[] weight = _bundle.Checkpoint.Weights.Read<float>("decoder.output_fc.weight").ToArray();

        Assert.Equal(weight, head.Read<float>("weight").ToArray());
        Assert.Equal(_bundle.Checkpoint.Weights.Read<float>("decoder.output_fc.bias").ToArray(), head.Read<float>("bias").ToArray());
        for (int row = 0; row < 300; row++)
        {
            // Blocks of 128, each rounded to 255 steps of its largest number.
            double norm = 0, rounding = 0;
            foreach (float[] block in weight[(row * 160)..((row + 1) * 160)].Chunk(128))
            {
                double scale = block.Max(Math.Abs) / 127;
                norm += block.Sum(value => Math.Pow(Math.Round(value / scale) * scale, 2));
                rounding += block.Sum(value => Math.Pow(value - Math.Round(value / scale) * scale, 2));
            }
            Assert.Equal(Math.Sqrt(norm), head.Read<float>("norm")[row], 2e-4);
            Assert.Equal(Math.Sqrt(rounding), head.Read<float>("rounding")[row], 1e-5);
        }
    }
}
