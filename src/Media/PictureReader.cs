using OpenCvSharp;

namespace Twitch.Media;

/// <summary>The pictures of a file at whole seconds, decoded by OpenCV in one pass.</summary>
/// <remarks>
/// The picture of a second is the last one whose presentation time is at or before it, so nothing later is seen; before the first
/// picture there is black. Every packet is decoded once, but only pictures that can be a second's last are converted and resized.
/// Which one is the last is known when the next has come, so those within <see cref="_lookahead"/> of the second are kept; where a
/// recording pauses for longer than that, the one that was passed over is decoded again.
/// After a grab, CAP_PROP_POS_MSEC is the time of that picture counted from the track's first one (measured: MP4, Matroska, TS,
/// B-frames, variable frame rate).
/// </remarks>
internal sealed class PictureReader : IDisposable
{
    private const long Second = 1_000_000;        // times here are whole microseconds
    private const int MaxDamagedPackets = 2000;   // in a row; more is the end
    private static readonly int[] SeekBackSeconds = [2, 8, 32, 128];

    private readonly string _path;
    private readonly MediaProbe _probe;
    private readonly FrameSpec _spec;
    private readonly byte[] _kept;                // the last picture that was converted
    private readonly Mat _picture, _resized;
    private VideoCapture _capture;
    private long _lookahead;
    private long _keptTime = -1, _passedTime = -1, _time = -1;    // converted; last passed; grabbed and not passed
    private long _gap;                                             // between the last two pictures
    private bool _ended;

    /// <summary>Opens the picture of a file.</summary>
    /// <param name="path">A file with a video track.</param>
    /// <param name="probe">What its container says.</param>
    /// <param name="spec">Size of the frames.</param>
    /// <param name="firstSecond">The first second that will be asked for; a late one is sought, and found by its timestamps.</param>
    /// <param name="damage">Damage before that, which is known.</param>
    /// <exception cref="TwitchException">OpenCV cannot decode the track.</exception>
    public PictureReader(string path, MediaProbe probe, FrameSpec spec, int firstSecond = 0, IReadOnlyList<TimeSpan>? damage = null)
        : this(path, probe, spec, firstSecond, lookahead: (long)(2.5 * Second / Math.Clamp(probe.FrameRate, 2.5, 240)), damage ?? [])
    {
    }

    private PictureReader(string path, MediaProbe probe, FrameSpec spec, int firstSecond, long lookahead, IReadOnlyList<TimeSpan> damage)
    {
        Damage = [.. damage];
        NativeLibraries.EnsureLoaded();    // before the first Mat, which is why no field initializer makes it
        (_picture, _resized) = (new Mat(), new Mat());
        (_path, _probe, _spec, _lookahead) = (path, probe, spec, lookahead);
        _kept = new byte[spec.ByteCount];
        _gap = (long)(Second / Math.Max(1, probe.FrameRate));
        _capture = Open();
        Seek(firstSecond);
        if (_ended)
            throw new TwitchException($"{path}: none of its pictures ({probe.VideoCodec}) can be decoded; convert it: ffmpeg -i {Path.GetFileName(path)} -c:v libx264 -c:a aac converted.mp4");
    }

    /// <summary>Pictures decoded so far.</summary>
    public long FramesDecoded { get; private set; }

    /// <summary>Where the decoder stumbled over damaged packets and went on.</summary>
    public List<TimeSpan> Damage { get; }

    /// <summary>How far the picture goes: the last one counts as long as the one before it, but not past the container's end.
    /// Known once a read gave false.</summary>
    public TimeSpan End => TimeSpan.FromMicroseconds(EndTime);

    private long EndTime => Math.Max(_passedTime + 1, Math.Min(_passedTime + _gap, _probe.Length is { } length ? (long)(length * Second) : long.MaxValue));

