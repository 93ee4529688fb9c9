using BenchmarkDotNet.Attributes;
using TorchSharp;
using Twitch.Runtime;
using Twitch.Training;

namespace Twitch.Benchmarks;

/// <summary>A step of the decoder on one thread, given encoded windows: a token for each of some rows, and the draws. Beside it the same
/// network in TorchSharp with the largest logit taken, and what no step can be faster than.</summary>
[Config(typeof(StepColumns))]
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls the clean-up, not Dispose
public class DecodeBenchmarks
{
    private const int Steps = 20;
    private const int BytesAtOnce = 4;    // a processor with VNNI multiplies so many bytes where it multiplies one float32

    private UntrainedBundle _bundle = null!;
    private Runtime.CommentModel _model = null!;
    private Training.CommentModel _torch = null!;
    private HandWrittenDecoder _byHand = null!;
    private IModelBatchDecoder _decoder = null!;
    private ClipContext _clip = null!;
    private SamplingOptions _sampling = null!;
    private Sampler[] _samplers = [];
    private MemoryProbe _probe = null!;
    private int[] _tokens = [];
    private long _multiplications;

    public static IEnumerable<StepKind> Kinds => Providers.Steps;

    public static IEnumerable<int> RowCounts => Providers.HasCuda ? [1, 4, 16, 64, 256, 1024] : [1, 4, 16, 64, 256];

    [Params("standard", "published")]
    public string Preset { get; set; } = "";

    [ParamsSource(nameof(Kinds))]
    public StepKind Step { get; set; }

    [ParamsSource(nameof(RowCounts))]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // The decoder of preset seed is as published; its video encoder, which is not measured here, sees smaller frames.
        ModelConfig config = ModelConfig.FromPreset(Preset) with { Frame = new FrameSpec(64, 64) };
        _bundle = new UntrainedBundle(config);
        _model = Runtime.CommentModel.Open(_bundle.BundleFolder, Step.Options);    // on CUDA it refuses a step with a node left on the processor
        _decoder = _model.CreateBatchDecoder(Rows);
        _clip = new ClipContext(new float[config.HiddenSize], new float[config.HiddenSize]);
        _sampling = new SamplingOptions { MinLength = Steps, MaxLength = Steps };
        var buffers = new Sampler(config.VocabularySize);
        _samplers = [.. Enumerable.Range(0, Rows).Select(_ => new Sampler(buffers))];    // as in a batch of comments
        _tokens = new int[Rows];
        _probe = new MemoryProbe(SpeedTest.StepWeightBytes(_model.Bundle, Step.Options, Rows));
        long weights = (long)config.HiddenSize * (4 * config.HiddenSize + config.VocabularySize);
        _multiplications = Rows * weights / (Step.Precision == Precision.Int8 ? BytesAtOnce : 1);

        torch.set_num_threads(1);
        using Checkpoint checkpoint = Checkpoint.Open(_bundle.CheckpointFolder);
        _byHand = new HandWrittenDecoder(checkpoint);
        _torch = TorchCheckpoint.Load(checkpoint, torch.CPU);
        _torch.eval();
    }

    [Benchmark(OperationsPerInvoke = Steps, Description = "TorchSharp, nn.LSTM")]
    public long TorchSharp()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var state = new LstmState(torch.zeros(Rows, _model.Config.HiddenSize), torch.zeros(Rows, _model.Config.HiddenSize));
        torch.Tensor token = torch.full([Rows, 1], Vocabulary.Start, torch.ScalarType.Int64);
        for (int i = 0; i < Steps; i++)
        {
            (torch.Tensor logits, state) = _torch.Decode(token, state);
            token = logits.argmax(2);
        }
        return token.sum().item<long>();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Steps, Description = "TorchSharp, by hand")]
    public long ByHand()
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        torch.Tensor hidden = torch.zeros(Rows, _model.Config.HiddenSize), cell = torch.zeros(Rows, _model.Config.HiddenSize);
        torch.Tensor token = torch.full([Rows], Vocabulary.Start, torch.ScalarType.Int64);
        for (int i = 0; i < Steps; i++)
        {
            (torch.Tensor logits, hidden, cell) = _byHand.Step(token, hidden, cell);
            token = logits.argmax(1);
        }
        return token.sum().item<long>();
    }

    [Benchmark(OperationsPerInvoke = Steps, Description = "ONNX Runtime, top-k 5")]
    public int OnnxRuntime()
    {
        Array.Fill(_tokens, Vocabulary.Start);
        for (int row = 0; row < Rows; row++)
        {
            _decoder.Reset(row, _clip);
            _samplers[row].Begin(_sampling with { Seed = (ulong)row });    // rows that say the same would be drawn faster than others are
        }
        for (int i = 0; i < Steps; i++)
        {
            StepLogits logits = _decoder.AdvanceToDraw(_tokens);
            for (int row = 0; row < Rows; row++)
                _tokens[row] = _samplers[row].Draw(logits[row]).Id;
        }
        return _tokens[0];
    }

    [Benchmark(OperationsPerInvoke = Steps, Description = "limit: weights read once")]
    public void ReadLimit()
    {
        for (int i = 0; i < Steps; i++)
            _probe.Read();
    }

    [Benchmark(OperationsPerInvoke = Steps, Description = "limit: multiply-adds")]
    public float ArithmeticLimit()
    {
        float sum = 0;
        for (int i = 0; i < Steps; i++)
            sum += ArithmeticProbe.MultiplyAdd(_multiplications);
        return sum;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _decoder.Dispose();
        _probe.Dispose();
        _model.Dispose();
        _torch.Dispose();
        _byHand.Dispose();
        _bundle.Dispose();
    }
}
