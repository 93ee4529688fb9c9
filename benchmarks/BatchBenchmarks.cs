using BenchmarkDotNet.Attributes;
using Twitch.Runtime;

namespace Twitch.Benchmarks;

/// <summary>A token of one of many comments on one thread, given their encoded windows: 256 comments of 8 to 32 tokens, 20 in the mean, are asked for at once,
/// and at most so many rows are written at a time, which so begin and end one by one. The baseline writes one comment after the other.</summary>
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls the clean-up, not Dispose
public class BatchBenchmarks
{
    private const int Comments = 256, Length = 20, Spread = 12, Tokens = Comments * Length;

    private static readonly int[] Lengths = Shuffled();

    private UntrainedBundle _bundle = null!;
    private CommentModel _model = null!;
    private ClipContext[] _clips = [];

    [Params("standard", "published")]
    public string Preset { get; set; } = "";

    [Params(Precision.Float32, Precision.Int8)]
    public Precision Precision { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // The decoder of preset seed is as published; its video encoder, which is not measured here, sees smaller frames.
        ModelConfig config = ModelConfig.FromPreset(Preset) with { Frame = new FrameSpec(64, 64) };
        _bundle = new UntrainedBundle(config);
        _model = CommentModel.Open(_bundle.BundleFolder, new RuntimeOptions { Precision = Precision });
        var random = new Random(1);
        _clips = [.. Enumerable.Range(0, Comments).Select(_ => new ClipContext(State(), State()))];

        float[] State() => [.. Enumerable.Range(0, config.HiddenSize).Select(_ => random.NextSingle() * 2 - 1)];
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Tokens, Description = "one by one")]
    public int OneByOne()
    {
        int tokens = 0;
        for (int i = 0; i < Comments; i++)
            tokens += _model.Generate(_clips[i], Sampling(i)).Tokens.Count;
        return tokens;
    }

    [Benchmark(OperationsPerInvoke = Tokens, Description = "1 row")]
    public Task<int> Rows1() => Together(1);

    [Benchmark(OperationsPerInvoke = Tokens, Description = "4 rows")]
    public Task<int> Rows4() => Together(4);

    [Benchmark(OperationsPerInvoke = Tokens, Description = "16 rows")]
    public Task<int> Rows16() => Together(16);

    [Benchmark(OperationsPerInvoke = Tokens, Description = "64 rows")]
    public Task<int> Rows64() => Together(64);

    [Benchmark(OperationsPerInvoke = Tokens, Description = "256 rows")]
    public Task<int> Rows256() => Together(256);

    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _bundle.Dispose();
    }

    private async Task<int> Together(int rows)
    {
        await using BatchScheduler scheduler = _model.CreateBatchScheduler(rows);
        Comment[] comments = await Task.WhenAll(_clips.Select((clip, i) => scheduler.GenerateAsync(clip, Sampling(i))));
        return comments.Sum(comment => comment.Tokens.Count);
    }

    private static SamplingOptions Sampling(int i) => new() { Seed = (ulong)i, MinLength = Lengths[i], MaxLength = Lengths[i] };

    // All lengths equally often, and the mean for the rest.
    private static int[] Shuffled()
    {
        const int Different = 2 * Spread + 1;
        int[] lengths = [.. Enumerable.Range(0, Comments).Select(i => i < Comments / Different * Different ? Length - Spread + i % Different : Length)];
        new Random(1).Shuffle(lengths);
        return lengths;
    }
}
