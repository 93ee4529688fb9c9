using BenchmarkDotNet.Attributes;
using Twitch.Runtime;

namespace Twitch.Benchmarks;

/// <summary>A draw from a row of logits that another row has just pushed out of the first cache, as in a batch. Beside it a pass that only copies the row: what
/// looks at every logit cannot be faster.</summary>
[MemoryDiagnoser]
public class DrawBenchmarks
{
    private const int Rows = 64;
    private const int LeastLogits = 1 << 17;    // half a megabyte: more than any first cache holds

    private float[] _logits = [], _copy = [];
    private int _count, _first;    // rows there are, and the one that the next invocation begins with
    private Sampler[] _samplers = [];

    [Params(180, 5000, 30000)]
    public int Vocabulary { get; set; }

    [Params(0, 5, 40)]
    public int TopK { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        _count = Rows * Math.Max(1, (LeastLogits + Rows * Vocabulary - 1) / (Rows * Vocabulary));
        _logits = [.. Enumerable.Range(0, _count * Vocabulary).Select(_ => (float)(3 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];    // normal
        _copy = new float[Vocabulary];
        var buffers = new Sampler(Vocabulary);
        _samplers = [.. Enumerable.Range(0, Rows).Select(_ => new Sampler(buffers))];
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Rows, Description = "copy the row")]
    public float Copy()
    {
        ReadOnlySpan<float> logits = Next();
        for (int row = 0; row < Rows; row++)
            logits.Slice(row * Vocabulary, Vocabulary).CopyTo(_copy);
        return _copy[0];
    }

    [Benchmark(OperationsPerInvoke = Rows, Description = "draw")]
    public int Draw()
    {
        int sum = 0;
        ReadOnlySpan<float> logits = Next();
        for (int row = 0; row < Rows; row++)
        {
            _samplers[row].Begin(new SamplingOptions { TopK = TopK, Seed = (ulong)row });
            sum += _samplers[row].Draw(logits.Slice(row * Vocabulary, Vocabulary)).Id;
        }
        return sum;
    }

    private ReadOnlySpan<float> Next()
    {
        ReadOnlySpan<float> logits = _logits.AsSpan(_first * Vocabulary, Rows * Vocabulary);
        _first = (_first + Rows) % _count;
        return logits;
    }
}
