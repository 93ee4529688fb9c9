using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>Encodes the window that ends now, second after second, without ever going back: every second begins a window, and all windows
/// that have begun take in what is new as one batch. The oldest is the finished one.</summary>
/// <remarks>The result is the whole window's of <see cref="ClipWindow.Before"/>, up to rounding. A window that would begin before the first
/// second begins with it, as in training. Not for several threads at a time.</remarks>
public sealed class StreamingEncoder
{
    private readonly CommentModel _model;
    private readonly ChatHistory? _chat;
    private readonly TimeSpan _origin;
    private readonly Tail<float> _sound;
    private readonly List<long> _firstSteps = [];                                     // of each window that has begun, oldest first
    private EncoderState _video = EncoderState.Empty, _audio = EncoderState.Empty;    // a clip for each of them
    private long _nextStep;                                                           // the first step of sound that was not taken in
    private int? _nextSecond;
    private (ChatWindow Chat, PastWords Words)? _ahead;                               // what was said before the next second, as far as it was known

    /// <summary>Waits for the first second.</summary>
    /// <param name="model">Its encoders are used; it may be shared.</param>
    /// <param name="chat">What is said meanwhile, others may add to it; absent: nothing is known of it.</param>
    /// <param name="origin">Time of second 0 on the chat's clock.</param>
    /// <exception cref="TwitchException">The bundle's graphs cannot take the same input into several states.</exception>
    public StreamingEncoder(CommentModel model, ChatHistory? chat = null, TimeSpan origin = default)
    {
        (_model, _chat, _origin) = (model, chat, origin);
        _sound = new Tail<float>(model.Config.MelStepSize);
        foreach (string file in (string[])[BundleManifest.VideoEncoderFile, BundleManifest.AudioEncoderFile])
        {
            IReadOnlyList<GraphValue> inputs = model.Bundle.Graph(file).Inputs;
            if (inputs[0].Shape[0] == inputs[1].Shape[0])
                throw new TwitchException($"{model.Bundle.PathOf(file)}: '{inputs[0].Name}' and '{inputs[1].Name}' must have the same batch, so a stream cannot be encoded as it arrives; export the bundle again.");
        }
    }

    /// <summary>The window that ends with the last second; absent before the first.</summary>
    public ClipContext? Current { get; private set; }

    /// <summary>Takes in a second of the stream.</summary>
    /// <param name="second">The one after the last; the first may be any. Read during the call.</param>
    /// <returns>The window that ends when the second begins: with its picture, and with the sound that ended by then.</returns>
    /// <exception cref="ArgumentException">A second or a step of sound is left out, or the frame has another size.</exception>
    public ClipContext Add(StreamSecond second)
    {
        SoundSteps heard = SoundSteps.Of(second, _model.Config);
        Expect(second, heard.First);
        Begin(second);
        _video = _model.Video.EncodeShared(second.Frame.Span, _video);
        _sound.Append(heard.Values.Span);
        Hear(TimeSpan.FromSeconds(second.Index));
        PastWords[]? said = ChatBefore(second.Index) is ChatWindow chat ? [Read(chat)] : null;
        Current = _model.Fuse(_video.Slice(0, 1), _audio.Slice(0, 1), said)[0];

        if (_firstSteps.Count == _model.Config.WindowSeconds)
        {
            _firstSteps.RemoveAt(0);
            (_video, _audio) = (_video.Slice(1, _firstSteps.Count), _audio.Slice(1, _firstSteps.Count));
        }
        return Current;
    }

    /// <summary>Reads the chat for the second that comes next, while nobody waits for it. What is said until then makes <see cref="Add"/> read it again.</summary>
    public void ReadAhead()
    {
        if (_nextSecond is { } next && ChatBefore(next) is ChatWindow chat)
            _ahead = (chat, Read(chat));
    }

    private ChatWindow? ChatBefore(int second) => _chat?.Before(_origin + TimeSpan.FromSeconds(second));

    private PastWords Read(ChatWindow chat) => _ahead is { } ahead && ahead.Chat.IsSame(chat) ? ahead.Words : _model.Chat!.Encode([chat])[0];

    private void Expect(StreamSecond second, long firstStep)
    {
        if (second.Frame.Length != _model.Config.Frame.ByteCount)
            throw new ArgumentException($"the frame has {second.Frame.Length} bytes; {_model.Config.Frame.ByteCount} are needed.", nameof(second));
        if (_nextSecond is not { } next)
        {
            _sound.Restart(firstStep);
            _nextStep = firstStep;
        }
        else if (second.Index != next || firstStep != _sound.Next)
        {
            throw new ArgumentException($"second {second.Index} from step of sound {firstStep} does not follow; second {next} from step {_sound.Next} is needed.", nameof(second));
        }
        _nextSecond = second.Index + 1;
    }

    // The window whose first frame is this second's.
    private void Begin(StreamSecond second)
    {
        ModelConfig config = _model.Config;
        TimeSpan end = TimeSpan.FromSeconds(second.Index - 1 + config.WindowSeconds);
        _firstSteps.Add(Math.Max(_nextStep, ClipWindow.Before(end, config, int.MaxValue, long.MaxValue).FirstStep));
        EncoderState zeros = EncoderState.Zeros(config);
        (_video, _audio) = (_video.Append(zeros), _audio.Append(zeros));
    }

    // What ended by now. A step before the border of a window is not the window's, so at a border the oldest windows go first.
    private void Hear(TimeSpan now)
    {
        long end = Math.Min(_model.Config.SoundStepsBy(now), _sound.Next);
        while (_nextStep < end)
        {
            int windows = _firstSteps.Count(first => first <= _nextStep);
            long until = windows < _firstSteps.Count ? Math.Min(end, _firstSteps[windows]) : end;
            ReadOnlySpan<float> steps = _sound.Rows(_nextStep, (int)(until - _nextStep));
            if (windows == _firstSteps.Count)
                _audio = _model.Audio.EncodeShared(steps, _audio);
            else if (windows > 0)
                _audio = _model.Audio.EncodeShared(steps, _audio.Slice(0, windows)).Append(_audio.Slice(windows, _firstSteps.Count - windows));
            _nextStep = until;
        }
        _sound.DropBefore(_nextStep);
    }
}
