using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>The seconds of the recordings from which a network learns when people comment, beside the words: those without a comment as well.</summary>
/// <remarks>How many comments a second holds is known of every second, so this teaches the encoders what an event looks and sounds like long before
/// its few comments could.</remarks>
/// <param name="data">The recordings.</param>
/// <param name="options">The used range, the held-out share and the seed.</param>
internal sealed class RateSeconds(TrainingData data, TrainerOptions options)
{
    private const int RunLength = 8, RunsPerStep = 2;    // neighbours share their frames and sound

    private readonly IReadOnlyList<(Example Second, int Comments)> _seconds = data.Seconds(Part.Training, options);

    /// <summary>Comments per second.</summary>
    public double MeanRate => Math.Clamp(_seconds.Average(second => (double)second.Comments), ModelConfig.LeastRate, ModelConfig.MostRate);

    /// <summary>How badly a network foresees the numbers of comments of a step's seconds, in nats per comment, [].</summary>
    /// <param name="model">The network; it has a rate.</param>
    /// <param name="step">Decides which seconds, with the seed.</param>
    public Tensor Loss(CommentModel model, long step)
    {
        var random = new SplitMix64(SplitMix64.Mix(~options.Seed, step));
        (Example Second, int Comments)[] drawn = [.. Enumerable.Range(0, RunsPerStep).SelectMany(_ => Run((int)(random.Next() % (ulong)_seconds.Count)))];
        LstmState fused = model.Encode(Batch.Create(data.Streams, [.. drawn.Select(entry => entry.Second)], model.Config, model.Device));
        Tensor counts = tensor(drawn.Select(entry => (float)entry.Comments).ToArray(), device: model.Device);
        return RateTraining.Likelihood(model.RateHead.Logarithm(fused), counts).mean() / -MeanRate;
    }

    // Every second is as likely as any other: a run that reaches the end goes on at the beginning.
    private IEnumerable<(Example, int)> Run(int first) => Enumerable.Range(first, RunLength).Select(i => _seconds[i % _seconds.Count]);
}
