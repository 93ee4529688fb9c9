using System.Globalization;

namespace Twitch;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Type">Element type: <c>u8</c>, <c>i64</c>, <c>f16</c> or <c>f32</c>.</param>
/// <param name="Shape">Sizes; a name (<c>batch</c>, <c>time</c>) stands for any size.</param>
public sealed record GraphValue(string Name, string Type, IReadOnlyList<string> Shape);

/// <summary>One ONNX file of a bundle and what crosses its border.</summary>
/// <param name="File">File name in the bundle.</param>
/// <param name="Inputs">Inputs in order.</param>
/// <param name="Outputs">Outputs in order.</param>
public sealed record GraphEntry(string File, IReadOnlyList<GraphValue> Inputs, IReadOnlyList<GraphValue> Outputs);

/// <summary>A graph in another precision or form, which may take the place of the one it was made of.</summary>
/// <param name="Precision">Name of the precision: <c>int8</c>.</param>
/// <param name="File">Its file in the bundle, listed with the other graphs.</param>
/// <param name="Replaces">File of the graph in whose place it can be used.</param>
/// <param name="Cost">What it loses; absent if that was not measured.</param>
/// <param name="LeastRows">From how many rows on it is the fastest of its precision.</param>
/// <param name="OnDevice">Whether it is made for a state that stays on the device from step to step: it takes the rows to go on with
/// and the states of new ones, and gives the most likely tokens beside the logits.</param>
public sealed record GraphVariant(string Precision, string File, string Replaces, VariantCost? Cost = null, int LeastRows = 1, bool OnDevice = false)
{
    /// <summary>Names of precisions.</summary>
    public const string FullPrecision = "float32", HalfPrecision = "float16", EightBit = "int8";

    /// <summary>How many of the most likely tokens a decoder step gives whose state stays on the device: some dozens, so that what bans and
    /// penalties leave of them decides nearly every draw.</summary>
    public static int TopCount(ModelConfig config) => Math.Min(64, config.VocabularySize);
}

/// <summary>What a variant of the decoder step loses against the graph that it replaces, both given the same windows and words.</summary>
/// <param name="MeasuredOn"><see cref="HeldOut"/>, comments that were not learned from; or <see cref="Golden"/>, the windows of the
/// export's check, whose words are random.</param>
/// <param name="Comments">Comments that were measured.</param>
/// <param name="Tokens">Their tokens, one end mark each included.</param>
/// <param name="GreedyAgreement">Share of tokens where both find the same one most likely, given those before it; in [0, 1].</param>
/// <param name="MaxLogitDifference">Largest difference of a logit.</param>
/// <param name="PerplexityBefore">Perplexity per token of the graph that is replaced; absent if the words are random.</param>
/// <param name="PerplexityAfter">Perplexity per token of the variant; absent if the words are random.</param>
public sealed record VariantCost(
    string MeasuredOn, int Comments, int Tokens, double GreedyAgreement, double MaxLogitDifference, double? PerplexityBefore = null, double? PerplexityAfter = null)
{
    /// <summary>What a cost was measured on.</summary>
    public const string HeldOut = "held_out", Golden = "golden";

    /// <summary>How much perplexity rises, as a share of what it was; null if it was not measured.</summary>
    public double? PerplexityRise() => PerplexityAfter / PerplexityBefore - 1;

    /// <summary>A rise as people read it: <c>+0.04 %</c>, and never a zero with a sign of its own.</summary>
    public static string Percent(double rise) => string.Create(CultureInfo.InvariantCulture, $"{Math.Round(rise, 4) + 0.0:+0.00 %;-0.00 %}");
}

/// <summary>Where a bundle comes from.</summary>
/// <param name="Created">Time of the export, UTC.</param>
/// <param name="Exporter">Name and version of the exporter.</param>
/// <param name="ModelSha256">SHA-256 of the checkpoint's <c>model.safetensors</c>.</param>
/// <param name="Epoch">Epoch of the checkpoint, from 1; absent if it was not trained here.</param>
/// <param name="ValidationPerplexity">Perplexity per token on the held-out part; absent if it was not trained here.</param>
/// <param name="MaxDifference">Largest |torch − onnx| that the check after the export found; absent if torch was not at hand.</param>
public sealed record Provenance(DateTime Created, string Exporter, string ModelSha256, int? Epoch = null, double? ValidationPerplexity = null, double? MaxDifference = null);

