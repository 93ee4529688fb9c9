using System.Diagnostics;
using TorchSharp;
using Twitch.Training.Prepared;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>What a run came to.</summary>
/// <param name="BestEpoch">The epoch whose weights were kept, from 1.</param>
/// <param name="ValidationPerplexity">Its perplexity per held-out token.</param>
/// <param name="Epochs">Epochs that were trained.</param>
/// <param name="Steps">Steps that were made.</param>
/// <param name="Counts">What became of the comments.</param>
public sealed record TrainingResult(int BestEpoch, double ValidationPerplexity, int Epochs, long Steps, SplitCounts Counts);

/// <summary>Trains a network on prepared recordings, into a checkpoint folder. The same arguments go on where an earlier run was
/// stopped, and on the CPU come to the same bytes.</summary>
/// <param name="streams">The recordings; they stay open while training runs.</param>
/// <param name="config">Sizes of the network; its vocabulary size is the most words it may learn.</param>
/// <param name="options">How to train.</param>
/// <param name="folder">The checkpoint folder; nothing else may lie in it.</param>
/// <param name="progress">Is told how it goes.</param>
/// <param name="perception">Folder with the graphs of the config's eyes and ears, which become part of the checkpoint; absent if it has none.</param>
public sealed class Trainer(IReadOnlyList<IPreparedStream> streams, ModelConfig config, TrainerOptions options, string folder, ITrainingProgress progress, string? perception = null)
{
    private const double Smoothing = 0.95;    // weight of the past in the displayed loss

    // What a step learns beside the next words: their shares [vocabulary], towards which targets are smoothed, and when people comment.
    private sealed record Aims(Tensor WordShares, RateSeconds? Seconds);

    /// <summary>Trains until every epoch is done, patience runs out, or it is cancelled.</summary>
    /// <param name="cancel">Stops after the step under way; what was learned is saved first.</param>
    /// <exception cref="TwitchException">The data is too small, the folder holds something else, the device is not there, or the loss
    /// is no number any more.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the same arguments resume.</exception>
    public TrainingResult Run(CancellationToken cancel = default)
    {
        options.Validate();
        Device device = TorchCheckpoint.OpenDevice(options.Device);
        if (options.Threads > 0)
            set_num_threads(options.Threads);

        TrainingData data = TrainingData.Create(streams, config, options);
        data.Config.Validate("the training data's config");
        var identity = new RunIdentity(data.Config, options, [.. streams.Select(stream => StreamIdentity.Of(stream, data.Config.Eyes is not null))]);
        using TrainingFolder run = TrainingFolder.Open(folder, identity, data.Vocabulary, options.Restart, perception);
        run.Blocked = data.Blocked;
        if (!run.State.Finished)
            Train(run, data, device, cancel);
        if (!run.State.IsComplete)
            LearnRate(run, data, device, cancel);
        return new TrainingResult(run.State.BestEpoch, run.State.BestPerplexity!.Value, run.Metrics.Count, run.State.Step, data.Counts);
    }

    private void Train(TrainingFolder run, TrainingData data, Device device, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        Seed(-1);
        using var model = new CommentModel(data.Config);
        if (data.Config.Eyes is not null)
            model.SetStatistics(data.SeenStatistics(), data.HeardStatistics());
        float[] shares = data.WordShares();
        model.SetWordShares(shares);
        model.to(device);
        var aims = new Aims(tensor(shares, device: device), data.Config.RateSize > 0 ? new RateSeconds(data, options) : null);
        if (aims.Seconds is RateSeconds seconds)
        {
            model.RateHead.Begin(seconds.MeanRate);
            model.RateHead.SetPaceMean(seconds.MeanPace);
        }
        using var optimizer = new AdamW(model, options.WeightDecay);
        if (run.IsSaved)
            run.Load(model, optimizer);

        int stepsPerEpoch = Batches.Count(data.Training, options.BatchSize);
        int epochs = options.EpochsOf(stepsPerEpoch);
        Schedule schedule = Schedule.Of(options, (long)stepsPerEpoch * epochs);
        progress.Started(new TrainingPlan(
            data.Counts, data.Vocabulary.Count, model.parameters().Sum(parameter => parameter.numel()), epochs, stepsPerEpoch, run.State.Step));

        var sinceSave = Stopwatch.StartNew();
        try
        {
            while (!run.State.Finished)
            {
                TrainEpoch(run, data, model, optimizer, schedule, aims, SaveOrStop);
                bool isBest = EndEpoch(run, data, model, schedule, SaveOrStop);
                Save();
                progress.EpochEnded(run.Metrics[^1], isBest);
            }
        }
        catch (OperationCanceledException)
        {
            Save();
            throw;
        }

        void SaveOrStop()
        {
            cancel.ThrowIfCancellationRequested();
            if (sinceSave.Elapsed >= options.SaveInterval)
                Save();
        }

        void Save()
        {
            run.Save(model, optimizer);
            sinceSave.Restart();
        }
    }

    // Once more and thoroughly, from the states as they are at last: they do not change, so a second is encoded once.
    private void LearnRate(TrainingFolder run, TrainingData data, Device device, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using CommentModel model = run.LoadBest(device);
        Seed(-2);
        RateResult result = RateTraining.Run(model, data, options, cancel);
        run.State = run.State with { Rate = result };
        run.SaveBest(model);
        progress.RateLearned(result);
    }

