using System.Diagnostics;

namespace Twitch.Training;

/// <summary>Progress as plain lines, for logs and pipes: one for each epoch, and one now and then within a long one.</summary>
/// <param name="output">Where the lines go.</param>
/// <param name="interval">Least time between two lines within an epoch.</param>
public sealed class PlainProgress(TextWriter output, TimeSpan interval) : ITrainingProgress
{
    /// <summary>How often a log wants to hear of a long epoch.</summary>
    internal static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLine = new();

    /// <inheritdoc/>
    public void Started(TrainingPlan plan)
    {
        output.WriteLine(Describe(plan));
        _sinceLine.Restart();
    }

    /// <inheritdoc/>
    public void Advanced(TrainingProgress progress)
    {
        if (_sinceLine.Elapsed < interval)
            return;
        output.WriteLine($"epoch {progress.Epoch}, step {progress.Step} of {progress.Steps}: " +
            $"loss {progress.SmoothedLoss:F3}, {progress.CommentsPerSecond:F0} comments/s, at most {Round(progress.TimeLeft)} left");
        _sinceLine.Restart();
    }

    /// <inheritdoc/>
    public void EpochEnded(EpochMetrics epoch, bool isBest)
    {
        output.WriteLine($"epoch {epoch.Epoch}: training loss {epoch.TrainLoss:F3}, " +
            $"validation perplexity {epoch.ValidationPerplexity:F2}{(isBest ? " (best)" : "")}, {epoch.CommentsPerSecond:F0} comments/s, {epoch.Seconds:F1} s");
        _sinceLine.Restart();
    }

    /// <inheritdoc/>
    public void RateLearned(RateResult result) => output.WriteLine(Describe(result));

    /// <inheritdoc/>
    public void Dispose() => output.Flush();

    /// <summary>What the rate is worth, in a sentence.</summary>
    internal static string Describe(RateResult result) =>
        $"when people comment: {result.ValidationGain:F3} nats per held-out comment more than a constant rate of {result.MeanRate:F2} comments/s, from {result.Seconds} s";

    /// <summary>The plan in a sentence.</summary>
    internal static string Describe(TrainingPlan plan)
    {
        SplitCounts counts = plan.Counts;
        string left = string.Join(", ", new[]
        {
            (counts.Gap, "in the gap between"), (counts.WithoutWindow, "without picture or sound"), (counts.OutsideRange, "outside the range"),
        }.Where(entry => entry.Item1 > 0).Select(entry => $"{entry.Item1} {entry.Item2}"));
        return (plan.FirstStep > 0 ? $"going on after step {plan.FirstStep}: " : "") +
            $"{counts.Training} comments to train on, {counts.Validation} to validate with{(left.Length > 0 ? $" ({left})" : "")}; " +
            $"{plan.VocabularySize} words, {plan.ParameterCount / 1e6:F2} M parameters, at most {plan.Epochs} epochs of {plan.StepsPerEpoch} steps";
    }

    /// <summary>A time as h:mm:ss or m:ss.</summary>
    internal static string Round(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : $"{time:m\\:ss}";
}
