using Twitch.Training.Evaluating;
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

    /// <summary>The same comments with the pictures, the sound, or both of another moment, so that the difference in perplexity
    /// shows what the network draws from them.</summary>
    /// <param name="examples">The examples.</param>
    /// <param name="windowSeconds">Length of a window; the other moment is far from the own, see <see cref="ExchangedWindows"/>.</param>
    /// <param name="frames">Whether frames are exchanged.</param>
    /// <param name="sound">Whether sound is exchanged.</param>
    /// <param name="seed">Which example gets which other's, of the same recording.</param>
    /// <exception cref="TwitchException">An example has no other that is far enough.</exception>
    public static IReadOnlyList<Example> Exchanged(IReadOnlyList<Example> examples, double windowSeconds, bool frames, bool sound, long seed)
    {
        int[] partners = ExchangedWindows.Partners([.. examples.Select(example => (example.Stream, example.Time))], windowSeconds, seed);
        return [.. examples.Select((example, i) => example with
        {
            Window = ExchangedWindows.Join(examples[frames ? partners[i] : i].Window, examples[sound ? partners[i] : i].Window),
        })];
    }
}
