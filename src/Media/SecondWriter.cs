using System.Buffers;
using System.Diagnostics;
using Twitch.Media.Features;

namespace Twitch.Media;

/// <summary>Makes seconds of pictures and sound that lie on the stream's clock: a picture for each whole second, and the mel steps that end by it.</summary>
/// <remarks>The picture of a second is the newest at or before it. The first second of a stream shows the first picture though it comes up to a second
/// late. Sound that misses its place by less than <see cref="SoundTolerance"/> follows what was before; a hole is silent, and what is there already is
/// left out.</remarks>
internal sealed class SecondWriter
{
    /// <summary>How far sound may lie from its time: containers count in milliseconds, and some streams jitter.</summary>
    public static readonly TimeSpan SoundTolerance = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan OneTick = TimeSpan.FromMilliseconds(1);    // a picture is shown at all

    private readonly MelSpec _spec;
    private readonly SecondQueue _queue;
    private readonly MelSpectrogram _mel;
    private readonly ArrayBufferWriter<float> _steps;
    private readonly int _first;
    private readonly int _tolerance;          // in samples
    private readonly byte[] _black;
    private readonly float[] _silence;
    private byte[] _picture;                  // the newest
    private TimeSpan? _pictureTime;
    private TimeSpan _pictureGap;             // between the last two
    private int _nextPicture, _nextSound;     // seconds
    private long _position;                   // of the next sample
    private bool _anySound, _open = true;
    private TimeSpan? _soundEnd;              // before what was missing was filled up
    private long _featureTicks;

    /// <summary>Waits for the first picture and the first sound.</summary>
    /// <param name="frames">Size of the pictures.</param>
    /// <param name="mel">How sound is analysed.</param>
    /// <param name="queue">Receives the seconds.</param>
    /// <param name="first">The first second that is wanted; what comes before it is only looked at.</param>
    public SecondWriter(FrameSpec frames, MelSpec mel, SecondQueue queue, int first = 0)
    {
        (_spec, _queue, _first) = (mel, queue, first);
        _mel = new MelSpectrogram(mel, first > 0 ? mel.StepsEndingBy(TimeSpan.FromSeconds(first - 1)) : 0);
        _steps = new ArrayBufferWriter<float>(2 * mel.MelCount * mel.SampleRate / mel.HopLength);
        _tolerance = (int)(SoundTolerance.TotalSeconds * mel.SampleRate);
        _picture = _black = new byte[frames.ByteCount];
        _silence = new float[mel.SampleRate];
        (_nextPicture, _nextSound) = (first, first);
        _position = _mel.FirstSample;
    }

    /// <summary>How far one track may be behind the other before it counts as pausing: then the picture stands still, or the sound is silent.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>When the first picture was shown; absent before it.</summary>
    public TimeSpan? FirstPicture { get; private set; }

    /// <summary>The source has a picture.</summary>
    public bool HasPicture { get; set; } = true;

    /// <summary>The source has sound.</summary>
    public bool HasSound { get; set; } = true;

    /// <summary>Where the container says that the picture ends; absent if it does not.</summary>
    public TimeSpan? StatedPictureEnd { get; init; }

    /// <summary>How long a picture is shown on average; absent if the container does not say, or if few of its pictures are taken.</summary>
    public TimeSpan? FrameDuration { get; init; }

    /// <summary>How far the picture goes: the last one lasts as long as the one before it, but not past the stated end.</summary>
    public TimeSpan PictureEnd
    {
        get
        {
            if (_pictureTime is not { } last)
                return default;
            TimeSpan lasts = _pictureGap > TimeSpan.Zero ? _pictureGap : OneTick;
            TimeSpan end = last + (FrameDuration < lasts ? FrameDuration.Value : lasts);
            return StatedPictureEnd > last && StatedPictureEnd < end ? StatedPictureEnd.Value : end;
        }
    }

    /// <summary>How far the sound goes.</summary>
    public TimeSpan SoundEnd => _soundEnd ?? (_anySound ? TimeSpan.FromSeconds((double)_position / _spec.SampleRate) : default);

    /// <summary>Pictures that came.</summary>
    public long PictureCount { get; private set; }

    /// <summary>Time in which samples became mel steps.</summary>
    public TimeSpan Features => TimeSpan.FromTicks(Volatile.Read(ref _featureTicks));

