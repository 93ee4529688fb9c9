using BenchmarkDotNet.Attributes;
using Twitch.Runtime;

namespace Twitch.Benchmarks;

/// <summary>Windows of ten seconds on one thread, from frames and log-mel to the decoder's first states; times are of all of them.</summary>
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls the clean-up, not Dispose
public class EncodeBenchmarks
{
    private UntrainedBundle _bundle = null!;
    private CommentModel _model = null!;
    private byte[] _frames = [];
    private float[] _mel = [];

    public static IEnumerable<string> Here => Providers.Here;

    [ParamsSource(nameof(Here))]
    public string Provider { get; set; } = "";

    [Params("standard", "published")]
    public string Preset { get; set; } = "";

    [Params(1, 16)]
    public int Windows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        ModelConfig config = ModelConfig.FromPreset(Preset) with { Frame = new FrameSpec(64, 64) };
        _bundle = new UntrainedBundle(config);
        _model = CommentModel.Open(_bundle.BundleFolder, new RuntimeOptions { Provider = Provider == "cuda" ? ExecutionProvider.Cuda : ExecutionProvider.Cpu });
        var random = new Random(1);
        _frames = new byte[Windows * config.WindowSeconds * config.Frame.ByteCount];
        random.NextBytes(_frames);
        _mel = [.. Enumerable.Range(0, Windows * UntrainedBundle.StepsOfWindow(config) * config.Mel.MelCount).Select(_ => random.NextSingle() * 12 - 12)];
    }

    [Benchmark(Description = "whole windows")]
    public ClipContext[] Whole() => _model.EncodeBatch(_frames, _mel, Windows);

    [Benchmark(Description = "pictures alone")]
    public EncoderState Pictures() => _model.Video.Encode(_frames, EncoderState.Zeros(_model.Config, Windows));

    [Benchmark(Description = "sound alone")]
    public EncoderState Sound() => _model.Audio.Encode(_mel, EncoderState.Zeros(_model.Config, Windows));

    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _bundle.Dispose();
    }
}
