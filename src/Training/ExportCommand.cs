using System.CommandLine;
using System.Globalization;
using Twitch.Export;

namespace Twitch.Training;

/// <summary><c>twitch-train export</c>: turns a checkpoint into a bundle that is proven to agree with it.</summary>
internal static class ExportCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var command = new Command("export", "Turn a checkpoint into a bundle, the only thing the runtime needs");
        var checkpoint = new Option<string?>("--checkpoint") { Description = "Folder that training made", HelpName = "DIR" };
        var untrained = new Option<bool>("--untrained") { Description = "Export seeded random weights instead, to measure speed at any size" };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the random weights", DefaultValueFactory = _ => 1, HelpName = "N" };
        var output = new Option<string>("--out") { Description = "Folder for the bundle; one that stands there is replaced", Required = true, HelpName = "DIR" };
        var tolerance = new Option<double>("--tolerance") { Description = "Largest difference between torch and ONNX Runtime, as a share of an output's largest number", DefaultValueFactory = _ => BundleExport.Tolerance, HelpName = "SHARE" };
        Option<bool> cuda = CudaOption();
        var sizes = new PresetOptions();
        command.Options.Add(checkpoint);
        command.Options.Add(output);
        command.Options.Add(untrained);
        command.Options.Add(seed);
        command.Options.Add(cuda);
        command.Options.Add(tolerance);
        sizes.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            string? folder = parsed.GetValue(checkpoint);
            var options = new ExportOptions { Cuda = parsed.GetValue(cuda) };
            if (parsed.GetValue(untrained) == (folder is not null))
                throw new TwitchException("export needs either --checkpoint DIR or --untrained.", ExitCode.Usage);
            if (!(parsed.GetValue(tolerance) is > 0 and < 1))
                throw new TwitchException($"--tolerance is {parsed.GetValue(tolerance)}; it must be in (0, 1).", ExitCode.Usage);
            if (folder is not null)
                Run(folder, parsed.GetValue(output)!, options, parsed.InvocationConfiguration, tolerance: parsed.GetValue(tolerance));
            else
                RunUntrained(sizes.Config(parsed), parsed.GetValue(seed), parsed.GetValue(output)!, options, parsed.InvocationConfiguration);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <summary><c>--cuda</c>.</summary>
    public static Option<bool> CudaOption() => new("--cuda") { Description = "Write the decoder for --provider cuda too, in float32 and float16" };

    /// <summary>Exports a checkpoint and says on stderr how far the bundle is from it; the bundle's folder goes to stdout.</summary>
    /// <param name="checkpointFolder">Folder that training made.</param>
    /// <param name="bundleFolder">Folder for the bundle.</param>
    /// <param name="options">How graphs are written, and which.</param>
    /// <param name="console">Where it is said.</param>
    /// <param name="data">What it was trained with, to measure what int8 and float16 cost.</param>
    /// <param name="tolerance">Largest difference between torch and ONNX Runtime.</param>
    public static void Run(string checkpointFolder, string bundleFolder, ExportOptions options, InvocationConfiguration console, TrainingData? data = null, double tolerance = BundleExport.Tolerance)
    {
        using Checkpoint checkpoint = Checkpoint.Open(checkpointFolder);
        BundleManifest manifest = BundleExport.Write(checkpoint, bundleFolder, options, data, tolerance);
        long bytes = Directory.EnumerateFiles(bundleFolder).Sum(file => new FileInfo(file).Length);
        console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Exported {checkpoint.Config.Preset}: {bytes / 1e6:0.0} MB, largest difference between torch and ONNX Runtime {manifest.Provenance.MaxDifference:0.0e+0} (allowed {tolerance:0.#e+0})"));
        foreach (IGrouping<string, GraphVariant> precision in (manifest.Variants ?? []).Where(variant => variant.Cost is not null).GroupBy(variant => variant.Precision))
        {
            VariantCost worst = precision.Select(variant => variant.Cost!).MaxBy(cost => cost.PerplexityRise() ?? -cost.GreedyAgreement)!;
            console.Error.WriteLine(PrecisionCost.Describe(precision.Key, worst));
        }
        if (manifest.Fitted is { } fitted)
            console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Drawn with temperature {manifest.Sampling.Temperature}, top-k {manifest.Sampling.TopK}, top-p {manifest.Sampling.TopP}, min-p {manifest.Sampling.MinP}: {fitted.Network.Describe()}; people: {fitted.People.Describe()}"));
        console.Output.WriteLine(bundleFolder);
    }

    private static void RunUntrained(ModelConfig config, ulong seed, string bundleFolder, ExportOptions options, InvocationConfiguration console)
    {
        // Beside the bundle, where there is room for one.
        string folder = $"{Path.TrimEndingDirectorySeparator(Path.GetFullPath(bundleFolder))}.{Path.GetRandomFileName()}";
        try
        {
            UntrainedCheckpoint.Write(folder, config, seed);
            Run(folder, bundleFolder, options, console);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }
}
