namespace Twitch.Runtime.Tests;

/// <summary>Each way in which a bundle can be wrong, and the file that the message names.</summary>
public sealed class BundleRefusalTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>, IDisposable
{
    private readonly TinyBundle _bundle = opened.Bundle.Copy();

    public void Dispose() => _bundle.Dispose();

    [Theory]
    [InlineData(BundleManifest.VideoEncoderFile)]
    [InlineData(BundleManifest.DecoderStepFile)]
    [InlineData(BundleManifest.VocabularyFile)]
    [InlineData(BundleManifest.GoldenFile)]
    public void A_missing_file_is_named(string file)
    {
        File.Delete(_bundle.PathOf(file));

        Assert.StartsWith(_bundle.PathOf(file), Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_extra_file_is_named()
    {
        File.WriteAllText(_bundle.PathOf("notes.txt"), "hi");

        Assert.Equal($"{_bundle.PathOf("notes.txt")}: not listed in bundle.json; remove it or copy the whole folder again.", Refused());
    }

    [Theory]
    [InlineData(BundleManifest.AudioEncoderFile)]
    [InlineData(BundleManifest.FusionFile)]
    public void An_altered_file_is_named(string file)
    {
        byte[] bytes = File.ReadAllBytes(_bundle.PathOf(file));
        bytes[^1] ^= 1;
        File.WriteAllBytes(_bundle.PathOf(file), bytes);

        Assert.StartsWith($"{_bundle.PathOf(file)}: altered", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void No_bundle_at_all_says_so()
    {
        var e = Assert.Throws<TwitchException>(() => CommentModel.Open("no-such-folder"));

        Assert.StartsWith("no-such-folder: no bundle is here", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
    }

    [Fact]
    public void A_graph_of_another_size_than_the_config_names_graph_and_input()
    {
        _bundle.Rewrite(manifest => manifest with { Config = manifest.Config with { Frame = new FrameSpec(8, 9) } });

        Assert.StartsWith($"{_bundle.PathOf(BundleManifest.VideoEncoderFile)}: input 'frames' is u8 [clips, time, 8, 8, 3], the sizes in config need u8 [clips, time, 8, 9, 3]", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_that_bundle_json_lists_otherwise_names_graph_and_output()
    {
        _bundle.Rewrite(manifest => manifest with
        {
            Graphs = [.. manifest.Graphs.Select(graph => graph.File != BundleManifest.DecoderStepFile ? graph : graph with
            {
                Outputs = [.. graph.Outputs.Select(value => value.Name == "logits" ? value with { Type = "f16" } : value)],
            })],
        });

        Assert.StartsWith($"{_bundle.PathOf(BundleManifest.DecoderStepFile)}: output 'logits' is f32 [batch, 29], bundle.json lists f16 [batch, 29]", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_in_anothers_place_names_what_it_lacks()
    {
        File.Copy(_bundle.PathOf(BundleManifest.AudioEncoderFile), _bundle.PathOf(BundleManifest.VideoEncoderFile), overwrite: true);
        _bundle.Rewrite(manifest => manifest);

        Assert.StartsWith($"{_bundle.PathOf(BundleManifest.VideoEncoderFile)}: input 'frames' is missing, bundle.json lists u8", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_input_the_runtime_does_not_know_is_refused()
    {
        File.Copy(_bundle.PathOf(BundleManifest.FusionFile), _bundle.PathOf(BundleManifest.DecoderStepFile), overwrite: true);
        _bundle.Rewrite(manifest => manifest with
        {
            Graphs = [.. manifest.Graphs.Select(graph => graph.File == BundleManifest.DecoderStepFile
                ? manifest.Graphs.Single(fusion => fusion.File == BundleManifest.FusionFile) with { File = graph.File } : graph)],
        });

        Assert.StartsWith($"{_bundle.PathOf(BundleManifest.DecoderStepFile)}: input 'token' is missing, the sizes in config need i64 [batch]", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_graph_is_named()
    {
        File.WriteAllText(_bundle.PathOf(BundleManifest.FusionFile), "not a graph");
        _bundle.Rewrite(manifest => manifest);

        Assert.StartsWith($"{_bundle.PathOf(BundleManifest.FusionFile)}: ONNX Runtime", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_precision_that_the_bundle_lacks_names_those_it_has()
    {
        File.Delete(_bundle.PathOf(BundleManifest.DecoderStepInt8File));
        _bundle.Rewrite(manifest => manifest with { Variants = null, Graphs = [.. manifest.Graphs.Where(graph => graph.File is not (BundleManifest.DecoderStepInt8File or BundleManifest.DecoderStepInt8BatchFile))] });

        var e = Assert.Throws<TwitchException>(() => CommentModel.Open(_bundle.Folder, new RuntimeOptions { Precision = Precision.Int8 }));

        Assert.Equal($"{_bundle.Folder}: has decoder_step.onnx in float32, not in int8; export the bundle again, or use --precision float32.", e.Message);
        CommentModel.Open(_bundle.Folder).Dispose();
    }

    [Fact]
    public void A_variant_that_is_not_among_the_graphs_is_named()
    {
        _bundle.Rewrite(manifest => manifest with { Graphs = [.. manifest.Graphs.Where(graph => graph.File != BundleManifest.DecoderStepInt8File)] });

        Assert.Equal($"{_bundle.PathOf(BundleManifest.FileName)}: does not list decoder_step.int8.onnx; export the bundle again.", Refused());
    }

    [Fact]
    public void A_variant_of_another_shape_names_graph_and_output()
    {
        File.Copy(_bundle.PathOf(BundleManifest.FusionFile), _bundle.PathOf(BundleManifest.DecoderStepInt8File), overwrite: true);
        _bundle.Rewrite(manifest => manifest);

        var e = Assert.Throws<TwitchException>(() => CommentModel.Open(_bundle.Folder, new RuntimeOptions { Precision = Precision.Int8 }));

        Assert.StartsWith($"{_bundle.PathOf(BundleManifest.DecoderStepInt8File)}: input 'token' is missing", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_provider_that_is_not_in_this_build_says_how_to_get_it()
    {
        var e = Assert.Throws<TwitchException>(() => CommentModel.Open(_bundle.Folder, new RuntimeOptions { Provider = ExecutionProvider.Cuda }));

        Assert.Contains("-p:Accelerator=cuda", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, e.ExitCode);
    }

    [Fact]
    public void Threads_out_of_range_are_wrong_usage()
    {
        var e = Assert.Throws<TwitchException>(() => CommentModel.Open(_bundle.Folder, new RuntimeOptions { IntraOpThreads = 0 }));

        Assert.Equal("--threads is 0; it must be in [1, 256].", e.Message);
        Assert.Equal(ExitCode.Usage, e.ExitCode);
    }

    [Fact]
    public void A_golden_file_that_does_not_fit_is_named()
    {
        new SafeTensorsWriter().Add("frames", new byte[8 * 8 * 3], 1, 1, 8, 8, 3).Save(_bundle.PathOf(BundleManifest.GoldenFile));
        _bundle.Rewrite(manifest => manifest);
        using CommentModel model = _bundle.Open();

        var e = Assert.Throws<TwitchException>(() => GoldenCheck.Run(model));

        Assert.StartsWith(_bundle.PathOf(BundleManifest.GoldenFile), e.Message, StringComparison.Ordinal);
    }

    private string Refused() => Assert.Throws<TwitchException>(() => CommentModel.Open(_bundle.Folder)).Message;
}
