using Twitch.Training.Prepared;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>How well a network foresees comments.</summary>
/// <param name="Loss">Mean of −ln p over all target tokens, <c>&lt;EOS&gt;</c> included, in nats.</param>
/// <param name="TokenCount">Target tokens.</param>
public readonly record struct EvaluationResult(double Loss, long TokenCount)
{
    /// <summary>The number of equally likely tokens among which choosing would be as hard: exp(loss).</summary>
    public double Perplexity => Math.Exp(Loss);
}

/// <summary>Measures a network on examples, without dropout and without changing it.</summary>
public static class Evaluation
{
    private const int BatchSize = 64;

    /// <summary>Loss of a network on examples; the network is left in evaluation mode.</summary>
    /// <param name="model">The network.</param>
    /// <param name="streams">The recordings of the examples.</param>
    /// <param name="examples">What is to be foreseen.</param>
    /// <param name="afterBatch">Called between batches; may throw to stop.</param>
    public static EvaluationResult Run(CommentModel model, IReadOnlyList<IPreparedStream> streams, IReadOnlyList<Example> examples, Action? afterBatch = null)
    {
        using var frozen = no_grad();
        model.eval();
        double sum = 0;
        long count = 0;
        foreach (int[] indices in Batches.InOrder(examples, BatchSize))
        {
            using (NewDisposeScope())
            {
                Batch batch = Batch.Create(streams, [.. indices.Select(i => examples[i])], model.Config, model.Device);
                Tensor loss = nn.functional.cross_entropy(model.forward(batch), batch.Targets, reduction: nn.Reduction.Sum);
                sum += loss.item<float>();
                count += batch.Targets.shape[0];
            }
            afterBatch?.Invoke();
        }
        return new EvaluationResult(sum / count, count);
    }

    /// <summary>The same comments with the pictures, the sound, or both of another example's window, so that the difference in
    /// perplexity shows what the network draws from them.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="frames">Whether frames are exchanged.</param>
    /// <param name="sound">Whether sound is exchanged.</param>
    /// <param name="seed">Which example gets which other's, of the same recording; each one's is used once.</param>
    public static IReadOnlyList<Example> Exchanged(IReadOnlyList<Example> examples, bool frames, bool sound, long seed)
    {
        var random = new SplitMix64(SplitMix64.Mix(seed, 0));
        var exchanged = new Example[examples.Count];
        foreach (IGrouping<int, int> stream in Enumerable.Range(0, examples.Count).GroupBy(i => examples[i].Stream))
        {
            int[] cycle = [.. stream];
            random.Shuffle(cycle.AsSpan());
            for (int i = 0; i < cycle.Length; i++)
            {
                ClipWindow own = examples[cycle[i]].Window, other = examples[cycle[(i + 1) % cycle.Length]].Window;
                ClipWindow seen = frames ? other : own, heard = sound ? other : own;
                exchanged[cycle[i]] = examples[cycle[i]] with { Window = new ClipWindow(seen.FirstFrame, seen.FrameCount, heard.FirstStep, heard.StepCount) };
            }
        }
        return exchanged;
    }
}
