namespace Twitch.Training;

/// <summary>What a run sets out to do.</summary>
/// <param name="Counts">What became of the comments.</param>
/// <param name="VocabularySize">Words, special ones included.</param>
/// <param name="ParameterCount">Trained numbers of the network.</param>
/// <param name="Epochs">Most epochs.</param>
/// <param name="StepsPerEpoch">Batches of an epoch.</param>
/// <param name="FirstStep">Steps that an earlier run of the same arguments made; 0 if this one begins anew.</param>
public sealed record TrainingPlan(SplitCounts Counts, int VocabularySize, long ParameterCount, int Epochs, int StepsPerEpoch, long FirstStep);

/// <summary>Where a run is after a step.</summary>
/// <param name="Epoch">Epoch under way, from 1.</param>
/// <param name="Step">Steps made since the beginning.</param>
/// <param name="Steps">Steps of all epochs.</param>
/// <param name="Loss">Mean loss per token of the step.</param>
/// <param name="SmoothedLoss">Average over recent steps, older ones weighing less.</param>
/// <param name="ValidationPerplexity">Perplexity after the last epoch; absent in the first.</param>
/// <param name="CommentsPerSecond">Training comments per second in this epoch.</param>
/// <param name="TimeLeft">Until the last epoch ends, if none stops early.</param>
public readonly record struct TrainingProgress(
    int Epoch, long Step, long Steps, double Loss, double SmoothedLoss, double? ValidationPerplexity, double CommentsPerSecond, TimeSpan TimeLeft);

/// <summary>Is told how training goes. Calls come from the training thread, one at a time; disposing it ends the display.</summary>
public interface ITrainingProgress : IDisposable
{
    /// <summary>Training begins, or goes on.</summary>
    void Started(TrainingPlan plan);

    /// <summary>A step is made.</summary>
    void Advanced(TrainingProgress progress);

    /// <summary>An epoch is done, measured and saved.</summary>
    /// <param name="epoch">What it came to.</param>
    /// <param name="isBest">Whether its weights are the best so far.</param>
    void EpochEnded(EpochMetrics epoch, bool isBest);

    /// <summary>It is learned when people comment.</summary>
    void RateLearned(RateResult result);
}
