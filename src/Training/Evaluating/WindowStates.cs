using Twitch.Runtime;
using Twitch.Training.Prepared;

namespace Twitch.Training.Evaluating;

/// <summary>The decoder's start for windows of some recordings. What is seen and what is heard are encoded once each, whichever
/// windows share them.</summary>
/// <param name="model">The opened bundle.</param>
/// <param name="streams">The recordings.</param>
internal sealed class WindowStates(Runtime.CommentModel model, IReadOnlyList<IPreparedStream> streams)
{
    private readonly Dictionary<(int Stream, int First, int Count), EncoderState> _seen = [];
    private readonly Dictionary<(int Stream, long First, int Count), EncoderState> _heard = [];
    private readonly Dictionary<(int Stream, ClipWindow Window), ClipContext> _clips = [];

    /// <summary>The start after one window; the same object for the same window.</summary>
    public ClipContext Of(int stream, ClipWindow window)
    {
        if (_clips.TryGetValue((stream, window), out ClipContext? clip))
            return clip;

        var frames = (stream, window.FirstFrame, window.FrameCount);
        if (!_seen.TryGetValue(frames, out EncoderState? seen))
            _seen[frames] = seen = model.Video.Encode(streams[stream].Frames(window.FirstFrame, window.FrameCount), EncoderState.Zeros(model.Config));
        var steps = (stream, window.FirstStep, window.StepCount);
        if (!_heard.TryGetValue(steps, out EncoderState? heard))
            _heard[steps] = heard = model.Audio.Encode(streams[stream].Mel(window.FirstStep, window.StepCount), EncoderState.Zeros(model.Config));
        return _clips[(stream, window)] = model.Fuse(seen, heard)[0];
    }
}
