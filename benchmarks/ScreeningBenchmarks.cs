using BenchmarkDotNet.Attributes;
using Twitch.Runtime;

namespace Twitch.Benchmarks;

/// <summary>A token of one comment in float32, with all logits and with the words that eight bits do not rule out; and what eight bits alone take.</summary>
[MemoryDiagnoser]
#pragma warning disable CA1001 // BenchmarkDotNet calls the clean-up, not Dispose
public class ScreeningBenchmarks
{
    private const int Steps = 20;

    private UntrainedBundle _bundle = null!;
    private CommentModel _model = null!;
    private IModelDecoder _decoder = null!;
    private Sampler _sampler = null!;
    private ClipContext _clip = null!;

    [Params(Precision.Float32, Precision.Screened, Precision.Int8)]
    public Precision Precision { get; set; }

    [Params(5, 40)]
    public int TopK { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        ModelConfig config = ModelConfig.Published with { Frame = new FrameSpec(64, 64) };
        _bundle = new UntrainedBundle(config);
        _model = CommentModel.Open(_bundle.BundleFolder, new RuntimeOptions { Precision = Precision });
        _decoder = _model.CreateDecoder();
        _sampler = new Sampler(config.VocabularySize);
        _clip = new ClipContext(new float[config.HiddenSize], new float[config.HiddenSize]);
    }

    [Benchmark(OperationsPerInvoke = Steps, Description = "token, preset seed")]
    public int Draw()
    {
        _decoder.Reset(_clip);
        _sampler.Begin(new SamplingOptions { TopK = TopK, MinLength = Steps, MaxLength = Steps });
        int token = Vocabulary.Start;
        for (int i = 0; i < Steps; i++)
            token = _sampler.Draw(_decoder.AdvanceToDraw(token)[0]).Id;
        return token;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _decoder.Dispose();
        _model.Dispose();
        _bundle.Dispose();
    }
}
