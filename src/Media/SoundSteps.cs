
namespace Twitch.Media;

/// <summary>What a second of a stream brings to the audio encoder: with ears one step, the second's log-mel; else its mel steps as they are.</summary>
/// <param name="First">Index of the first of them in the stream.</param>
/// <param name="Values">[steps, stride, n_mels].</param>
public readonly record struct SoundSteps(long First, ReadOnlyMemory<float> Values)
{
    /// <summary>The steps of a second.</summary>
    /// <param name="second">The second; what it brought is used where it lies if that is possible.</param>
    /// <param name="config">What a step is.</param>
    public static SoundSteps Of(StreamSecond second, ModelConfig config)
    {
        if (config.Ears is null)
            return new SoundSteps(second.FirstStep, second.Mel);
        return new SoundSteps(second.Index, OfSeconds(second.Index, 1, second.FirstStep, second.Mel.Span, config.Mel, config.MelStride));
    }

    /// <summary>Of a stretch of a stream's mel steps, those that ears hear of some seconds.</summary>
    /// <param name="first">The first second.</param>
    /// <param name="count">Seconds.</param>
    /// <param name="firstStep">Index of the first of the mel steps.</param>
    /// <param name="mel">[steps, n_mels].</param>
    /// <param name="spec">How sound is analysed.</param>
    /// <param name="stride">Mel steps that ears hear of a second.</param>
    /// <returns>[seconds, steps of a second, n_mels].</returns>
    public static float[] OfSeconds(int first, int count, long firstStep, ReadOnlySpan<float> mel, MelSpec spec, int stride)
    {
        int size = stride * spec.MelCount;
        var steps = new float[count * size];
        for (int i = 0; i < count; i++)
            Fill(steps.AsSpan(i * size, size), first + i, firstStep, mel, spec, stride);
        return steps;
    }

    // The last steps that end by the second; what lies before the stream's start, or was not brought, is silence.
    private static void Fill(Span<float> step, int second, long firstStep, ReadOnlySpan<float> mel, MelSpec spec, int stride)
    {
        int size = spec.MelCount;
        long end = spec.StepsEndingBy(TimeSpan.FromSeconds(second)), begin = end - stride;
        long from = Math.Max(begin, firstStep), to = Math.Min(end, firstStep + mel.Length / size);
        step.Fill(MathF.Log(MelSpec.Floor));
        if (from < to)
            mel[(int)((from - firstStep) * size)..(int)((to - firstStep) * size)].CopyTo(step[(int)((from - begin) * size)..]);
    }
}
