using Microsoft.ML.OnnxRuntime;

namespace Twitch.Export.Tests;

public sealed class ExporterTests
{
    public static ModelConfig Small { get; } = ModelConfig.Standard with
    {
        Frame = new FrameSpec(20, 12),
        VocabularySize = 40,
        EmbeddingSize = 10,
        HiddenSize = 12,
        Eyes = new EyesSpec("", "", new FrameSpec(20, 12), FeatureCount: 11),
        Ears = new EarsSpec("", "", SecondOfMel.StepCount, SecondOfMel.FilterCount, FeatureCount: 13),
        ProjectionSize = 7,
        Chat = new ChatSpec(CommentCount: 5, WordCount: 3, EmbeddingSize: 6, HiddenShare: 0),
        RateSize = 4,
    };

    [Fact]
    public void A_bundle_opens_and_says_where_it_comes_from()
    {
        using var exported = ExportedBundle.Untrained(Small);

        var bundle = Bundle.Open(exported.Folder);

        Assert.Equal("standard", bundle.Config.Preset);
        Assert.Equal(7, bundle.Config.ProjectionSize);
        Assert.Equal("w0004", bundle.Vocabulary[4]);
        Assert.Equal("twitch-export 1.0.0", bundle.Manifest.Provenance.Exporter);
        Assert.Equal(FileEntry.Of(Path.Combine(exported.Checkpoint.Folder, Checkpoint.ModelFile)).Sha256, bundle.Manifest.Provenance.ModelSha256);
    }

    [Theory]
    [InlineData(BundleManifest.FrameFeaturesFile)]
    [InlineData(BundleManifest.SoundFeaturesFile)]
    [InlineData(BundleManifest.VideoEncoderFile)]
    [InlineData(BundleManifest.AudioEncoderFile)]
    [InlineData(BundleManifest.ChatEncoderFile)]
    [InlineData(BundleManifest.FusionFile)]
    [InlineData(BundleManifest.RateFile)]
    [InlineData(BundleManifest.DecoderStepFile)]
    [InlineData(BundleManifest.DecoderStepInt8File)]
    public void The_manifest_names_what_ONNX_Runtime_finds_in_the_graph(string file)
    {
        using var exported = ExportedBundle.Untrained(Small);

        GraphEntry entry = Bundle.Open(exported.Folder).Graph(file);

        InferenceSession session = exported.Session(file).Session;
        Assert.Equal(session.InputNames, entry.Inputs.Select(input => input.Name));
        Assert.Equal(session.OutputNames, entry.Outputs.Select(output => output.Name));
        Assert.All(entry.Inputs, input => AssertSame(session.InputMetadata[input.Name], input));
        Assert.All(entry.Outputs, output => AssertSame(session.OutputMetadata[output.Name], output));
    }

    [Fact]
    public void A_network_without_past_chat_and_rate_has_no_graphs_of_them()
    {
        using var exported = ExportedBundle.Untrained(Small with { Chat = null, RateSize = 0 });

        var bundle = Bundle.Open(exported.Folder);

        Assert.False(File.Exists(bundle.PathOf(BundleManifest.ChatEncoderFile)) || File.Exists(bundle.PathOf(BundleManifest.RateFile)));
        Assert.Equal(["video_hidden", "video_cell", "audio_hidden", "audio_cell"], bundle.Graph(BundleManifest.FusionFile).Inputs.Select(input => input.Name));
    }

    [Fact]
    public void A_file_that_lies_in_the_folder_before_the_manifest_is_listed()
    {
        using var exported = ExportedBundle.Untrained(Small);
        new SafeTensorsWriter().Add("logits", [1f], 1).Save(Path.Combine(exported.Folder, BundleManifest.GoldenFile));

        Exporter.WriteManifest(exported.Checkpoint, exported.Folder, new ExportOptions(), Exporter.Provenance(exported.Checkpoint), new SamplingOptions { TopK = 7 });

        BundleManifest manifest = Bundle.Open(exported.Folder).Manifest;
        Assert.Equal(FileEntry.Of(Path.Combine(exported.Folder, BundleManifest.GoldenFile)), manifest.Files[BundleManifest.GoldenFile]);
        Assert.Equal(7, manifest.Sampling.TopK);
    }

