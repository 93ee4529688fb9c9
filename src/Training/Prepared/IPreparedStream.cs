using Twitch.Training.Chat;

namespace Twitch.Training.Prepared;

/// <summary>A recording as training sees it: each second's frame and sound, or what eyes and ears made of them, and its comments.</summary>
public interface IPreparedStream
{
    /// <summary>Frames of the stream; frame i is the picture at second i.</summary>
    int FrameCount { get; }

    /// <summary>Steps of sound: with ears one for each frame, else mel steps.</summary>
    long StepCount { get; }

    /// <summary>The comments that were kept, in order of time.</summary>
    IReadOnlyList<ChatComment> Comments { get; }

    /// <summary>Pixels of some frames, [count, height, width, 3] RGB; with eyes small ones, for people. A view that is valid as long as the stream is open.</summary>
    ReadOnlySpan<byte> Frames(int first, int count);

    /// <summary>Log-mel of some steps, [count, n_mels]; kept without ears alone. A view that is valid as long as the stream is open.</summary>
    ReadOnlySpan<float> Mel(long first, int count);

    /// <summary>What the eyes saw in some frames, [count, features]; a view that is valid as long as the stream is open.</summary>
    ReadOnlySpan<float> FrameFeatures(int first, int count);

    /// <summary>What the ears heard in some seconds, [count, features]; a view that is valid as long as the stream is open.</summary>
    ReadOnlySpan<float> SoundFeatures(int first, int count);
}