    /// <summary>Reads the picture of a second; seconds are asked for in order, none of them twice.</summary>
    /// <param name="second">Seconds since the start of the stream.</param>
    /// <param name="frame">Receives the pixels, [height, width, 3] RGB: after the end, the last picture.</param>
    /// <returns>False if the picture ends before that second.</returns>
    public bool Read(int second, Span<byte> frame)
    {
        long wanted = second * Second;
        while (!_ended && _time <= wanted)
        {
            if (wanted - _time <= _lookahead)
                Keep();
            Pass();
        }

        if (_passedTime > _keptTime)
            DecodeAgain(second);
        _kept.CopyTo(frame);
        return !_ended || wanted < EndTime;
    }

    public void Dispose()
    {
        _capture.Dispose();
        _picture.Dispose();
        _resized.Dispose();
    }

    private void Pass()
    {
        _passedTime = _time;
        if (Grab())
            _gap = _time - _passedTime;
    }

    // Takes the next picture whose time is later than the one before. A grab fails at the end of the file and at damaged packets
    // alike; damage is passed if more pictures come.
    private bool Grab()
    {
        for (int failures = 0; failures < MaxDamagedPackets;)
        {
            if (!_capture.Grab())
            {
                failures++;
                continue;
            }
            FramesDecoded++;
            long time = _probe.VideoStart is { } start
                ? (long)Math.Round((_capture.Get(VideoCaptureProperties.PosMsec) / 1000 + start) * Second)
                : (long)(FramesDecoded - 1) * Second / (long)Math.Max(1, Math.Round(_capture.Fps));    // a track without timestamps
            if (time <= _time)
                continue;
            // A seek goes back, over places that are known.
            if (failures > 0 && TimeSpan.FromMicroseconds(Math.Max(0, _time)) is var place && (Damage.Count == 0 || place > Damage[^1]))
                Damage.Add(place);
            _time = time;
            return true;
        }
        _ended = true;
        return false;
    }

    private void Keep()
    {
        _keptTime = _time;
        if (!_capture.Retrieve(_picture) || _picture.Empty())
            return;    // a damaged picture: the one before it stands
        Cv2.Resize(_picture, _resized, new Size(_spec.Width, _spec.Height), interpolation: InterpolationFlags.Area);
        using Mat kept = Mat.FromPixelData(_spec.Height, _spec.Width, MatType.CV_8UC3, _kept);
        Cv2.CvtColor(_resized, kept, ColorConversionCodes.BGR2RGB);
    }

    private void DecodeAgain(int second)
    {
        using var again = new PictureReader(_path, _probe, _spec, second, lookahead: long.MaxValue, damage: []);
        again.Read(second, _kept);
        _keptTime = _passedTime;
        _lookahead = again.FramesDecoded > FramesDecoded / 2 && FramesDecoded > 1000 ? long.MaxValue : Math.Min(2 * _lookahead, Second);
    }

    // OpenCV seeks by counting frames at the average rate, which misses where the rate varies and in TS; only a picture that is
    // at or before the second proves that it did not.
    private void Seek(int second)
    {
        foreach (int back in _probe.VideoStart is null ? [] : SeekBackSeconds)
        {
            double target = second - back - _probe.VideoStart!.Value;
            if (target <= 0)
                break;
            if (_capture.Set(VideoCaptureProperties.PosMsec, target * 1000) && Grab() && _time <= second * Second && _time > (target - 600) * Second)
                return;
            (_time, _ended) = (-1, false);
        }
        if (FramesDecoded > 0)
        {
            _capture.Dispose();
            _capture = Open();
            (FramesDecoded, _time) = (0, -1);
        }
        Grab();
    }

    private VideoCapture Open()
    {
        var capture = new VideoCapture(_path, VideoCaptureAPIs.FFMPEG);
        if (capture.IsOpened())
            return capture;
        capture.Dispose();
        throw new TwitchException($"{_path}: its picture ({_probe.VideoCodec}) cannot be decoded; convert it: ffmpeg -i {Path.GetFileName(_path)} -c:v libx264 -c:a aac converted.mp4");
    }
}