    [Fact]
    public void External_data_gives_the_same_outputs()
    {
        using var inside = ExportedBundle.Untrained(Small);
        using var outside = ExportedBundle.Untrained(Small, options: new ExportOptions { ExternalDataThreshold = 0 });
        float[] seen = Draw.Floats(2 * 3 * 11);

        (State expected, State actual) = (inside.EncodeVideoFeatures(seen, inside.Zero(2)), outside.EncodeVideoFeatures(seen, outside.Zero(2)));
        (float[] expectedLogits, _) = inside.Step([2, 39], expected);
        (float[] actualLogits, _) = outside.Step([2, 39], actual);

        Assert.Equal(expected.Hidden, actual.Hidden);
        Assert.Equal(expected.Cell, actual.Cell);
        Assert.Equal(expectedLogits, actualLogits);
        Assert.Contains("video_encoder.onnx.data", Bundle.Open(outside.Folder).Manifest.Files.Keys);
        Assert.DoesNotContain("video_encoder.onnx.data", Bundle.Open(inside.Folder).Manifest.Files.Keys);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public void The_same_checkpoint_gives_the_same_bytes(long externalDataThreshold)
    {
        var options = new ExportOptions { ExternalDataThreshold = externalDataThreshold };
        using var exported = ExportedBundle.Untrained(Small, options: options);

        string again = exported.Export("again", options);

        Assert.Equal(FileManifest.Of(exported.Folder, BundleManifest.FileName).Files, FileManifest.Of(again, BundleManifest.FileName).Files);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData((1L << 30) + 1)]
    public void A_threshold_that_no_ONNX_file_could_hold_is_refused(long threshold)
    {
        var error = Assert.Throws<TwitchException>(() => new ExportOptions { ExternalDataThreshold = threshold }.Validate());

        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains($"{threshold} bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_graph_carries_the_sizes_and_its_producer()
    {
        using var exported = ExportedBundle.Untrained(Small);

        ModelMetadata metadata = exported.Session(BundleManifest.DecoderStepFile).Session.ModelMetadata;

        Assert.Equal(Exporter.ProducerName, metadata.ProducerName);
        Assert.Equal("decoder_step", metadata.GraphName);
        Assert.Equal("12", metadata.CustomMetadataMap["hidden_size"]);
        Assert.Equal("40", metadata.CustomMetadataMap["vocabulary_size"]);
        Assert.Equal("standard", metadata.CustomMetadataMap["preset"]);
    }

    [Fact]
    public void Eyes_and_ears_are_the_checkpoints_own_files()
    {
        using var exported = ExportedBundle.Untrained(Small);

        foreach (string file in (string[])[BundleManifest.FrameFeaturesFile, BundleManifest.SoundFeaturesFile])
            Assert.Equal(FileEntry.Of(exported.Checkpoint.PathOf(file)), Bundle.Open(exported.Folder).Manifest.Files[file]);
        Assert.Equal(exported.Config.Eyes!.Sha256, Bundle.Open(exported.Folder).Manifest.Files[BundleManifest.FrameFeaturesFile].Sha256);
    }

    private static void AssertSame(NodeMetadata found, GraphValue listed)
    {
        string type = found.ElementDataType switch
        {
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.UInt8 => "u8",
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Int64 => "i64",
            Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float => "f32",
            var other => other.ToString(),
        };
        Assert.Equal(type, listed.Type);
        Assert.Equal(found.Dimensions.Zip(found.SymbolicDimensions, (size, name) => size >= 0 ? $"{size}" : name), listed.Shape);
    }
}
