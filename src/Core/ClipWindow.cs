namespace Twitch;

/// <summary>The part of a stream that explains a comment: which frames and mel steps, both half-open ranges of the stream's own.</summary>
/// <param name="FirstFrame">Index of the first frame; frame i is the picture at second i.</param>
/// <param name="FrameCount">Frames in the window.</param>
/// <param name="FirstStep">Index of the first mel step, a multiple of the config's mel stride.</param>
/// <param name="StepCount">Mel steps in the window, a multiple of the config's mel stride.</param>
public readonly record struct ClipWindow(int FirstFrame, int FrameCount, long FirstStep, int StepCount)
{
    /// <summary>No frame or no mel step lies in the window: the moment is before the first second or after the recording.</summary>
    public bool IsEmpty => FrameCount == 0 || StepCount == 0;

    /// <summary>The window of a comment at <paramref name="time"/>: frames with time in (t − window, t] and mel steps that
    /// end in (t − window, t]. Nothing after t is in it.</summary>
    /// <param name="time">Time of the comment since the start of the stream.</param>
    /// <param name="config">Window length and mel stride.</param>
    /// <param name="frames">Frames that the stream has.</param>
    /// <param name="steps">Mel steps that the stream has.</param>
    public static ClipWindow Before(TimeSpan time, ModelConfig config, int frames, long steps)
    {
        TimeSpan start = time - TimeSpan.FromSeconds(config.WindowSeconds);
        int firstFrame = Math.Clamp(SecondsUpTo(start), 0, frames);
        int lastFrame = Math.Clamp(SecondsUpTo(time), firstFrame, frames);

        int stride = config.MelStride;
        long firstStep = Math.Min((config.Mel.StepsEndingBy(start) + stride - 1) / stride * stride, steps / stride * stride);
        long lastStep = Math.Max(Math.Min(config.Mel.StepsEndingBy(time), steps) / stride * stride, firstStep);

        return time < TimeSpan.Zero
            ? default
            : new ClipWindow(firstFrame, lastFrame - firstFrame, firstStep, (int)(lastStep - firstStep));
    }

    // How many whole seconds 0, 1, 2 … lie at or before the time.
    private static int SecondsUpTo(TimeSpan time) =>
        time < TimeSpan.Zero ? 0 : (int)Math.Min(int.MaxValue, time.Ticks / TimeSpan.TicksPerSecond + 1);
}