    /// <summary>Takes a picture.</summary>
    /// <param name="time">When it is shown.</param>
    /// <param name="picture">Pixels, [height, width, 3]; kept until it is given back.</param>
    /// <returns>The memory that is not needed any more; null if there is none.</returns>
    public byte[]? Picture(TimeSpan time, byte[] picture)
    {
        PictureCount++;
        if (time <= _pictureTime)
            return picture;    // a decoder that gives pictures out of order
        FirstPicture ??= time;
        bool isFirst = _pictureTime is null && time > TimeSpan.Zero && time < TimeSpan.FromSeconds(1);
        for (; _open && TimeSpan.FromSeconds(_nextPicture) < time; _nextPicture++)
            _open = _queue.AddPicture(isFirst && _nextPicture == 0 ? picture : _picture);
        if (_pictureTime is { } before)
            _pictureGap = time - before;
        byte[] old = _picture;
        (_picture, _pictureTime) = (picture, time);
        long silent = (long)((time - Patience).TotalSeconds * _spec.SampleRate);
        if (HasSound && silent > _position)
            Silence(silent - _position);
        return ReferenceEquals(old, _black) ? null : old;
    }

    /// <summary>Takes sound.</summary>
    /// <param name="time">When its first sample is heard.</param>
    /// <param name="samples">Mono samples in [−1, 1]; not kept.</param>
    public void Sound(TimeSpan time, ReadOnlySpan<float> samples)
    {
        long missing = (long)Math.Round(time.TotalSeconds * _spec.SampleRate) - _position;
        if (Math.Abs(missing) > (_anySound ? _tolerance : 0))
        {
            if (missing < 0)
                samples = samples[(int)Math.Min(samples.Length, -missing)..];
            else
                Silence(missing);
        }
        if (samples.IsEmpty)
            return;
        _anySound = true;
        Append(samples);
        for (; HasPicture && _open && TimeSpan.FromSeconds(_nextPicture) + Patience < SoundEnd; _nextPicture++)
            _open = _queue.AddPicture(_picture);
    }

    /// <summary>Nothing more comes: fills up what is missing of the last second.</summary>
    public void End()
    {
        TimeSpan seen = PictureEnd;
        _soundEnd = SoundEnd;
        bool anyPicture = _pictureTime is not null;
        double heard = SoundEnd.TotalSeconds;
        // The last packet of sound makes no second of its own beside a picture.
        int count = Math.Max((int)Math.Ceiling(seen.TotalSeconds), (int)Math.Ceiling(anyPicture ? heard - 0.5 : heard));
        count = Math.Max(count, Math.Max(_nextPicture > _first ? _nextPicture : 0, anyPicture ? (int)Math.Floor(_pictureTime!.Value.TotalSeconds) + 1 : 0));
        for (; _open && anyPicture && _nextPicture < count; _nextPicture++)
            _open = _queue.AddPicture(_picture);
        long samples = Math.Max(_position, (long)Math.Round(seen.TotalSeconds * _spec.SampleRate));
        if (_anySound)
        {
            Silence(samples - _position);
            _mel.Complete(_steps);
            _queue.End(count, _steps.WrittenSpan);
        }
        else
        {
            long before = count == 0 ? 0 : _spec.StepsEndingBy(TimeSpan.FromSeconds(count - 1));
            var rest = new float[Math.Max(0, _spec.StepCount(samples) - before) * _spec.MelCount];
            Array.Fill(rest, MathF.Log(MelSpec.Floor));
            _queue.End(count, rest);
        }
    }

    private void Silence(long count)
    {
        for (; count > 0 && _open; count -= _silence.Length)
            Append(_silence.AsSpan(0, (int)Math.Min(count, _silence.Length)));
    }

    private void Append(ReadOnlySpan<float> samples)
    {
        while (!samples.IsEmpty && _open)
        {
            long border = (long)_nextSound * _spec.SampleRate;
            if (_position == border)
            {
                _open = _queue.AddSound(_steps.WrittenSpan);
                _steps.ResetWrittenCount();
                _nextSound++;
                _queue.SoundGoesOn();
                continue;
            }
            int count = (int)Math.Min(samples.Length, border - _position);
            long begun = Stopwatch.GetTimestamp();
            _mel.Append(samples[..count], _steps);
            Volatile.Write(ref _featureTicks, _featureTicks + Stopwatch.GetElapsedTime(begun).Ticks);
            _position += count;
            samples = samples[count..];
        }
    }
}
