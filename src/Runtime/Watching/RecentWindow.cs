using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>Keeps the frames and the sound of the window that ends now. For any thread.</summary>
internal sealed class RecentWindow(ModelConfig config)
{
    private readonly object _gate = new();
    private readonly Tail<byte> _frames = new(config.Frame.ByteCount);
    private readonly Tail<float> _sound = new(config.MelStepSize);
    private bool _any;

    /// <summary>Forgets everything: what comes next does not follow.</summary>
    public void Reset()
    {
        lock (_gate)
            _any = false;
    }

    /// <summary>Takes a second in.</summary>
    public void Add(StreamSecond second)
    {
        SoundSteps heard = SoundSteps.Of(second, config);
        lock (_gate)
        {
            if (!_any)
            {
                _frames.Restart(second.Index);
                _sound.Restart(heard.First);
                _any = true;
            }
            _frames.Append(second.Frame.Span);
            _sound.Append(heard.Values.Span);
            ClipWindow range = Range();
            _frames.DropBefore(range.FirstFrame);
            _sound.DropBefore(range.FirstStep);
        }
    }

    /// <summary>A copy of the window, from which the encoders make what they made as it came; absent before the first second.</summary>
    public RecordedWindow? Copy()
    {
        lock (_gate)
        {
            if (!_any)
                return null;
            ClipWindow range = Range();
            return new RecordedWindow(
                range,
                range.FrameCount == 0 ? [] : _frames.Rows(range.FirstFrame, range.FrameCount).ToArray(),
                range.StepCount == 0 ? [] : _sound.Rows(range.FirstStep, range.StepCount).ToArray());
        }
    }

    // A window begins with the first second that there is.
    private ClipWindow Range()
    {
        TimeSpan now = TimeSpan.FromSeconds(_frames.Next - 1);
        ClipWindow range = ClipWindow.Before(now, config, (int)_frames.Next, _sound.Next);
        long firstFrame = Math.Max(range.FirstFrame, _frames.First), lastFrame = range.FirstFrame + range.FrameCount;
        long lastStep = range.FirstStep + range.StepCount, firstStep = Math.Min(Math.Max(range.FirstStep, _sound.First), lastStep);
        return new ClipWindow((int)firstFrame, (int)(lastFrame - firstFrame), firstStep, (int)(lastStep - firstStep));
    }
}
