using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace Twitch.Media;

/// <summary>Reads a source: one ffmpeg opens it once and decodes it; OpenCV captures its pictures, its sound comes as samples, and both are laid on the
/// stream's clock and cut into seconds.</summary>
/// <remarks>
/// ffmpeg's filters log the time of each picture and of each piece of sound as they give them. That log is the order in which everything happens here: a
/// stamp comes first, then what it belongs to is taken from its pipe. So a recording gives the same seconds however fast it is read.
/// Threads: one takes the log, one the sound, one the pictures, one puts them together. None of them waits for the reader's memory to be used up but the
/// last, unless the queue drops.
/// </remarks>
internal sealed class SourceReader : IDisposable
{
    private static readonly TimeSpan LongestPicture = TimeSpan.FromSeconds(0.25);    // of a stream that moves

    private readonly SourceInput _input;
    private readonly SecondQueue _queue;
    private readonly SecondWriter _writer;
    private readonly StreamClock<Piece> _clock;
    private readonly KeyframeCheck? _keyframes;
    private readonly MelSpec _mel;
    private readonly FfmpegLog _log;
    private readonly PicturePipe _pictures;
    private readonly SoundPipe _sound;
    private readonly Process _process;
    private readonly BlockingCollection<FrameStamp> _stamps = [];
    private readonly Thread _logThread, _thread;
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TimeSpan> _damage = [];    // locked
    private int _pictureComplaints;
    private TimeSpan _processorTime, _seen, _lastPicture;
    private readonly TimeSpan? _frameDuration;
    private float[] _samples = [];
    private bool _disposed;

    /// <summary>Starts reading.</summary>
    /// <param name="input">What, and how.</param>
    /// <param name="frames">Size of the pictures.</param>
    /// <param name="mel">How sound is analysed.</param>
    /// <param name="queue">Receives the seconds.</param>
    /// <param name="options">What is known of the source before.</param>
    /// <exception cref="TwitchException">ffmpeg or OpenCV is not installed, or there is no place for the pipe.</exception>
    public SourceReader(SourceInput input, FrameSpec frames, MelSpec mel, SecondQueue queue, ReaderOptions? options = null)
    {
        options ??= new ReaderOptions();
        (_input, _queue, _mel, _frameDuration) = (input, queue, mel, options.FrameDuration);
        _writer = new SecondWriter(frames, mel, queue, options.FirstSecond) { StatedPictureEnd = options.PictureEnd, Patience = options.Patience, FrameDuration = options.FrameDuration };
        _clock = new StreamClock<Piece>(Place, LeaveOut, options.Promised) { LongestGap = options.LongestGap, StartsAt = TimeSpan.FromSeconds(options.From) };
        _keyframes = input.Sampling == FrameSampling.Keyframes ? new KeyframeCheck() : null;
        _log = new FfmpegLog(mel.SampleRate) { Stamped = stamp => _stamps.Add(stamp), TracksKnown = EndWhatIsMissing };
        _pictures = new PicturePipe(frames);
        try
        {
            _process = ChildProcess.Start("ffmpeg", input.All(frames, _log.Sound, _pictures.Path), input.Child);
        }
        catch
        {
            _pictures.Dispose();
            throw;
        }
        _sound = new SoundPipe(_process.StandardOutput.BaseStream);
        _logThread = Start("log of ffmpeg", ReadLog);
        _thread = Start("seconds", Run);
        static Thread Start(string name, ThreadStart run)
        {
            var thread = new Thread(run, maxStackSize: 512 << 10) { IsBackground = true, Name = name };
            thread.Start();
            return thread;
        }
    }

    /// <summary>Ends when everything that ffmpeg gave is in the queue.</summary>
    public Task Ended => _ended.Task;

    /// <summary>ffmpeg's exit status, once <see cref="Ended"/> has come.</summary>
    public int Status { get; private set; }

    /// <summary>What went wrong in here, if anything did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>What ffmpeg says of the source.</summary>
    public FfmpegLog Log => _log;

    /// <summary>What ffmpeg complains of, in words that may be shown; the first ones.</summary>
    public IReadOnlyList<Complaint> Complaints => [.. _log.Complaints.First.Select(complaint => complaint with { Text = _input.Redact(complaint.Text) })];

    /// <summary>Why keyframes cannot stand for the seconds of this source; null as long as they can.</summary>
    public string? KeyframeFailure => _keyframes?.Failure;

    /// <summary>Ends when keyframes are not what is taken, enough of them came in order to trust the rest, they fail, or the source has ended.</summary>
    public Task Confirmed => _keyframes is null ? Task.CompletedTask : _confirmed.Task;

    /// <summary>When the first picture was shown; absent before it.</summary>
    public TimeSpan? FirstPicture => _writer.FirstPicture;

    /// <summary>How far the picture goes.</summary>
    public TimeSpan PictureEnd => _writer.PictureEnd;

    /// <summary>How far the sound goes.</summary>
    public TimeSpan SoundEnd => _writer.SoundEnd;

    /// <summary>Pictures that came.</summary>
    public long PictureCount => _writer.PictureCount;

    /// <summary>Where the container's clock jumped.</summary>
    public IReadOnlyList<ClockJump> Jumps => _clock.Jumps;

    /// <summary>Pictures and pieces of sound that were stamped wrong.</summary>
    public int LeftOut => _clock.LeftOut;

    /// <summary>Time in which samples became mel steps.</summary>
    public TimeSpan Features => _writer.Features;

    /// <summary>Processor time of capturing pictures.</summary>
    public TimeSpan Capturing => _pictures.ProcessorTime;

    /// <summary>Where the picture's decoder stumbled, a place for each second; a copy.</summary>
    public IReadOnlyList<TimeSpan> Damage
    {
        get
        {
            lock (_damage)
                return [.. _damage];
        }
    }

