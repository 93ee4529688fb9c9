using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>Gives the windows of ascending moments from one pass over a recording; what lies far between two of them is skipped.</summary>
internal sealed class RecordingReader(Recording recording, ModelConfig config, CancellationToken cancellation) : IDisposable
{
    private const int MostSecondsReadOn = 30;    // decoding so much costs about what opening the decoders again does

    private readonly Tail<byte> _frames = new(config.Frame.ByteCount);
    private readonly Tail<float> _sound = new(config.MelStepSize);
    private IEnumerator<StreamSecond>? _seconds;
    private bool _ended;

    /// <summary>How far the recording really goes; known once its end was reached from a second within it.</summary>
    public TimeSpan? End => !_ended || _frames.First == _frames.Next ? null
        : recording.Report.Picture > recording.Report.Sound ? recording.Report.Picture : recording.Report.Sound;

    /// <summary>Reads up to a moment, not before the last one. False if it is after the recording's end.</summary>
    public bool ReadTo(TimeSpan moment)
    {
        int first = ClipWindow.Before(moment, config, int.MaxValue, long.MaxValue).FirstFrame;
        if (_seconds is null || (!_ended && first > _frames.Next + MostSecondsReadOn))
            Seek(first);

        // The second after the moment brings the sound that ended by then.
        int last = (int)Math.Ceiling(moment.TotalSeconds);
        while (!_ended && _frames.Next <= last)
        {
            if (!_seconds!.MoveNext())
            {
                _ended = true;
                break;
            }
            StreamSecond second = _seconds.Current;
            SoundSteps heard = SoundSteps.Of(second, config);
            if (_sound.First == _sound.Next)
                _sound.Restart(heard.First);
            _frames.Append(second.Frame.Span);
            _sound.Append(heard.Values.Span);
        }
        return !_ended || moment <= End;
    }

    /// <summary>Encodes the window of a moment that was read up to, after what was said before it.</summary>
    public ClipContext Encode(CommentModel model, TimeSpan moment, ChatHistory chat)
    {
        ClipWindow window = ClipWindow.Before(moment, config, (int)_frames.Next, _sound.Next);
        ClipContext clip = model.Encode(
            window.FrameCount == 0 ? [] : _frames.Rows(window.FirstFrame, window.FrameCount),
            window.StepCount == 0 ? [] : _sound.Rows(window.FirstStep, window.StepCount),
            chat.Before(moment));
        _frames.DropBefore(window.FirstFrame);
        _sound.DropBefore(window.FirstStep);
        return clip;
    }

    /// <summary>Closes the decoders.</summary>
    public void Dispose() => _seconds?.Dispose();

    private void Seek(int first)
    {
        _seconds?.Dispose();
        _seconds = recording.Seconds(first, cancellationToken: cancellation).GetEnumerator();
        _frames.Restart(first);
        _sound.Restart(0);    // the first second says which step it begins with
    }
}
