using System.Buffers;
using BenchmarkDotNet.Attributes;
using Twitch.Runtime;
using Twitch.Media;
using Twitch.Media.Features;

namespace Twitch.Benchmarks;

/// <summary>What comes before the encoders, on the demo's recording: its sound analysed, its seconds read; and all of it up to a
/// whole comment.</summary>
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls the clean-up, not Dispose
public class CaptureBenchmarks
{
    private const int Seconds = 10;

    private readonly ModelConfig _config = ModelConfig.Standard;
    private readonly MediaSource _source = new(Sample());
    private readonly float[] _samples = [.. Enumerable.Range(0, Seconds * MelSpec.Standard.SampleRate).Select(i => MathF.Sin(i * 0.05f) * 0.3f)];
    private UntrainedBundle _bundle = null!;
    private CommentModel _model = null!;

    [GlobalSetup]
    public void Setup()
    {
        _bundle = new UntrainedBundle(_config);
        _model = CommentModel.Open(_bundle.BundleFolder);
    }

    [Benchmark(OperationsPerInvoke = Seconds, Description = "features of a second of sound")]
    public int Features()
    {
        var steps = new ArrayBufferWriter<float>();
        var mel = new MelSpectrogram(_config.Mel);
        mel.Append(_samples, steps);
        mel.Complete(steps);
        return steps.WrittenCount;
    }

    [Benchmark(OperationsPerInvoke = Seconds, Description = "a second captured, of ten")]
    public int Capture() => Recording.Open(_source, _config.Frame, _config.Mel).Seconds(end: Seconds).Count();

    [Benchmark(Description = "a whole comment, from the file")]
    public async Task<int> WholeComment()
    {
        int tokens = 0;
        await foreach (TimedComment comment in _model.CommentAtAsync(_model.OpenRecording(_source), [TimeSpan.FromSeconds(Seconds)]))
            tokens += comment.Comment.Tokens.Count;
        return tokens;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _bundle.Dispose();
    }

    private static string Sample()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string file = Path.Combine(folder.FullName, "samples", "stream.mp4");
            if (File.Exists(file))
                return file;
        }
        throw new TwitchException("samples/stream.mp4 is in no folder above the benchmarks; run ./demo, which makes it.");
    }
}
