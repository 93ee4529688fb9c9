namespace Twitch.Training;

/// <summary>The learning rate of each step: a linear warm-up, then a cosine down to 0, or a constant; and the share of words that the decoder
/// may not read, which falls from the first step on.</summary>
/// <remarks>A decoder that reads every word before the next learns the chat by heart before the encoders have learned to see and hear. While
/// words are withheld, only the state can tell it what is said (Bowman et al., "Generating sentences from a continuous space", 2016).</remarks>
/// <param name="Peak">Largest learning rate.</param>
/// <param name="WarmUpSteps">Steps of the warm-up.</param>
/// <param name="Steps">All steps.</param>
/// <param name="Cosine">Whether the rate falls after the warm-up.</param>
/// <param name="Withheld">Share of words withheld at the first step.</param>
public readonly record struct Schedule(double Peak, long WarmUpSteps, long Steps, bool Cosine, double Withheld)
{
    private const double WithholdingShare = 0.5;    // of all steps: after them the decoder reads every word

    /// <summary>The schedule of a run.</summary>
    public static Schedule Of(TrainerOptions options, long steps) =>
        new(options.LearningRate, (long)(options.WarmUp * steps), steps, options.CosineDecay, options.WithheldWords);

    /// <summary>Learning rate of a step, counted from 0.</summary>
    public double At(long step) =>
        step < WarmUpSteps ? Peak * (step + 1) / (WarmUpSteps + 1)
        : Cosine ? Peak * 0.5 * (1 + Math.Cos(Math.PI * (step - WarmUpSteps) / Math.Max(1, Steps - WarmUpSteps)))
        : Peak;

    /// <summary>Share of words withheld at a step, counted from 0.</summary>
    public double WithheldAt(long step) => Withheld * Math.Max(0, 1 - step / (WithholdingShare * Steps));
}
