using System.Globalization;
using System.Runtime.CompilerServices;

namespace Twitch.Media;

/// <summary>A source, read as it happens: one ffmpeg opens it once and gives its pictures to OpenCV and its sound to us, on one clock.</summary>
/// <remarks>A file gives the seconds that <see cref="Recording"/> gives. A track that is missing is black or silent, as there; of one that ends, or pauses, long
/// before the other does, ffmpeg keeps what is left of its last second until it has read the whole file, so that is left out.</remarks>
public sealed class LiveCapture : ILiveCapture
{
    private static readonly TimeSpan RecordingPatience = TimeSpan.FromSeconds(30);    // of a file's clock: files may be interleaved badly

    private readonly StreamSource _source;
    private readonly LiveCaptureOptions _options;
    private readonly TimeProvider _clock;
    private readonly SecondQueue _queue;
    private readonly LiveFfmpeg _ffmpeg;
    private readonly PictureFeed _pictures;
    private readonly SoundFeed? _sound;    // not while the first of the others are made
    private readonly DriftMeter? _drift;    // of what has a speed of its own
    private readonly Task<int> _exit;
    private bool _disposed;

    private LiveCapture(StreamSource source, FrameSpec frames, MelSpec mel, LiveCaptureOptions options, TimeProvider clock, MediaProbe? probe)
    {
        (_source, _options, _clock) = (source, options, clock);
        bool waits = source.IsRecording && !options.Realtime;
        TimeSpan patience = waits ? RecordingPatience : options.Patience;
        _queue = new SecondQueue(frames, mel, options.BufferSeconds, (int)Math.Ceiling(patience.TotalSeconds), drops: !waits, clock);
        _drift = waits ? null : new DriftMeter(clock);
        _pictures = new PictureFeed(frames, (int)Math.Ceiling(probe?.VideoStart ?? 0), _queue, second => _drift?.Add(second, _sound?.Position ?? default));
        var samples = new ClockedSound(mel.SampleRate);
        try
        {
            _ffmpeg = LiveFfmpeg.Start(source, options, SourceArguments.For(source, options, samples, probe?.AudioChannels is > 0 and int channels ? channels : null, _pictures.Pipe), EndWhatIsMissing);
        }
        catch
        {
            _pictures.Dispose();
            throw;
        }
        _sound = new SoundFeed(_ffmpeg.Sound, samples, mel, _queue);
        _exit = Task.Factory.StartNew(WaitForExit, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);    // it takes as long as the source lasts
    }

    /// <inheritdoc/>
    public CaptureEnd Ending { get; private set; }

    /// <inheritdoc/>
    public string Reason { get; private set; } = "";

    /// <inheritdoc/>
    public CaptureStatistics Statistics
    {
        get
        {
            (long seconds, long dropped, int waiting) = _queue.Counts;
            return new CaptureStatistics(seconds, dropped, waiting, _drift?.Sound, _drift?.Clock, _ffmpeg.ProcessorTime, _pictures.ProcessorTime, _sound?.Features ?? default);
        }
    }

    /// <summary>Starts reading a source. That it cannot be read is said by <see cref="SecondsAsync"/>'s end.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="frames">Size of the frames.</param>
    /// <param name="mel">How sound is analysed.</param>
    /// <param name="options">How; absent: as it is by default.</param>
    /// <param name="clock">Of stalls and timestamps; absent: the system's.</param>
    /// <exception cref="TwitchException">ffmpeg or OpenCV is not installed, or a file is no recording.</exception>
    public static LiveCapture Start(StreamSource source, FrameSpec frames, MelSpec mel, LiveCaptureOptions? options = null, TimeProvider? clock = null)
    {
        options = (options ?? new LiveCaptureOptions()).Validate();
        if ((options.Realtime || options.Loop) && !source.IsRecording)
            throw new TwitchException($"{source}: --realtime and --loop are for files; this source has a speed of its own.", ExitCode.Usage);
        MediaProbe? probe = source.IsRecording ? MediaProbe.Of(source.Address, options.ContainersOnly ? SourceArguments.Containers : null) : null;
        if (probe is { HasVideo: false, HasAudio: false })
            throw new TwitchException($"{source}: has neither a picture nor a sound track; give a recording of a stream.");
        return new LiveCapture(source, frames, mel, options, clock ?? TimeProvider.System, probe);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LiveSecond> SecondsAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        bool any = false;
        while (true)
        {
            TimeSpan limit = any ? _options.Stall : _options.Opening;
            if (!await WaitAsync(any, limit, cancellation))
                break;
            LiveSecond second = _queue.Take();
            _ = _ffmpeg.ProcessorTime;    // once it has ended, the system does not know any more
            any = true;
            yield return second;
        }
        if (Ending == CaptureEnd.None)
            await FindReasonAsync(any, cancellation);
    }

    /// <summary>Ends ffmpeg and takes away what was made.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        _queue.Close();
        _ffmpeg.Kill();
        await _exit;
        await Task.Run(() =>
        {
            _sound?.Join();
            _pictures.Dispose();
            _ffmpeg.Dispose();
        });
    }

    private static string Stalled(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"no frame for {limit.TotalSeconds:0.#} s");

    // Nobody waits for a track that the source does not have.
    private void EndWhatIsMissing(bool picture, bool sound)
    {
        if (!picture)
            _queue.EndPictures();
        if (!sound)
            _queue.EndSound();
    }

    private int WaitForExit()
    {
        int status = _ffmpeg.WaitForExit();
        _pictures.EndOfInput();
        return status;
    }

    // False: there will be no second, or the source stalls.
    private async Task<bool> WaitAsync(bool begun, TimeSpan limit, CancellationToken cancellation)
    {
        bool live = !_source.IsRecording;    // a file is there: one of its tracks, or both, may bring nothing for a while
        if (live && _queue.SincePicture > limit)    // the sound goes on
        {
            (Ending, Reason) = (CaptureEnd.Stalled, Stalled(limit));
            return false;
        }
        try
        {
            Task<bool> ready = _queue.WaitAsync(cancellation);
            return live ? await ready.WaitAsync(limit, _clock, cancellation) : await ready;
        }
        catch (TimeoutException)
        {
            Ending = CaptureEnd.Stalled;
            Reason = begun ? Stalled(limit) : string.Create(CultureInfo.InvariantCulture, $"nothing came in {limit.TotalSeconds:0.#} s");
            if (_ffmpeg.Complaints is { Length: > 0 } complaints)
                Reason += $" ({complaints})";
            return false;
        }
    }

    private async Task FindReasonAsync(bool any, CancellationToken cancellation)
    {
        int status = await _exit.WaitAsync(cancellation);
        string complaints = _ffmpeg.Complaints;
        Exception? failure = _pictures.Failure ?? _sound?.Failure;
        Ending = any && status == 0 && failure is null ? CaptureEnd.Ended : CaptureEnd.Failed;
        Reason = failure is not null ? failure.Message
            : complaints.Length > 0 ? complaints
            : Ending == CaptureEnd.Ended ? "it ended"
            : any ? $"ffmpeg ended with status {status}"
            : "it has neither a picture nor a sound track";
    }
}
