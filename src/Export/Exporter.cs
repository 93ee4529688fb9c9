using System.Globalization;
using Twitch.Export.Graphs;
using Twitch.Onnx;
using Twitch.Export.Perception;

namespace Twitch.Export;

/// <summary>Turns a checkpoint into a bundle: managed code over the checkpoint's files, without torch.</summary>
/// <remarks>Both halves fill a folder that exists, so that a caller can add to the bundle and check it in between:
/// <see cref="WriteGraphs"/>, golden outputs, the check, <see cref="WriteManifest"/>.</remarks>
public static class Exporter
{
    /// <summary>Name of this program in the files it writes.</summary>
    public const string ProducerName = "twitch-export";

    /// <summary>Version of this program in the files it writes.</summary>
    public static string ProducerVersion { get; } = typeof(Exporter).Assembly.GetName().Version!.ToString(3);

    /// <summary>Fills a folder with a whole bundle, as it is drawn by default.</summary>
    public static void Write(Checkpoint checkpoint, string folder, ExportOptions options)
    {
        WriteGraphs(checkpoint, folder, options);
        WriteManifest(checkpoint, folder, options, Provenance(checkpoint), new SamplingOptions());
    }

    /// <summary>Writes the graphs that the config describes, the decoder step in int8 too, for one row and for many, and for CUDA
    /// where that is asked for, the data of the large ones, and <c>vocabulary.json</c>.</summary>
    /// <param name="checkpoint">The network.</param>
    /// <param name="folder">An existing folder.</param>
    /// <param name="options">How graphs are written.</param>
    /// <exception cref="TwitchException">An option is out of range.</exception>
    public static void WriteGraphs(Checkpoint checkpoint, string folder, ExportOptions options)
    {
        options.Validate();
        Dictionary<string, string> metadata = Metadata(checkpoint.Config);
        foreach ((string file, Model model) in Graphs(checkpoint, options))
            model.Save(Path.Combine(folder, file), options.ExternalDataThreshold, new Producer(ProducerName, ProducerVersion), metadata);
        foreach (string file in PerceptionFiles.All.Where(file => checkpoint.Config.Eyes is not null && File.Exists(checkpoint.PathOf(file))))
            File.Copy(checkpoint.PathOf(file), Path.Combine(folder, file));
        checkpoint.Vocabulary.Save(Path.Combine(folder, BundleManifest.VocabularyFile));
        checkpoint.BlockedRuns?.Save(Path.Combine(folder, BundleManifest.BlockedRunsFile));
    }

    /// <summary>Writes <c>bundle.json</c>: what the graphs take and give, and the hash of every file that is in the folder now.</summary>
    /// <param name="checkpoint">The network that the graphs were made of.</param>
    /// <param name="folder">The folder that <see cref="WriteGraphs"/> filled.</param>
    /// <param name="options">Those that it was filled with.</param>
    /// <param name="provenance">Where the bundle comes from; <see cref="Provenance"/> knows the beginning.</param>
    /// <param name="sampling">How comments are drawn if nothing else is asked for.</param>
    /// <param name="costs">What each variant of the decoder step loses, by its file; those that were measured.</param>
    /// <param name="fitted">What <paramref name="sampling"/> was fitted to.</param>
    /// <returns>What was written.</returns>
    public static BundleManifest WriteManifest(
        Checkpoint checkpoint, string folder, ExportOptions options, Provenance provenance, SamplingOptions sampling, IReadOnlyDictionary<string, VariantCost>? costs = null,
        FittedSpeech? fitted = null)
    {
        var manifest = new BundleManifest
        {
            Version = BundleManifest.CurrentVersion,
            Config = checkpoint.Config,
            Sampling = sampling,
            Fitted = fitted,
            Provenance = provenance,
            Graphs = [.. Senses(checkpoint.Config), .. Graphs(checkpoint, options).Select(graph => new GraphEntry(graph.File, [.. graph.Model.Inputs.Select(Border)], [.. graph.Model.Outputs.Select(Border)]))],
            Variants = [.. Variants(checkpoint.Config, options).Select(variant => variant with { Cost = costs?.GetValueOrDefault(variant.File) })],
            Files = FileManifest.Of(folder, except: BundleManifest.FileName).Files,
        };
        JsonFile.Write(Path.Combine(folder, BundleManifest.FileName), manifest, CoreJson.Readable.BundleManifest);
        return manifest;
    }

    /// <summary>Where a bundle of this checkpoint, exported now, comes from.</summary>
    public static Provenance Provenance(Checkpoint checkpoint) => new(
        DateTime.UtcNow,
        $"{ProducerName} {ProducerVersion}",
        FileEntry.Of(Path.Combine(checkpoint.Folder, Checkpoint.ModelFile)).Sha256);

