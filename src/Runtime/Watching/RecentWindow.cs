using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>Keeps the frames and mel steps of the window that ends now. For any thread.</summary>
internal sealed class RecentWindow(ModelConfig config)
{
    private readonly object _gate = new();
    private readonly Tail<byte> _frames = new(config.Frame.ByteCount);
    private readonly Tail<float> _mel = new(config.Mel.MelCount);
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
        lock (_gate)
        {
            if (!_any)
            {
                _frames.Restart(second.Index);
                _mel.Restart(second.FirstStep);
                _any = true;
            }
            _frames.Append(second.Frame.Span);
            _mel.Append(second.Mel.Span);
            ClipWindow range = Range();
            _frames.DropBefore(range.FirstFrame);
            _mel.DropBefore(range.FirstStep);
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
                range.StepCount == 0 ? [] : _mel.Rows(range.FirstStep, range.StepCount).ToArray());
        }
    }

    // A window begins with the first second that there is.
    private ClipWindow Range()
    {
        TimeSpan now = TimeSpan.FromSeconds(_frames.Next - 1);
        ClipWindow range = ClipWindow.Before(now, config, (int)_frames.Next, _mel.Next);
        long firstFrame = Math.Max(range.FirstFrame, _frames.First), lastFrame = range.FirstFrame + range.FrameCount;
        long stride = config.MelStride, begun = (_mel.First + stride - 1) / stride * stride;
        long lastStep = range.FirstStep + range.StepCount, firstStep = Math.Min(Math.Max(range.FirstStep, begun), lastStep);
        return new ClipWindow((int)firstFrame, (int)(lastFrame - firstFrame), firstStep, (int)(lastStep - firstStep));
    }
}
