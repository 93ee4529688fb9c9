using BenchmarkDotNet.Attributes;
using TorchSharp;
using Twitch.Runtime;
using Twitch.Training;

namespace Twitch.Benchmarks;

/// <summary>One token of one comment on one thread, given its encoded window: the decoder step and the draw. The baseline is
/// the same network, step by step, in TorchSharp with the largest logit taken.</summary>
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls the clean-up, not Dispose
public class DecodeBenchmarks
{
    private const int Tokens = 20;

    private UntrainedBundle _bundle = null!;
    private Runtime.CommentModel _model = null!, _int8 = null!;
    private Training.CommentModel _torch = null!;
    private ClipContext _clip = null!;
    private SamplingOptions _sampling = null!;
    private LstmState _start;

    [Params("compact", "seed")]
    public string Preset { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        // The decoder of preset seed is as published; its video encoder, which is not measured here, sees smaller frames.
        ModelConfig config = ModelConfig.FromPreset(Preset) with { Frame = new FrameSpec(64, 64) };
        _bundle = new UntrainedBundle(config);
        _model = Runtime.CommentModel.Open(_bundle.BundleFolder);
        _int8 = Runtime.CommentModel.Open(_bundle.BundleFolder, new RuntimeOptions { Precision = Precision.Int8 });
        _clip = new ClipContext(new float[config.HiddenSize], new float[config.HiddenSize]);
        _sampling = new SamplingOptions { MinLength = Tokens, MaxLength = Tokens };

        torch.set_num_threads(1);
        using Checkpoint checkpoint = Checkpoint.Open(_bundle.CheckpointFolder);
        _torch = TorchCheckpoint.Load(checkpoint, torch.CPU);
        _torch.eval();
        _start = new LstmState(torch.zeros(1, config.HiddenSize), torch.zeros(1, config.HiddenSize));
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Tokens, Description = "TorchSharp, greedy")]
    public long TorchSharp()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        LstmState state = _start;
        torch.Tensor token = torch.full([1, 1], Vocabulary.Start, torch.ScalarType.Int64);
        for (int i = 0; i < Tokens; i++)
        {
            (torch.Tensor logits, state) = _torch.Decode(token, state);
            token = logits.argmax(2);
        }
        return token.item<long>();
    }

    [Benchmark(OperationsPerInvoke = Tokens, Description = "ONNX Runtime float32, top-k 5")]
    public int OnnxRuntime() => Write(_model);

    [Benchmark(OperationsPerInvoke = Tokens, Description = "ONNX Runtime int8, top-k 5")]
    public int OnnxRuntimeInt8() => Write(_int8);

    private int Write(Runtime.CommentModel model)
    {
        using CommentGenerator generator = model.CreateGenerator(_clip, _sampling);
        int last = 0;
        while (generator.TryNext(out Token token))
            last = token.Id;
        return last;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _model.Dispose();
        _int8.Dispose();
        _torch.Dispose();
        _bundle.Dispose();
    }
}
