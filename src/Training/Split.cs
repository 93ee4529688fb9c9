namespace Twitch.Training;

/// <summary>What a moment of a recording is used for.</summary>
public enum Part
{
    /// <summary>Learned from.</summary>
    Training,

    /// <summary>Between training and validation; not used.</summary>
    Gap,

    /// <summary>Held out, to measure what was learned.</summary>
    Validation,

    /// <summary>Outside the range that is used at all.</summary>
    Outside,
}

/// <summary>How one recording is split by time: training first, the last share for validation, and between them a gap of a
/// window: the last training comment comes before the first moment that a validation window shows.</summary>
/// <param name="First">Earliest comment that is used.</param>
/// <param name="LastTraining">Latest comment that is learned from.</param>
/// <param name="FirstValidation">Earliest comment that is held out.</param>
/// <param name="Last">Latest comment that is used.</param>
public readonly record struct Split(TimeSpan First, TimeSpan LastTraining, TimeSpan FirstValidation, TimeSpan Last)
{
    /// <summary>Splits a recording of some length.</summary>
    public static Split Of(TimeSpan duration, ModelConfig config, TrainerOptions options)
    {
        TimeSpan window = TimeSpan.FromSeconds(config.WindowSeconds);
        TimeSpan end = options.Until is { } until && until < duration ? until : duration;
        TimeSpan validation = end - (end - options.From) * options.ValidationShare;
        return new Split(
            First: options.From > TimeSpan.Zero ? options.From + window : TimeSpan.Zero,
            LastTraining: validation - window,
            FirstValidation: validation,
            Last: end);
    }

    /// <summary>What a comment at <paramref name="time"/> is used for.</summary>
    public Part PartOf(TimeSpan time) =>
        time < First || time > Last ? Part.Outside
        : time >= FirstValidation ? Part.Validation
        : time > LastTraining ? Part.Gap
        : Part.Training;
}
