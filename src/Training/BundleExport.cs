using TorchSharp;
using Twitch.Export;
using Twitch.Runtime;
using Twitch.Training.Evaluating;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Turns a checkpoint into a bundle and proves it: torch and ONNX Runtime see the same windows and must agree.</summary>
public static class BundleExport
{
    /// <summary>Largest |torch − onnx| of an output whose numbers are no larger than 1, above as a share of the largest; torch computes in float64, ONNX Runtime in
    /// float32.</summary>
    public const double Tolerance = 1e-4;

    // Windows of several lengths, alone and in batches, as at a stream's start, later in it, and in evaluation; the first
    // goes into the bundle.
    private static readonly (int Batch, int Seconds, int Steps, int Tokens)[] Windows = [(1, 10, 78, 12), (3, 1, 1, 4), (2, 7, 40, 20)];

    /// <summary>Writes a bundle; if it does not agree with torch, no bundle appears.</summary>
    /// <param name="checkpoint">The network.</param>
    /// <param name="folder">The bundle's place; what stands there is replaced.</param>
    /// <param name="options">How graphs are written, and which.</param>
    /// <param name="data">The examples it was trained with: to those held out the sampling defaults are fitted, and they show what int8 and float16 cost. Without, the export's own windows show
    /// how often the most likely word changes.</param>
    /// <param name="tolerance">What may be in the place of <see cref="Tolerance"/>.</param>
    /// <returns>What <c>bundle.json</c> says.</returns>
    /// <exception cref="TwitchException">The graphs differ from torch by more than <paramref name="tolerance"/> (exit code 1), or what stands in the folder is
    /// no bundle (exit code 3).</exception>
    public static BundleManifest Write(Checkpoint checkpoint, string folder, ExportOptions options, TrainingData? data = null, double tolerance = Tolerance)
    {
        RefuseStrangers(folder);
        BundleManifest? manifest = null;
        string goldens = Directory.CreateTempSubdirectory("twitch-golden").FullName;
        try
        {
            string[] files = WriteGoldens(checkpoint, goldens);
            AtomicFolder.Write(folder, partial =>
            {
                Exporter.WriteGraphs(checkpoint, partial, options);
                File.Copy(files[0], Path.Combine(partial, BundleManifest.GoldenFile));
                Provenance provenance = Describe(checkpoint);
                Exporter.WriteManifest(checkpoint, partial, options, provenance, new SamplingOptions());
                (double largest, Dictionary<string, VariantCost> costs) = Compare(partial, checkpoint, files, Exporter.Variants(checkpoint.Config, options), data, tolerance);
                (SamplingOptions sampling, FittedSpeech? fitted) = data is null ? (new SamplingOptions(), null) : SamplingFit.Run(partial, data);
                manifest = Exporter.WriteManifest(checkpoint, partial, options, provenance with { MaxDifference = largest }, sampling, costs, fitted);
            });
        }
        finally
        {
            Directory.Delete(goldens, recursive: true);
        }
        return manifest!;
    }

    // The folder is replaced whole, so what is no part of a bundle would be gone: a run's own folder, with its checkpoint and prepared recordings.
    private static void RefuseStrangers(string folder)
    {
        if (File.Exists(folder))
            throw new TwitchException($"{folder}: is a file; give --out a folder.");
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return;
        string manifest = Path.Combine(folder, BundleManifest.FileName);
        string? stranger = File.Exists(manifest)
            ? BundleManifest.ReadFileList(manifest).Strangers(folder, BundleManifest.FileName).FirstOrDefault()
            : Directory.EnumerateFileSystemEntries(folder).Select(Path.GetFileName).First();
        if (stranger is not null)
            throw new TwitchException($"{Path.Combine(folder, stranger)}: no part of a bundle, and exporting to {folder} would remove it; give --out a folder that is empty or not there yet, or one that holds nothing but a bundle.");
    }

    private static string[] WriteGoldens(Checkpoint checkpoint, string folder)
    {
        ModelConfig config = checkpoint.Config;
        using CommentModel model = TorchCheckpoint.Load(checkpoint, CPU);
        // In double, so that what is measured is the runtime's own rounding: preset seed sums 150,528 products for each gate, and two
        // float32 sums of that length differ by more than either is off.
        model.to(ScalarType.Float64);
        using Generator random = new(seed: 1, CPU);
        var files = new List<string>();
        foreach (var (batch, seconds, steps, tokens) in Windows)
        {
            using var scope = NewDisposeScope();
            Tensor seen = config.Eyes is null
                ? randint(0, 256, [batch, seconds, config.Frame.Height, config.Frame.Width, FrameSpec.Channels], dtype: ScalarType.Byte, generator: random)
                : Features("video_encoder", batch, seconds);
            Tensor heard = config.Ears is null
                ? randn([batch, steps, config.Mel.MelCount], generator: random) * 4 - 6    // as log-mel steps lie
                : Features("audio_encoder", batch, seconds);
            Tensor said = cat([full([batch, 1], Vocabulary.Start, ScalarType.Int64), randint(Vocabulary.SpecialCount, config.VocabularySize, [batch, tokens - 1], dtype: ScalarType.Int64, generator: random)], 1);
            ChatWindow[] chats = config.Chat is ChatSpec spec ? [.. Enumerable.Range(0, batch).Select(row => Chat(config, spec, row))] : [];
            string file = Path.Combine(folder, $"golden{files.Count}.safetensors");
            Golden.Write(file, model, seen, heard, said, chats, writer => Perceive(checkpoint, writer));
            files.Add(file);
        }
        return [.. files];

        // Around the mean of what was learnt from, as far from it as that was.
        Tensor Features(string module, int batch, int seconds)
        {
            float[] mean = checkpoint.Weights.Read<float>($"{module}.mean").ToArray(), deviation = checkpoint.Weights.Read<float>($"{module}.deviation").ToArray();
            return randn([batch, seconds, mean.Length], generator: random) * tensor(deviation) + tensor(mean);
        }
    }

