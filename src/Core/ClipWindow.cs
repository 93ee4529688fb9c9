namespace Twitch;

/// <summary>The part of a stream that explains a comment: which frames and which steps of sound, both half-open ranges of the stream's own.</summary>
/// <remarks>A step of sound is what the audio encoder takes at a time: with ears a second, so that both ranges are the same seconds; else a mel step.</remarks>
/// <param name="FirstFrame">Index of the first frame; frame i is the picture at second i.</param>
/// <param name="FrameCount">Frames in the window.</param>
/// <param name="FirstStep">Index of the first step of sound.</param>
/// <param name="StepCount">Steps of sound in the window.</param>
public readonly record struct ClipWindow(int FirstFrame, int FrameCount, long FirstStep, int StepCount)
{
    /// <summary>No frame or no step of sound lies in the window: the moment is before the first second or after the recording.</summary>
    public bool IsEmpty => FrameCount == 0 || StepCount == 0;

    /// <summary>The window of a comment at <paramref name="time"/>: frames with time in (t − window, t] and steps of sound that
    /// end in (t − window, t]. Nothing after t is in it.</summary>
    /// <param name="time">Time of the comment since the start of the stream.</param>
    /// <param name="config">Window length, and what a step of sound is.</param>
    /// <param name="frames">Frames that the stream has.</param>
    /// <param name="steps">Steps of sound that the stream has.</param>
    public static ClipWindow Before(TimeSpan time, ModelConfig config, int frames, long steps)
    {
        TimeSpan start = time - TimeSpan.FromSeconds(config.WindowSeconds);
        int firstFrame = Math.Clamp(SecondsUpTo(start), 0, frames);
        int lastFrame = Math.Clamp(SecondsUpTo(time), firstFrame, frames);

        long firstStep = Math.Min(config.SoundStepsBy(start), steps);
        long lastStep = Math.Clamp(config.SoundStepsBy(time), firstStep, steps);

        return time < TimeSpan.Zero
            ? default
            : new ClipWindow(firstFrame, lastFrame - firstFrame, firstStep, (int)(lastStep - firstStep));
    }

    // How many whole seconds 0, 1, 2 … lie at or before the time.
    private static int SecondsUpTo(TimeSpan time) =>
        time < TimeSpan.Zero ? 0 : (int)Math.Min(int.MaxValue, time.Ticks / TimeSpan.TicksPerSecond + 1);
}
