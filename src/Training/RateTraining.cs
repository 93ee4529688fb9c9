using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>What was learned of when people comment.</summary>
/// <param name="Seconds">Seconds that were learned from, with and without comments.</param>
/// <param name="MeanRate">Their comments per second.</param>
/// <param name="Steps">Steps that were kept.</param>
/// <param name="Trust">Share of the difference to the mean rate that was kept, from 0, where the rate is constant, to 1.</param>
/// <param name="ValidationGain">Log-likelihood of the held-out seconds' counts over that of the mean rate, in nats per comment.</param>
public sealed record RateResult(int Seconds, double MeanRate, int Steps, double Trust, double ValidationGain);

/// <summary>Fits the rate of comments to every second of the recordings, not to those with comments alone: the number of a second's
/// comments is Poisson distributed, and its state is that of the network at its beginning.</summary>
/// <remarks>
/// The rest of the network stays as the words and <see cref="RateSeconds"/> have made it, so the states are computed once: hundreds of passes take
/// seconds.
/// </remarks>
public static class RateTraining
{
    private const int BatchSize = 64, MostSteps = 600, StepsPerLook = 5, Patience = 30 /* looks */, Shares = 20, BlockSeconds = 10;
    private const double LearningRate = 3e-3, WeightDecay = 0.1, StateDropout = 0.5;

    /// <summary>Learns a network's rate; its other weights are not changed.</summary>
    /// <param name="model">The network; left in evaluation mode.</param>
    /// <param name="data">The recordings.</param>
    /// <param name="options">The used range and the held-out share.</param>
    /// <param name="cancel">Stops between two batches.</param>
    public static RateResult Run(CommentModel model, TrainingData data, TrainerOptions options, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        (Tensor states, Tensor counts) = Encode(model, data, data.Seconds(Part.Training, options), cancel);
        (Tensor heldOutStates, Tensor heldOutCounts) = Encode(model, data, data.Seconds(Part.Validation, options), cancel);
        Tensor mean = states.mean([0]), deviation = states.std(0, unbiased: false).clamp_(min: 1e-3);
        states = (states - mean) / deviation;
        heldOutStates = (heldOutStates - mean) / deviation;

        double rate = Math.Clamp(counts.mean().item<float>(), ModelConfig.LeastRate, ModelConfig.MostRate);
        RateHead head = model.RateHead;
        head.Begin(rate);
        double first = Loss(head, heldOutStates, heldOutCounts), best = first;
        Tensor[] kept = [.. head.parameters().Select(parameter => parameter.detach().clone())];
        int keptStep = 0;
        using (var optimizer = new AdamW(head, WeightDecay))
        using (Dropout dropout = nn.Dropout(StateDropout))
        {
            for (int step = 0; step < MostSteps && step - keptStep < Patience * StepsPerLook; step++)
            {
                cancel.ThrowIfCancellationRequested();
                using var inner = NewDisposeScope();
                head.zero_grad(set_to_none: true);
                Likelihood(head.Logarithm(dropout.call(states)), counts).neg().mean().backward();
                optimizer.Step(LearningRate, step);
                if ((step + 1) % StepsPerLook != 0)
                    continue;
                double loss = Loss(head, heldOutStates, heldOutCounts);
                if (!(loss < best))
                    continue;
                (best, keptStep) = (loss, step + 1);
                Copy([.. head.parameters()], kept);
            }
        }
        Copy(kept, [.. head.parameters()]);
        double trust = Trust(head, heldOutStates, heldOutCounts, Math.Log(rate));
        head.Shrink(trust, Math.Log(rate));
        best = Loss(head, heldOutStates, heldOutCounts);
        head.Unstandardise(mean, deviation);
        return new RateResult((int)counts.shape[0], rate, keptStep, trust, (first - best) / Math.Max(1, heldOutCounts.sum().item<float>()));
    }

    // Of what was learned, the share whose gain over the constant rate is surest: the gain less its standard error, over blocks because what
    // happens lasts longer than a second. A short recording's held-out part proves little, so little is kept.
    private static double Trust(RateHead head, Tensor states, Tensor counts, double constant)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        double[] learned = [.. head.Logarithm(states).cpu().data<float>().Select(logarithm => logarithm - constant)];
        float[] said = [.. counts.cpu().data<float>()];
        return Enumerable.Range(0, Shares + 1).Select(i => (double)i / Shares).MaxBy(SureGain);

        double SureGain(double share)
        {
            double[] blocks = [.. learned.Select((more, i) => said[i] * share * more - (Math.Exp(constant + share * more) - Math.Exp(constant))).Chunk(BlockSeconds).Select(block => block.Sum())];
            double mean = blocks.Average(), variance = blocks.Sum(gain => (gain - mean) * (gain - mean)) / Math.Max(1, blocks.Length - 1);
            return blocks.Sum() - Math.Sqrt(variance * blocks.Length);
        }
    }

    // ln p of each second's number of comments, but for what does not depend on the rate.
    internal static Tensor Likelihood(Tensor logarithm, Tensor counts) => counts * logarithm - logarithm.exp();

    private static double Loss(RateHead head, Tensor states, Tensor counts)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        return -Likelihood(head.Logarithm(states), counts).sum().item<float>();
    }

    private static void Copy(Tensor[] source, Tensor[] target)
    {
        using var frozen = no_grad();
        foreach ((Tensor from, Tensor to) in source.Zip(target))
            to.copy_(from);
    }

    // [seconds, inputs] and [seconds]; neighbours share a batch, so that their frames are embedded once.
    private static (Tensor States, Tensor Counts) Encode(CommentModel model, TrainingData data, IReadOnlyList<(Example Second, int Comments)> seconds, CancellationToken cancel)
    {
        using var frozen = no_grad();
        model.eval();
        var states = new List<Tensor>();
        foreach ((Example Second, int Comments)[] chunk in seconds.Chunk(BatchSize))
        {
            cancel.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            Batch batch = Batch.Create(data.Streams, [], data.Config, model.Device, [.. chunk.Select(entry => entry.Second)]);
            states.Add(model.RateHead.Inputs(model.Encode(batch), batch.Paces).MoveToOuterDisposeScope());
        }
        return (cat(states, 0), tensor(seconds.Select(entry => (float)entry.Comments).ToArray(), device: model.Device));
    }
}
