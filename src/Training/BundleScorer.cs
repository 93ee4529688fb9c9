using Twitch.Runtime;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary>Probabilities of comments by a bundle's own graphs. Each window is encoded once, whichever comments share it.</summary>
/// <param name="model">The opened bundle.</param>
/// <param name="streams">The recordings of the examples that will be scored.</param>
internal sealed class BundleScorer(Runtime.CommentModel model, IReadOnlyList<IPreparedStream> streams)
{
    private readonly Dictionary<(int Stream, int First, int Count), EncoderState> _seen = [];
    private readonly Dictionary<(int Stream, long First, int Count), EncoderState> _heard = [];

    /// <summary>ln p of a comment's words and its <c>&lt;EOS&gt;</c>, given its window.</summary>
    public double LogProbability(Example example)
    {
        ClipWindow window = example.Window;
        IPreparedStream stream = streams[example.Stream];
        var frames = (example.Stream, window.FirstFrame, window.FrameCount);
        if (!_seen.TryGetValue(frames, out EncoderState? seen))
            _seen[frames] = seen = model.Video.Encode(stream.Frames(window.FirstFrame, window.FrameCount), EncoderState.Zeros(model.Config));
        var steps = (example.Stream, window.FirstStep, window.StepCount);
        if (!_heard.TryGetValue(steps, out EncoderState? heard))
            _heard[steps] = heard = model.Audio.Encode(stream.Mel(window.FirstStep, window.StepCount), EncoderState.Zeros(model.Config));
        return model.Score(model.Fuse(seen, heard)[0], example.Tokens).Sum(logProbability => (double)logProbability);
    }
}
