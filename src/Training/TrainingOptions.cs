using System.CommandLine;

namespace Twitch.Training;

/// <summary>The command line's form of <see cref="TrainerOptions"/>: what is not given is as the preset has it.</summary>
internal sealed class TrainingOptions
{
    private readonly Option<int?> _epochs = new("--epochs") { Description = "Times that every comment is seen, at most", HelpName = "N" };
    private readonly Option<int?> _batchSize = new("--batch-size") { Description = "Comments in one step", HelpName = "N" };
    private readonly Option<double?> _learningRate = new("--learning-rate") { Description = "Largest learning rate", HelpName = "RATE" };
    private readonly Option<double?> _weightDecay = new("--weight-decay") { Description = "AdamW's weight decay", HelpName = "RATE" };
    private readonly Option<double?> _labelSmoothing = new("--label-smoothing") { Description = "Share of a target's probability spread over all words by their frequency", HelpName = "SHARE" };
    private readonly Option<double?> _withheldWords = new("--withheld-words") { Description = "Share of words that the decoder may not read at first", HelpName = "SHARE" };
    private readonly Option<double?> _earlierWindows = new("--earlier-windows") { Description = "Share of comments that are shown the window of a second earlier", HelpName = "SHARE" };
    private readonly Option<int?> _patience = new("--patience") { Description = "Epochs without improvement after which training stops", HelpName = "N" };
    private readonly Option<int?> _minWordCount = new("--min-word-count") { Description = "Words seen less often are spelt in pieces; with preset seed they are unknown", HelpName = "N" };
    private readonly Option<double?> _validationShare = new("--validation-share") { Description = "Last share of the used range that is held out to validate", HelpName = "SHARE" };
    private readonly Option<string?> _from = new("--from") { Description = "Use each recording from this time on", HelpName = "TIME" };
    private readonly Option<string?> _until = new("--until") { Description = "Use each recording up to this time; the rest stays unseen", HelpName = "TIME" };
    private readonly Option<long?> _seed = new("--seed") { Description = "Seed of weights, order and dropout", HelpName = "N" };
    private readonly Option<string?> _device = new("--device") { Description = "cpu, or cuda", HelpName = "NAME" };
    private readonly Option<int?> _threads = new("--threads") { Description = "Threads of one operation; 0 takes one for each core", HelpName = "N" };
    private readonly Option<double?> _saveInterval = new("--save-interval") { Description = "Seconds between two saves within an epoch", HelpName = "SECONDS" };
    private readonly Option<bool> _restart = new("--restart") { Description = "Begin anew even if --out holds a run" };

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_epochs, _batchSize, _learningRate, _weightDecay, _labelSmoothing, _withheldWords, _earlierWindows, _patience, _minWordCount,
            _validationShare, _from, _until, _seed, _device, _threads, _saveInterval, _restart])
            command.Options.Add(option);
    }

    /// <summary>The preset's options with what was given in their place.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public TrainerOptions Read(ParseResult parsed, string preset)
    {
        TrainerOptions options = TrainerOptions.For(preset);
        return (options with
        {
            Epochs = parsed.GetValue(_epochs) ?? options.Epochs,
            BatchSize = parsed.GetValue(_batchSize) ?? options.BatchSize,
            LearningRate = parsed.GetValue(_learningRate) ?? options.LearningRate,
            WeightDecay = parsed.GetValue(_weightDecay) ?? options.WeightDecay,
            LabelSmoothing = parsed.GetValue(_labelSmoothing) ?? options.LabelSmoothing,
            WithheldWords = parsed.GetValue(_withheldWords) ?? options.WithheldWords,
            EarlierWindows = parsed.GetValue(_earlierWindows) ?? options.EarlierWindows,
            Patience = parsed.GetValue(_patience) ?? options.Patience,
            MinWordCount = parsed.GetValue(_minWordCount) ?? options.MinWordCount,
            ValidationShare = parsed.GetValue(_validationShare) ?? options.ValidationShare,
            From = parsed.GetValue(_from) is string from ? StreamTime.Parse(from, "--from") : options.From,
            Until = parsed.GetValue(_until) is string until ? StreamTime.Parse(until, "--until") : options.Until,
            Seed = parsed.GetValue(_seed) ?? options.Seed,
            Device = parsed.GetValue(_device) ?? options.Device,
            Threads = parsed.GetValue(_threads) ?? options.Threads,
            SaveInterval = parsed.GetValue(_saveInterval) is double seconds ? SecondsArgument.Of("--save-interval", seconds) : options.SaveInterval,
            Restart = parsed.GetValue(_restart),
        }).Validate();
    }
}