    // Makes the epoch's steps that are not made yet. The state is that of a whole number of steps whenever afterStep is called.
    private void TrainEpoch(TrainingFolder run, TrainingData data, CommentModel model, AdamW optimizer, Schedule schedule, Aims aims, Action afterStep)
    {
        model.train();
        int[][] batches = Batches.Shuffled(data.Training, options.BatchSize, options.Seed, run.State.Epoch);
        double smoothed = run.State.TokenCount > 0 ? run.State.LossSum / run.State.TokenCount : run.Metrics.Count > 0 ? run.Metrics[^1].TrainLoss : double.NaN;
        while (run.State.Batch < batches.Length)
        {
            long start = Stopwatch.GetTimestamp();
            Example[] examples = data.Shown(batches[run.State.Batch].Select(i => data.Training[i]), run.State.Step);
            (double loss, long tokens) = Step(model, optimizer, examples, schedule, aims, run.State.Step);
            TrainingState state = run.State = run.State with
            {
                Batch = run.State.Batch + 1,
                Step = run.State.Step + 1,
                LossSum = run.State.LossSum + loss * tokens,
                TokenCount = run.State.TokenCount + tokens,
                CommentCount = run.State.CommentCount + examples.Length,
                Seconds = run.State.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
            };

            smoothed = double.IsNaN(smoothed) ? loss : Smoothing * smoothed + (1 - Smoothing) * loss;
            progress.Advanced(new TrainingProgress(
                state.Epoch, state.Step, schedule.Steps, loss, smoothed, run.Metrics.Count > 0 ? run.Metrics[^1].ValidationPerplexity : null,
                state.CommentCount / state.Seconds, TimeSpan.FromSeconds(state.Seconds / state.Batch * (schedule.Steps - state.Step))));
            afterStep();
        }
    }

    private (double Loss, long Tokens) Step(CommentModel model, AdamW optimizer, Example[] examples, Schedule schedule, Aims aims, long step)
    {
        using var scope = NewDisposeScope();                              // every temporary of this step dies here
        Seed(step);                                                       // dropout is a function of the step: a resumed run draws the same
        (Example[] Seconds, float[] Counts)? drawn = aims.Seconds?.Draw(step);
        Batch batch = Batch.Create(streams, examples, model.Config, model.Device, drawn?.Seconds);

        model.zero_grad(set_to_none: true);
        (Tensor logits, Tensor? rates) = model.Foresee(batch, schedule.WithheldAt(step));    // [targets, vocabulary]; teacher forcing
        Tensor loss = SmoothedLoss(logits, batch.Targets, aims.WordShares);
        double value = loss.item<float>();
        (rates is null ? loss : loss + aims.Seconds!.Loss(rates, drawn!.Value.Counts)).backward();
        double norm = double.IsFinite(value) ? optimizer.Step(schedule.At(step), step, options.ClipNorm) : double.NaN;
        if (!double.IsFinite(norm))
            throw new TwitchException(
                $"step {step + 1}: the loss is {value} and its gradient's norm {norm}; both must be finite; " +
                $"use a smaller --learning-rate (it is {options.LearningRate}).", ExitCode.Failed);
        return (value, batch.Targets.shape[0]);
    }

    // Cross-entropy with targets of which a share is spread over all words, by how often they are said.
    private Tensor SmoothedLoss(Tensor logits, Tensor targets, Tensor words)
    {
        Tensor logarithm = nn.functional.log_softmax(logits, 1);          // [targets, vocabulary]
        Tensor loss = nn.functional.nll_loss(logarithm, targets);
        return options.LabelSmoothing == 0 ? loss : (1 - options.LabelSmoothing) * loss - options.LabelSmoothing * logarithm.mv(words).mean();
    }

    // Measures the epoch that was trained, and turns the state to the next one.
    private bool EndEpoch(TrainingFolder run, TrainingData data, CommentModel model, Schedule schedule, Action afterBatch)
    {
        double validation = Evaluation.Run(model, streams, data.Validation, afterBatch).Loss, perplexity = Math.Exp(validation);
        if (!double.IsFinite(perplexity))
            throw new TwitchException(
                $"epoch {run.State.Epoch}: the loss on held-out comments is {validation}, far above that of guessing; use a smaller --learning-rate (it is {options.LearningRate}).", ExitCode.Failed);
        TrainingState state = run.State;
        CLibrary.TrimHeap();
        run.Add(new EpochMetrics(
            state.Epoch, state.Step, state.LossSum / state.TokenCount, validation, perplexity, schedule.At(state.Step - 1),
            state.CommentCount / state.Seconds, state.Seconds, Environment.WorkingSet, DateTime.UtcNow));

        bool isBest = state.BestPerplexity is null || perplexity < state.BestPerplexity;
        int bestEpoch = isBest ? state.Epoch : state.BestEpoch;
        run.State = new TrainingState
        {
            Run = state.Run,
            Epoch = state.Epoch + 1,
            Step = state.Step,
            BestEpoch = bestEpoch,
            BestPerplexity = isBest ? perplexity : state.BestPerplexity,
            Finished = state.Step == schedule.Steps || state.Epoch - bestEpoch >= options.Patience,
        };
        return isBest;
    }

    private void Seed(long step) => manual_seed((long)(SplitMix64.Mix(options.Seed, step) >> 1));
}
