using Twitch.Training.Chat;

namespace Twitch.Training.Prepared;

/// <summary>A recording as training sees it: a frame a second, the mel steps of its sound, and its comments.</summary>
public interface IPreparedStream
{
    /// <summary>Frames of the stream; frame i is the picture at second i.</summary>
    int FrameCount { get; }

    /// <summary>Mel steps of the stream.</summary>
    long StepCount { get; }

    /// <summary>The comments that were kept, in order of time.</summary>
    IReadOnlyList<ChatComment> Comments { get; }

    /// <summary>Pixels of some frames, [count, height, width, 3] RGB; a view that is valid as long as the stream is open.</summary>
    ReadOnlySpan<byte> Frames(int first, int count);

    /// <summary>Log-mel of some steps, [count, n_mels]; a view that is valid as long as the stream is open.</summary>
    ReadOnlySpan<float> Mel(long first, int count);
}
