using Twitch.Export;

namespace Twitch.Benchmarks;

/// <summary>A checkpoint and a bundle with seeded random weights, in a temporary folder: speed does not depend on what was learned.</summary>
public sealed class UntrainedBundle : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("twitch-benchmark").FullName;

    public UntrainedBundle(ModelConfig config)
    {
        CheckpointFolder = Path.Combine(_root, "checkpoint");
        BundleFolder = Path.Combine(_root, "bundle");
        Directory.CreateDirectory(BundleFolder);
        UntrainedCheckpoint.Write(CheckpointFolder, config, seed: 1);
        using Checkpoint checkpoint = Checkpoint.Open(CheckpointFolder);
        Exporter.Write(checkpoint, BundleFolder, new ExportOptions { Cuda = Providers.HasCuda });
    }

    public string CheckpointFolder { get; }

    public string BundleFolder { get; }

    /// <summary>Mel steps of a window.</summary>
    public static int StepsOfWindow(ModelConfig config) =>
        ClipWindow.Before(TimeSpan.FromSeconds(config.WindowSeconds), config, config.WindowSeconds, long.MaxValue).StepCount * config.MelStride;

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
