using BenchmarkDotNet.Attributes;
using TorchSharp;
using Twitch.Runtime;
using Twitch.Training;

namespace Twitch.Benchmarks;

/// <summary>A token of one of many comments on one thread, given their encoded windows: 256 comments of 20 tokens are asked for at once,
/// and at most so many rows are written at a time. The baseline writes one comment after the other.</summary>
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls the clean-up, not Dispose
public class BatchBenchmarks
{
    private const int Comments = 256, Length = 20, Tokens = Comments * Length;

    private UntrainedBundle _bundle = null!;
    private Runtime.CommentModel _model = null!;
    private Training.CommentModel _torch = null!;
    private ClipContext[] _clips = [];

    [Params("compact", "seed")]
    public string Preset { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        // The decoder of preset seed is as published; its video encoder, which is not measured here, sees smaller frames.
        ModelConfig config = ModelConfig.FromPreset(Preset) with { Frame = new FrameSpec(64, 64) };
        _bundle = new UntrainedBundle(config);
        _model = Runtime.CommentModel.Open(_bundle.BundleFolder);
        var random = new Random(1);
        _clips = [.. Enumerable.Range(0, Comments).Select(_ => new ClipContext(State(), State()))];

        torch.set_num_threads(1);
        using Checkpoint checkpoint = Checkpoint.Open(_bundle.CheckpointFolder);
        _torch = TorchCheckpoint.Load(checkpoint, torch.CPU);
        _torch.eval();

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

    [Benchmark(OperationsPerInvoke = 64 * Length, Description = "TorchSharp, greedy, 64 rows")]
    public long TorchSharp64()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        torch.Tensor token = torch.full([64, 1], Vocabulary.Start, torch.ScalarType.Int64);
        var state = new LstmState(torch.zeros(64, _model.Config.HiddenSize), torch.zeros(64, _model.Config.HiddenSize));
        for (int i = 0; i < Length; i++)
        {
            (torch.Tensor logits, state) = _torch.Decode(token, state);
            token = logits.argmax(2);
        }
        return token.sum().item<long>();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _torch.Dispose();
        _bundle.Dispose();
    }

    private async Task<int> Together(int rows)
    {
        await using BatchScheduler scheduler = _model.CreateBatchScheduler(rows);
        Comment[] comments = await Task.WhenAll(_clips.Select((clip, i) => scheduler.GenerateAsync(clip, Sampling(i))));
        return comments.Sum(comment => comment.Tokens.Count);
    }

    private static SamplingOptions Sampling(int seed) => new() { Seed = (ulong)seed, MinLength = Length, MaxLength = Length };
}
