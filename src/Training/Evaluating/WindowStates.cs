using Twitch.Runtime;
using Twitch.Training.Prepared;

namespace Twitch.Training.Evaluating;

/// <summary>The decoder's start for windows of some recordings and the chat before some moments. What is seen, what is heard and what
/// was said are encoded once each, whichever windows share them.</summary>
/// <param name="model">The opened bundle.</param>
/// <param name="streams">The recordings.</param>
internal sealed class WindowStates(Runtime.CommentModel model, IReadOnlyList<IPreparedStream> streams)
{
    private readonly Dictionary<(int Stream, int First, int Count), EncoderState> _seen = [];
    private readonly Dictionary<(int Stream, long First, int Count), EncoderState> _heard = [];
    private readonly Dictionary<(int Stream, TimeSpan Time), Runtime.PastWords[]> _said = [];
    private readonly Dictionary<(int Stream, ClipWindow Window, TimeSpan? Chat), ClipContext> _clips = [];
    private readonly IReadOnlyList<PastComment>[] _chats = [.. streams.Select(stream => ChatBefore.Encode(stream.Comments, model.Vocabulary))];

    /// <summary>The start after one window; the same object for the same window and chat.</summary>
    /// <param name="stream">Index of the recording.</param>
    /// <param name="window">What is seen and heard.</param>
    /// <param name="chat">The moment whose past chat is read; absent: nothing is known of it.</param>
    public ClipContext Of(int stream, ClipWindow window, TimeSpan? chat)
    {
        chat = model.Chat is null ? null : chat;
        if (_clips.TryGetValue((stream, window, chat), out ClipContext? clip))
            return clip;

        var frames = (stream, window.FirstFrame, window.FrameCount);
        if (!_seen.TryGetValue(frames, out EncoderState? seen))
            _seen[frames] = seen = model.See(streams[stream], window);
        var steps = (stream, window.FirstStep, window.StepCount);
        if (!_heard.TryGetValue(steps, out EncoderState? heard))
            _heard[steps] = heard = model.Hear(streams[stream], window);
        return _clips[(stream, window, chat)] = model.Fuse(seen, heard, Read(stream, chat))[0];
    }

    private Runtime.PastWords[]? Read(int stream, TimeSpan? time)
    {
        if (time is not { } moment)
            return null;
        if (!_said.TryGetValue((stream, moment), out Runtime.PastWords[]? said))
            _said[(stream, moment)] = said = model.Chat!.Encode([new ChatBefore(_chats[stream], moment).Window(model.Chat.Spec)]);
        return said;
    }
}
