namespace Twitch.Training;

/// <summary>The learning rate of each step: a linear warm-up, then a cosine down to 0, or a constant.</summary>
/// <param name="Peak">Largest learning rate.</param>
/// <param name="WarmUpSteps">Steps of the warm-up.</param>
/// <param name="Steps">All steps.</param>
/// <param name="Cosine">Whether the rate falls after the warm-up.</param>
public readonly record struct Schedule(double Peak, long WarmUpSteps, long Steps, bool Cosine)
{
    /// <summary>The schedule of a run.</summary>
    public static Schedule Of(TrainerOptions options, long steps) =>
        new(options.LearningRate, (long)(options.WarmUp * steps), steps, options.CosineDecay);

    /// <summary>Learning rate of a step, counted from 0.</summary>
    public double At(long step) =>
        step < WarmUpSteps ? Peak * (step + 1) / (WarmUpSteps + 1)
        : Cosine ? Peak * 0.5 * (1 + Math.Cos(Math.PI * (step - WarmUpSteps) / Math.Max(1, Steps - WarmUpSteps)))
        : Peak;
}