/// <summary>What the runtime needs to know of a bundle: <c>bundle.json</c>.</summary>
public sealed record BundleManifest
{
    /// <summary>The version this code reads and writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>File names within the folder.</summary>
    public const string FileName = "bundle.json", FrameFeaturesFile = "frame_features.onnx", SoundFeaturesFile = "sound_features.onnx",
        VideoEncoderFile = "video_encoder.onnx", VideoEncoderInt8File = "video_encoder.int8.onnx", AudioEncoderFile = "audio_encoder.onnx",
        ChatEncoderFile = "chat_encoder.onnx", FusionFile = "fusion.onnx", RateFile = "rate.onnx",
        DecoderStepFile = "decoder_step.onnx", DecoderStepInt8File = "decoder_step.int8.onnx", DecoderStepInt8BatchFile = "decoder_step.int8.batch.onnx",
        DecoderStepCudaFile = "decoder_step.cuda.onnx", DecoderStepFloat16File = "decoder_step.float16.onnx",
        VocabularyFile = "vocabulary.json", BlockedRunsFile = "blocked_runs.bin", GoldenFile = "golden.safetensors";

    /// <summary>Version of the bundle's layout.</summary>
    public required int Version { get; init; }

    /// <summary>Sizes of the network, and how frames and sound are sampled.</summary>
    public required ModelConfig Config { get; init; }

    /// <summary>How comments are drawn if nothing else is asked for.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>What <see cref="Sampling"/> was fitted to; absent if it was not.</summary>
    public FittedSpeech? Fitted { get; init; }

    /// <summary>Where the bundle comes from.</summary>
    public required Provenance Provenance { get; init; }

    /// <summary>Every graph.</summary>
    public required IReadOnlyList<GraphEntry> Graphs { get; init; }

    /// <summary>Graphs that may take the place of another; absent if there are none.</summary>
    public IReadOnlyList<GraphVariant>? Variants { get; init; }

    /// <summary>Size and SHA-256 of every file but <c>bundle.json</c>.</summary>
    public required IReadOnlyDictionary<string, FileEntry> Files { get; init; }

    /// <summary>Reads only which files a bundle has, of whatever version it is.</summary>
    /// <param name="path">Its <c>bundle.json</c>.</param>
    /// <exception cref="TwitchException">The file has no such list.</exception>
    public static FileManifest ReadFileList(string path) => JsonFile.Read(path, CoreJson.Default.FileManifest);
}

