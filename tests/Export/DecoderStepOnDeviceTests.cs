using Twitch.Tests;

namespace Twitch.Export.Tests;

/// <summary>The decoder step that is made for CUDA, in float32 and float16; here on the processor.</summary>
public sealed class DecoderStepOnDeviceTests : IDisposable
{
    private static readonly ModelConfig Config = ExporterTests.Small with { VocabularySize = 300, HiddenSize = 160, Chat = null };

    private readonly ExportedBundle _bundle = ExportedBundle.Untrained(Config, options: new ExportOptions { Cuda = true });

    public void Dispose() => _bundle.Dispose();

    [Fact]
    public void The_bundle_lists_it_in_both_precisions_and_a_processor_has_neither()
    {
        var bundle = Bundle.Open(_bundle.Folder);

        Assert.Equal(["float32", "int8"], bundle.Precisions(BundleManifest.DecoderStepFile));
        Assert.Equal(["float32", "float16"], bundle.Precisions(BundleManifest.DecoderStepFile, onDevice: true));
        Assert.Equal(BundleManifest.DecoderStepCudaFile, bundle.InPrecision(BundleManifest.DecoderStepFile, "float32", onDevice: true));
        Assert.Equal(BundleManifest.DecoderStepFloat16File, bundle.InPrecision(BundleManifest.DecoderStepFile, "float16", rows: 99, onDevice: true));
        var error = Assert.Throws<TwitchException>(() => bundle.InPrecision(BundleManifest.DecoderStepFile, "int8", onDevice: true));
        Assert.EndsWith("has decoder_step.onnx for CUDA in float32 and float16, not in int8; use --precision float32.", error.Message);
    }

    [Fact]
    public void Without_it_the_bundle_says_how_to_get_it()
    {
        var bundle = Bundle.Open(_bundle.Export("plain"));

        var error = Assert.Throws<TwitchException>(() => bundle.InPrecision(BundleManifest.DecoderStepFile, "float16", onDevice: true));

        Assert.EndsWith("was exported without decoder_step.onnx for CUDA and in float16; export it again with --cuda, or use --provider cpu --precision float32.", error.Message);
        Assert.DoesNotContain(BundleManifest.DecoderStepCudaFile, bundle.Manifest.Files.Keys);
    }

    [Theory]
    [InlineData(BundleManifest.DecoderStepCudaFile, 0, 1e-6)]
    [InlineData(BundleManifest.DecoderStepFloat16File, 1e-6, 0.005)]
    public void It_computes_the_plain_step_for_rows_before_and_new_ones(string file, double least, double most)
    {
        const int Previous = 4, Fresh = 3, Top = 64;
        long[] rows = [2, 5, 0, 0, 6], tokens = [4, 299, 17, 18, 2];
        State previous = Random(Previous, 1), fresh = Random(Fresh, 2);
        var picked = new State(rows.Length, Pick(previous.Hidden, fresh.Hidden), Pick(previous.Cell, fresh.Cell));
        (float[] expected, State expectedNext) = _bundle.Step(tokens, picked);

        OnnxSession session = _bundle.Session(file);
        (string, Array, long[])[] inputs =
        [
            ("token", tokens, [rows.Length]), ("rows", rows, [rows.Length]),
            ("hidden", previous.Hidden, [Previous, Config.HiddenSize]), ("fresh_hidden", fresh.Hidden, [Fresh, Config.HiddenSize]),
            ("cell", previous.Cell, [Previous, Config.HiddenSize]), ("fresh_cell", fresh.Cell, [Fresh, Config.HiddenSize]),
        ];
        string[] names = [.. session.Session.OutputNames];
        Array[] outputs = session.RunAny(inputs);
        float[][] found = [.. ((string[])["logits", "next_hidden", "next_cell", "top_logits", "log_sum"]).Select(name => (float[])outputs[Array.IndexOf(names, name)])];
        var ids = (long[])outputs[Array.IndexOf(names, "top_ids")];

        double scale = expected.Max(Math.Abs);
        Assert.InRange(Difference(expected, found[0]) / scale, least, most);
        Assert.InRange(Difference(expectedNext.Hidden, found[1]), least / 10, most);
        Assert.InRange(Difference(expectedNext.Cell, found[2]), least / 10, most);
        for (int row = 0; row < rows.Length; row++)
        {
            float[] logits = found[0][(row * Config.VocabularySize)..((row + 1) * Config.VocabularySize)];
            Assert.Equal(logits.OrderDescending().Take(Top), found[3][(row * Top)..((row + 1) * Top)]);
            Assert.Equal(found[3][(row * Top)..((row + 1) * Top)], ids[(row * Top)..((row + 1) * Top)].Select(id => logits[id]));
            Assert.Equal(Math.Log(logits.Sum(logit => Math.Exp(logit))), found[4][row], 1e-5);
        }

        float[] Pick(float[] before, float[] begun) => [.. rows.SelectMany(row => ((float[])[.. before, .. begun])[((int)row * Config.HiddenSize)..(((int)row + 1) * Config.HiddenSize)])];
    }

    [Fact]
    public void In_float16_its_weights_take_half_the_space()
    {
        var bundle = Bundle.Open(_bundle.Folder);

        Assert.InRange(bundle.Manifest.Files[BundleManifest.DecoderStepFloat16File].Bytes / (double)bundle.Manifest.Files[BundleManifest.DecoderStepCudaFile].Bytes, 0.5, 0.51);
    }

    private static State Random(int rows, int seed)
    {
        var random = new Random(seed);
        return new State(rows, Values(), Values());

        float[] Values() => [.. Enumerable.Range(0, rows * Config.HiddenSize).Select(_ => random.NextSingle() * 2 - 1)];
    }

    private static double Difference(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs((double)x - y)).Max();
}
