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

    /// <summary>Mean of the chat's pace before each second, [2].</summary>
    public float[] MeanPace => [.. Enumerable.Range(0, ChatPace.Count).Select(i => _seconds.Average(second => ChatPace.Numbers(second.Second.Chat.Pace)[i]))];

    /// <summary>A step's seconds, and how many comments were said in each.</summary>
    /// <param name="step">Decides which seconds, with the seed.</param>
    public (Example[] Seconds, float[] Counts) Draw(long step)
    {
        var random = new SplitMix64(SplitMix64.Mix(~options.Seed, step));
        (Example Second, int Comments)[] drawn = [.. Enumerable.Range(0, RunsPerStep).SelectMany(_ => Run((int)(random.Next() % (ulong)_seconds.Count)))];
        double hidden = data.Config.Chat?.HiddenShare ?? 0;    // so that it works where no chat is known
        return ([.. drawn.Select(entry => random.Next() >> 11 < hidden * (1L << 53) ? entry.Second with { Chat = default } : entry.Second)], [.. drawn.Select(entry => (float)entry.Comments)]);
    }

    /// <summary>How badly the numbers of comments of some seconds are foreseen, in nats per comment, [].</summary>
    /// <param name="rates">ln of the rate in each, [seconds].</param>
    /// <param name="counts">Comments in each.</param>
    public Tensor Loss(Tensor rates, float[] counts) => RateTraining.Likelihood(rates, tensor(counts, device: rates.device)).mean() / -MeanRate;

    // Every second is as likely as any other: a run that reaches the end goes on at the beginning.
    private IEnumerable<(Example, int)> Run(int first) => Enumerable.Range(first, RunLength).Select(i => _seconds[i % _seconds.Count]);
}