    /// <summary>Processor time of ffmpeg so far.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            try
            {
                return _processorTime = _process.TotalProcessorTime;
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception)    // it has ended
            {
                return _processorTime;
            }
        }
    }

    /// <summary>Ends ffmpeg and takes away what was made. The queue must be closed, or must not be full.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _ = ProcessorTime;
        ChildProcess.End(_process);
        _pictures.Stop();
        _sound.Stop();
        _thread.Join();    // it waits for the other
        _pictures.Dispose();
        _sound.Dispose();
        _process.Dispose();
        _stamps.Dispose();
    }

    private void ReadLog()
    {
        try
        {
            while (_process.StandardError.ReadLine() is { } line)
                _log.Read(line);
            _process.WaitForExit();
            _pictures.EndOfInput();
        }
#pragma warning disable CA1031 // of a thread of its own: whoever reads says it
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure ??= e;
        }
        _stamps.CompleteAdding();
    }

    private void Run()
    {
        try
        {
            foreach (FrameStamp stamp in _stamps.GetConsumingEnumerable())
            {
                Take(stamp);
                if (_keyframes is { IsConfirmed: true } or { Failure: not null })
                    _confirmed.TrySetResult();
            }
            _clock.End();
            _keyframes?.End(_pictureComplaints);
            Failure ??= _pictures.Failure;
        }
#pragma warning disable CA1031 // of a thread of its own: whoever reads says it
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure ??= e;
            ChildProcess.End(_process);
            _pictures.Stop();
        }
        Finish();
    }

    private void Finish()
    {
        _logThread.Join();
        Status = _process.ExitCode;
        try
        {
            _writer.End();
        }
#pragma warning disable CA1031 // of a thread of its own
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure ??= e;
        }
        _queue.EndPictures();
        _queue.EndSound();
        _confirmed.TrySetResult();
        _ended.SetResult();
    }

    private void Take(FrameStamp stamp)
    {
        switch (stamp.Kind)
        {
            case StampKind.Picture when _pictures.Read() is { } picture:
                _keyframes?.Picture(stamp.Time);
                _clock.Add(MediaTrack.Picture, stamp.Time, Duration(stamp.Time), new Piece(picture, null));
                break;
            case StampKind.Sound:
                TakeSound(stamp);
                break;
            case StampKind.Packet:
                _keyframes?.Packet(stamp.Time, stamp.IsKey);
                break;
            case StampKind.Complaint when stamp.Track == MediaTrack.Picture:
                _pictureComplaints++;
                lock (_damage)
                {
                    if (_damage.Count == 0 || _seen - _damage[^1] >= TimeSpan.FromSeconds(1))
                        _damage.Add(_seen);
                }
                break;
        }
    }

    // As long as the one before it, where the container does not know; pictures that were passed over count.
    private TimeSpan Duration(TimeSpan time)
    {
        TimeSpan since = time - _lastPicture;
        _lastPicture = time;
        return _frameDuration ?? (since > TimeSpan.Zero && since < LongestPicture ? since : TimeSpan.Zero);
    }

    private void TakeSound(FrameStamp stamp)
    {
        if (_samples.Length < stamp.Count)
            _samples = new float[stamp.Count];
        Span<float> samples = _samples.AsSpan(0, stamp.Count);
        if (!_sound.Read(samples))
            return;
        samples = samples[stamp.Skip..];
        if (!samples.IsEmpty)
            _clock.Add(MediaTrack.Sound, stamp.Time, TimeSpan.FromSeconds((double)samples.Length / _mel.SampleRate), new Piece(null, samples.ToArray()));
    }

    private void Place(MediaTrack track, TimeSpan time, Piece piece)
    {
        if (track == MediaTrack.Sound)
        {
            _writer.Sound(time, piece.Samples);
            return;
        }
        _seen = time;
        if (_writer.Picture(time, piece.Pixels!) is { } free)
            _pictures.Recycle(free);
    }

    private void LeaveOut(MediaTrack track, Piece piece)
    {
        if (track == MediaTrack.Picture)
            _pictures.Recycle(piece.Pixels!);
    }

    // Nobody waits for a track that the source does not have.
    private void EndWhatIsMissing()
    {
        _writer.HasPicture = _log.HasPicture && _input.Picture is not null;
        _writer.HasSound = _input.TracksAreKnown ? _input.Sound is not null : _log.HasSound;
        if (!_writer.HasPicture)
            _queue.EndPictures();
        if (!_writer.HasSound)
            _queue.EndSound();
        if (_log.HasLength && !_input.TracksAreKnown)    // a file that was looked at is played at the speed that was asked for
            _queue.Keep();
    }

    private readonly record struct Piece(byte[]? Pixels, float[]? Samples);
}

/// <summary>What is known of a source before it is read.</summary>
internal sealed record ReaderOptions
{
    /// <summary>The first second that is wanted.</summary>
    public int FirstSecond { get; init; }

    /// <summary>The second at which reading begins, at most <see cref="FirstSecond"/>.</summary>
    public int From { get; init; }

    /// <summary>Length that the container states; absent: it states none.</summary>
    public TimeSpan? Promised { get; init; }

    /// <summary>Where the container says that the picture ends; absent: it does not.</summary>
    public TimeSpan? PictureEnd { get; init; }

    /// <summary>How far one track may be behind the other before it counts as pausing.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a picture is shown on average; absent: it is not known.</summary>
    public TimeSpan? FrameDuration { get; init; }

    /// <summary>The longest piece that may be missing.</summary>
    public TimeSpan LongestGap { get; init; } = StreamClock.LongestGap;
}