    // What this machine's eyes see in two pictures, and its ears hear in two seconds; that they are what was exported is known by their hash.
    private static void Perceive(Checkpoint checkpoint, SafeTensorsWriter golden)
    {
        if (checkpoint.Config is not { Eyes: { } eyes, Ears: { } ears })
            return;
        const int Count = 2;
        var random = new SplitMix64(1);
        byte[] frames = [.. Enumerable.Range(0, Count * eyes.Frame.ByteCount).Select(_ => (byte)random.Next())];
        float[] mel = [.. Enumerable.Range(0, Count * ears.StepCount * ears.MelCount).Select(_ => (float)(random.Next() >> 11) / (1L << 53) * 16 - 14)];
        using var senses = Senses.Open(checkpoint.PathOf(BundleManifest.FrameFeaturesFile), checkpoint.PathOf(BundleManifest.SoundFeaturesFile), eyes, ears);
        golden.Add(GoldenCheck.EyesFrames, frames, Count, eyes.Frame.Height, eyes.Frame.Width, FrameSpec.Channels)
            .Add(GoldenCheck.EyesFeatures, senses.See(frames), Count, eyes.FeatureCount)
            .Add(GoldenCheck.EarsMel, mel, Count, ears.StepCount, ears.MelCount)
            .Add(GoldenCheck.EarsFeatures, senses.Hear(mel), Count, ears.FeatureCount);
    }

    // A full chat, then one that has just begun, then none; comments of all lengths and ages.
    private static ChatWindow Chat(ModelConfig config, ChatSpec spec, int row)
    {
        var random = new SplitMix64(SplitMix64.Mix(1, row));
        int count = row switch { 0 => spec.CommentCount, 1 => spec.CommentCount / 2 + 1, _ => 0 };
        PastComment[] comments = [.. Enumerable.Range(0, count).Select(i => new PastComment(
            TimeSpan.FromSeconds(7.3 * i), [.. Enumerable.Range(0, 1 + i % spec.WordCount).Select(_ => 1 + (int)(random.Next() % (ulong)(config.VocabularySize - 1)))]))];
        return ChatWindow.Before(TimeSpan.FromSeconds(7.3 * count - 7.2), spec, comments);
    }

    // Every variant as it will be run, those for CUDA on the processor.
    private static (double Largest, Dictionary<string, VariantCost> Costs) Compare(
        string bundle, Checkpoint checkpoint, string[] goldens, IReadOnlyList<GraphVariant> variants, TrainingData? data, double tolerance)
    {
        var costs = new Dictionary<string, VariantCost>();
        using var model = Runtime.CommentModel.Open(bundle);
        double largest = CheckAll(model);
        foreach (IGrouping<(string Precision, bool OnDevice), GraphVariant> kind in variants.GroupBy(variant => (variant.Precision, variant.OnDevice)))
        {
            using var other = Runtime.CommentModel.Open(bundle, new RuntimeOptions { Precision = RuntimeOptions.PrecisionOf(kind.Key.Precision), OnDevice = kind.Key.OnDevice });
            double difference = CheckAll(other);
            if (other.Options.Precision == Precision.Float32)
                largest = Math.Max(largest, difference);
            else
            {
                // What this processor does not run, it cannot measure.
                foreach (GraphVariant variant in kind.Where(variant => variant.Replaces != BundleManifest.DecoderStepFile || other.DecoderFile(variant.LeastRows) == variant.File))
                    costs[variant.File] = Cost(other, rows: variant.LeastRows);
            }
        }
        return (largest, costs);

        double CheckAll(Runtime.CommentModel opened) => goldens.Max(file =>
        {
            using SafeTensors golden = SafeTensors.Open(file);
            return Check(opened, golden);
        });

        VariantCost Cost(Runtime.CommentModel rounded, int rows) =>
            data is null ? PrecisionCost.OnGoldens(model, rounded, goldens, rows) : PrecisionCost.OnHeldOut(model, rounded, data, rows);

        double Check(Runtime.CommentModel opened, SafeTensors golden)
        {
            IReadOnlyList<GoldenDifference> report = GoldenCheck.Run(opened, golden);
            if (report.FirstOrDefault(difference => difference.Difference > difference.Limit * tolerance / Tolerance) is { Output: not null } found)
            {
                double needed = found.Limit > 0 ? found.Difference / found.Limit * Tolerance : double.NaN;
                string remedy = double.IsFinite(needed) ? $"'twitch-train export --checkpoint {checkpoint.Folder} --out DIR --tolerance {needed * 1.1:0.0e+0}' exports it all the same" : "the words differ, so it cannot be exported";
                throw new TwitchException($"'{found.Output}' in {opened.Options.PrecisionName} differs from torch by {found.Difference:0.0e+0}, more than {found.Limit * tolerance / Tolerance:0.0e+0}; no bundle was written. The checkpoint in {checkpoint.Folder} is whole: {remedy}. Please report this with its config.json: it is a bug of the exporter.", ExitCode.Failed);
            }
            return report.Max(difference => difference.Difference);
        }
    }

    private static Provenance Describe(Checkpoint checkpoint)
    {
        Provenance provenance = Exporter.Provenance(checkpoint);
        string state = Path.Combine(checkpoint.Folder, TrainingFolder.StateFile);
        return File.Exists(state) && JsonFile.Read(state, TrainingJson.Default.TrainingState) is { BestEpoch: > 0 } trained
            ? provenance with { Epoch = trained.BestEpoch, ValidationPerplexity = trained.BestPerplexity }
            : provenance;
    }
}