/// <summary>A bundle whose files have been checked: the only thing the runtime needs.</summary>
public sealed class Bundle
{
    private Bundle(string folder, BundleManifest manifest, Vocabulary vocabulary, BlockedRuns? blocked)
    {
        BlockedRuns = blocked;
        Folder = folder;
        Manifest = manifest;
        Vocabulary = vocabulary;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>What <c>bundle.json</c> says.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>Sizes of the network.</summary>
    public ModelConfig Config => Manifest.Config;

    /// <summary>The words of its ids.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>Runs of words that are not said because too few people used them; absent if the bundle has no such file.</summary>
    public BlockedRuns? BlockedRuns { get; }

    /// <summary>Opens a bundle and compares every file with its hash.</summary>
    /// <exception cref="TwitchException">A file is missing, extra, altered or does not fit the others; the message names it.</exception>
    public static Bundle Open(string folder)
    {
        AtomicFolder.Recover(folder);
        string path = Path.Combine(folder, BundleManifest.FileName);
        if (!File.Exists(path))
            throw new TwitchException($"{folder}: no bundle is here ({BundleManifest.FileName} is missing); give the folder that 'twitch-train export' made.");
        BundleManifest manifest = JsonFile.Read(path, CoreJson.Default.BundleManifest);
        if (manifest.Version != BundleManifest.CurrentVersion)
            throw new TwitchException($"{path}: version is {manifest.Version}, this program reads {BundleManifest.CurrentVersion}; export the bundle again or update the program.");
        manifest.Config.Validate(path);
        new FileManifest(manifest.Files).Verify(folder, BundleManifest.FileName);

        ModelConfig config = manifest.Config;
        string[] graphs = [
            .. Optional(BundleManifest.FrameFeaturesFile, config.Eyes is not null, "eyes"), .. Optional(BundleManifest.SoundFeaturesFile, config.Ears is not null, "ears"),
            BundleManifest.VideoEncoderFile, BundleManifest.AudioEncoderFile, BundleManifest.FusionFile, BundleManifest.DecoderStepFile,
            .. Optional(BundleManifest.ChatEncoderFile, config.Chat is not null, "chat"), .. Optional(BundleManifest.RateFile, config.RateSize > 0, "rate_size")];
        foreach (string needed in (string[])[.. graphs, .. (manifest.Variants ?? []).Select(variant => variant.File)])
        {
            if (!manifest.Graphs.Any(graph => graph.File == needed) || !manifest.Files.ContainsKey(needed))
                throw new TwitchException($"{path}: does not list {needed}; export the bundle again.");
        }
        Vocabulary vocabulary = Vocabulary.Load(Path.Combine(folder, BundleManifest.VocabularyFile));
        if (vocabulary.Count != manifest.Config.VocabularySize)
            throw new TwitchException($"{Path.Combine(folder, BundleManifest.VocabularyFile)}: has {vocabulary.Count} words, but vocabulary_size in {BundleManifest.FileName} is {manifest.Config.VocabularySize}; export the bundle again.");
        BlockedRuns? blocked = manifest.Files.ContainsKey(BundleManifest.BlockedRunsFile) ? BlockedRuns.Load(Path.Combine(folder, BundleManifest.BlockedRunsFile)) : null;
        return new Bundle(folder, manifest, vocabulary, blocked);

        string[] Optional(string file, bool described, string setting) => described ? [file]
            : manifest.Graphs.Any(graph => graph.File == file)
                ? throw new TwitchException($"{path}: lists {file}, but config has no '{setting}' that describes it; export the bundle again.")
                : [];
    }

    /// <summary>Full path of one of its files.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>The precisions in which it has a graph, float32 first.</summary>
    /// <param name="file">File of the graph in float32.</param>
    /// <param name="onDevice">Whether the graph's state must stay on the device; such graphs may be missing altogether.</param>
    public IReadOnlyList<string> Precisions(string file, bool onDevice = false) =>
        [.. onDevice ? (string[])[] : [GraphVariant.FullPrecision], .. (Manifest.Variants ?? []).Where(variant => variant.Replaces == file && variant.OnDevice == onDevice).Select(variant => variant.Precision).Distinct()];

    /// <summary>The file that holds a graph in some precision.</summary>
    /// <param name="file">File of the graph in float32.</param>
    /// <param name="precision">Name of the precision.</param>
    /// <param name="rows">Most rows that will be computed at once.</param>
    /// <param name="onDevice">Whether the graph's state must stay on the device.</param>
    /// <exception cref="TwitchException">The bundle does not have it; the message says which it has.</exception>
    public string InPrecision(string file, string precision, int rows = 1, bool onDevice = false)
    {
        if (precision == GraphVariant.FullPrecision && !onDevice)
            return file;
        GraphVariant? variant = Manifest.Variants?
            .Where(variant => variant.Replaces == file && variant.Precision == precision && variant.LeastRows <= rows && variant.OnDevice == onDevice)
            .MaxBy(variant => variant.LeastRows);
        if (variant is not null)
            return variant.File;
        if (onDevice)
        {
            IReadOnlyList<string> there = Precisions(file, onDevice);
            throw new TwitchException(there.Count == 0
                ? $"{Folder}: was exported without {file} for CUDA and in {GraphVariant.HalfPrecision}; export it again with --cuda, or use --provider cpu --precision {GraphVariant.FullPrecision}."
                : $"{Folder}: has {file} for CUDA in {string.Join(" and ", there)}, not in {precision}; use --precision {there[0]}.");
        }
        throw new TwitchException($"{Folder}: has {file} in {string.Join(" and ", Precisions(file))}, not in {precision}; export the bundle again, or use --precision {GraphVariant.FullPrecision}.");
    }

    /// <summary>The file that holds a graph in some precision, or in float32 if it has no other.</summary>
    /// <param name="file">File of the graph in float32.</param>
    /// <param name="precision">Name of the precision.</param>
    public string InPrecisionIfAny(string file, string precision) => Precisions(file).Contains(precision) ? InPrecision(file, precision) : file;

    /// <summary>What <c>bundle.json</c> says of a graph.</summary>
    /// <exception cref="TwitchException">The bundle has no such graph.</exception>
    public GraphEntry Graph(string file) => Manifest.Graphs.FirstOrDefault(graph => graph.File == file)
        ?? throw new TwitchException($"{PathOf(BundleManifest.FileName)}: does not list {file}; export the bundle with it.");
}
