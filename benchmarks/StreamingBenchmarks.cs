using BenchmarkDotNet.Attributes;
using Twitch.Runtime;
using Twitch.Media;

namespace Twitch.Benchmarks;

/// <summary>One second of a live stream on one thread: the window of ten seconds encoded again, or what is new taken into all windows
/// that have begun; alone, and up to the first token of a comment.</summary>
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls the clean-up, not Dispose
public class StreamingBenchmarks
{
    private UntrainedBundle _bundle = null!;
    private CommentModel _model = null!;
    private StreamingEncoder _encoder = null!;
    private byte[] _frames = [];
    private float[] _mel = [];
    private int _second;

    [Params("standard", "published")]
    public string Preset { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        ModelConfig config = ModelConfig.FromPreset(Preset) with { Frame = new FrameSpec(64, 64) };
        _bundle = new UntrainedBundle(config);
        _model = CommentModel.Open(_bundle.BundleFolder);
        _encoder = new StreamingEncoder(_model);
        var random = new Random(1);
        _frames = new byte[config.WindowSeconds * config.Frame.ByteCount];
        random.NextBytes(_frames);
        _mel = [.. Enumerable.Range(0, UntrainedBundle.StepsOfWindow(config) * config.Mel.MelCount).Select(_ => random.NextSingle() * 12 - 12)];
        for (int i = 0; i <= config.WindowSeconds; i++)
            Arriving();
    }

    [Benchmark(Baseline = true, Description = "window again")]
    public ClipContext Again() => _model.Encode(_frames, _mel);

    [Benchmark(Description = "as it arrives")]
    public ClipContext Arriving()
    {
        ModelConfig config = _model.Config;
        long first = config.Mel.StepsEndingBy(TimeSpan.FromSeconds(_second - 1)), end = config.Mel.StepsEndingBy(TimeSpan.FromSeconds(_second));
        ReadOnlyMemory<byte> frame = _frames.AsMemory(_second % config.WindowSeconds * config.Frame.ByteCount, config.Frame.ByteCount);
        ReadOnlyMemory<float> mel = _mel.AsMemory(0, (int)(end - first) * config.Mel.MelCount);
        return _encoder.Add(new StreamSecond(_second++, frame, first, mel));
    }

    [Benchmark(Description = "window again, and a token")]
    public Token AgainAndToken() => FirstToken(Again());

    [Benchmark(Description = "as it arrives, and a token")]
    public Token ArrivingAndToken() => FirstToken(Arriving());

    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _bundle.Dispose();
    }

    private Token FirstToken(ClipContext clip)
    {
        using CommentGenerator generator = _model.CreateGenerator(clip, _model.Sampling);
        generator.TryNext(out Token token);
        return token;
    }
}
