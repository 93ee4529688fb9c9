using Twitch.Runtime;

namespace Twitch.Training.Prepared;

/// <summary>Windows of prepared recordings, as a bundle encodes them.</summary>
internal static class PreparedWindows
{
    /// <summary>State after a window's frames.</summary>
    public static EncoderState See(this Runtime.CommentModel model, IPreparedStream stream, ClipWindow window) => model.Senses is null
        ? model.Video.Encode(stream.Frames(window.FirstFrame, window.FrameCount), EncoderState.Zeros(model.Config))
        : model.Video.EncodeFeatures(stream.FrameFeatures(window.FirstFrame, window.FrameCount), EncoderState.Zeros(model.Config));

    /// <summary>State after a window's sound.</summary>
    public static EncoderState Hear(this Runtime.CommentModel model, IPreparedStream stream, ClipWindow window) => model.Senses is null
        ? model.Audio.Encode(stream.Mel(window.FirstStep, window.StepCount), EncoderState.Zeros(model.Config))
        : model.Audio.EncodeFeatures(stream.SoundFeatures((int)window.FirstStep, window.StepCount), EncoderState.Zeros(model.Config));

    /// <summary>Where the decoder starts after a window and the chat before it.</summary>
    /// <param name="model">The opened bundle.</param>
    /// <param name="stream">The recording.</param>
    /// <param name="window">What is seen and heard.</param>
    /// <param name="chat">What was said; absent: nothing is known of it.</param>
    public static ClipContext Encode(this Runtime.CommentModel model, IPreparedStream stream, ClipWindow window, ChatWindow? chat = null) =>
        model.Fuse(model.See(stream, window), model.Hear(stream, window), chat is null ? null : model.Chat!.Encode([chat]))[0];
}
