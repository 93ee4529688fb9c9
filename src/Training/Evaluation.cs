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
}