    /// <summary>The graphs' other precisions and forms, without their costs.</summary>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="options">Which are asked for.</param>
    public static IReadOnlyList<GraphVariant> Variants(ModelConfig config, ExportOptions options)
    {
        const string Step = BundleManifest.DecoderStepFile;
        GraphVariant[] always =
        [
            .. HasWideFrames(config) ? [new(GraphVariant.EightBit, BundleManifest.VideoEncoderInt8File, BundleManifest.VideoEncoderFile)] : (GraphVariant[])[],
            new(GraphVariant.EightBit, BundleManifest.DecoderStepInt8File, Step),
            new(GraphVariant.EightBit, BundleManifest.DecoderStepInt8BatchFile, Step, LeastRows: DecoderStepGraph.LeastRowsOfBatch),
        ];
        GraphVariant[] forCuda =
        [
            new(GraphVariant.FullPrecision, BundleManifest.DecoderStepCudaFile, Step, OnDevice: true),
            new(GraphVariant.HalfPrecision, BundleManifest.DecoderStepFloat16File, Step, OnDevice: true),
        ];
        return options.Cuda ? [.. always, .. forCuda] : always;
    }

    // Frozen, so they are the files that the recordings were prepared with.
    private static GraphEntry[] Senses(ModelConfig config) => config is not { Eyes: { } eyes, Ears: { } ears } ? [] :
    [
        new(BundleManifest.FrameFeaturesFile,
            [new("frames", "u8", ["batch", Text(eyes.Frame.Height), Text(eyes.Frame.Width), Text(FrameSpec.Channels)])], [new("features", "f32", ["batch", Text(eyes.FeatureCount)])]),
        new(BundleManifest.SoundFeaturesFile,
            [new("mel", "f32", ["batch", Text(ears.StepCount), Text(ears.MelCount)])], [new("features", "f32", ["batch", Text(ears.FeatureCount)])]),
    ];

    // Cheap: weights are read when a graph is saved, not before.
    private static IEnumerable<(string File, Model Model)> Graphs(Checkpoint checkpoint, ExportOptions options)
    {
        (ModelConfig config, SafeTensors weights) = (checkpoint.Config, checkpoint.Weights);
        yield return (BundleManifest.VideoEncoderFile, VideoEncoderGraph.Build(config, weights));
        if (HasWideFrames(config))
            yield return (BundleManifest.VideoEncoderInt8File, VideoEncoderGraph.Build(config, weights, StepArithmetic.Int8));
        yield return (BundleManifest.AudioEncoderFile, AudioEncoderGraph.Build(config, weights));
        if (config.Chat is ChatSpec chat)
            yield return (BundleManifest.ChatEncoderFile, ChatEncoderGraph.Build(config, chat, weights));
        yield return (BundleManifest.FusionFile, FusionGraph.Build(config, weights));
        if (config.RateSize > 0)
            yield return (BundleManifest.RateFile, RateGraph.Build(config, weights));
        yield return (BundleManifest.DecoderStepFile, DecoderStepGraph.Build(config, weights));
        yield return (BundleManifest.DecoderStepInt8File, DecoderStepGraph.Build(config, weights, StepArithmetic.Int8));
        yield return (BundleManifest.DecoderStepInt8BatchFile, DecoderStepGraph.Build(config, weights, StepArithmetic.Int8Rows));
        if (!options.Cuda)
            yield break;
        yield return (BundleManifest.DecoderStepCudaFile, DecoderStepGraph.Build(config, weights, onDevice: true));
        yield return (BundleManifest.DecoderStepFloat16File, DecoderStepGraph.Build(config, weights, StepArithmetic.Float16, onDevice: true));
    }

    private static GraphValue Border(ValueInfo value) => new(value.Name, value.Type, [.. value.Shape!.Select(dim => dim.ToString())]);

    // A frame that goes into the LSTM as it is meets a matrix of up to a gigabyte, which is read whole for every second of a stream.
    private static bool HasWideFrames(ModelConfig config) => config.Eyes is null;

    // The sizes travel inside each file too, so that one alone still says what it is.
    private static Dictionary<string, string> Metadata(ModelConfig config) => new()
    {
        ["preset"] = config.Preset,
        ["frame_height"] = Text(config.Frame.Height),
        ["frame_width"] = Text(config.Frame.Width),
        ["sample_rate"] = Text(config.Mel.SampleRate),
        ["fft_size"] = Text(config.Mel.FftSize),
        ["hop_length"] = Text(config.Mel.HopLength),
        ["n_mels"] = Text(config.Mel.MelCount),
        ["projection_size"] = Text(config.ProjectionSize),
        ["window_seconds"] = Text(config.WindowSeconds),
        ["chat_comments"] = Text(config.Chat?.CommentCount ?? 0),
        ["vocabulary_size"] = Text(config.VocabularySize),
        ["embedding_size"] = Text(config.EmbeddingSize),
        ["hidden_size"] = Text(config.HiddenSize),
    };

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
