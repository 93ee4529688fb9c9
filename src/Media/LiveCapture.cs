using System.Globalization;
using System.Runtime.CompilerServices;

namespace Twitch.Media;

/// <summary>A source, read as it happens.</summary>
/// <remarks>A file gives the seconds that <see cref="Recording"/> gives. A track that is missing is black or silent, as there.</remarks>
public sealed class LiveCapture : ILiveCapture
{
    private const int TrustedSeconds = 8;                                             // of keyframes, less than a buffer holds
    private static readonly TimeSpan RecordingPatience = TimeSpan.FromSeconds(30);    // of a file's clock: files may be interleaved badly
    private static readonly TimeSpan KeyframeDelay = TimeSpan.FromSeconds(5);         // a decoder gives a keyframe when it has the next one

    private readonly StreamSource _source;
    private readonly LiveCaptureOptions _options;
    private readonly TimeProvider _clock;
    private readonly SecondQueue _queue;
    private readonly SourceReader _reader;
    private readonly DriftMeter? _drift;    // of what has a speed of its own
    private bool _disposed;

    private LiveCapture(StreamSource source, FrameSpec frames, MelSpec mel, LiveCaptureOptions options, TimeProvider clock, InspectedMedia? media)
    {
        (_source, _options, _clock) = (source, options, clock);
        bool waits = source.IsRecording && !options.Realtime;
        TimeSpan patience = waits ? RecordingPatience : options.Patience + (options.Sampling == FrameSampling.Keyframes ? KeyframeDelay : TimeSpan.Zero);
        _queue = new SecondQueue(frames, mel, waits ? Math.Max(16, options.BufferSeconds) : options.BufferSeconds, (int)Math.Ceiling(patience.TotalSeconds), drops: !waits, clock, options.FirstSecond);
        _drift = waits ? null : new DriftMeter(clock);
        SourceInput input = SourceInput.Live(source, options, media?.Video.FrameRate ?? 0);
        _reader = new SourceReader(media is null ? input : input.Of(media), frames, mel, _queue, new ReaderOptions
        {
            FirstSecond = options.FirstSecond,
            Promised = options.Loop ? null : media?.Length,
            FrameDuration = options.Sampling == FrameSampling.Exact ? media?.Video.FrameDuration : null,
            Patience = waits ? RecordingPatience : TimeSpan.FromSeconds(10),
            PictureEnd = !options.Loop && media?.Video is { IsTransportStream: false, VideoEnd: { } end } ? TimeSpan.FromSeconds(end) : null,
        });
    }

    /// <inheritdoc/>
    public CaptureEnd Ending { get; private set; }

    /// <inheritdoc/>
    public string Reason { get; private set; } = "";

    /// <inheritdoc/>
    public string? KeyframeFailure => _reader.KeyframeFailure;

    /// <inheritdoc/>
    public bool IsRecording => _source.IsRecording || (_source.Kind == SourceKind.Http && (_reader.Log.HasLength || IsPlaylist));

    /// <inheritdoc/>
    public CaptureStatistics Statistics
    {
        get
        {
            (long seconds, long dropped, int waiting) = _queue.Counts;
            return new CaptureStatistics(seconds, dropped, waiting, _drift?.Sound, _drift?.Clock, _reader.ProcessorTime, _reader.Capturing, _reader.Features);
        }
    }

    // A playlist ends when it says so; until then ffmpeg waits for it to grow.
    private bool IsPlaylist => _reader.Log.Format == "hls";

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
        if (source.Kind is SourceKind.StandardInput or SourceKind.NamedPipe or SourceKind.Camera or SourceKind.Screen)
            options = options with { Sampling = FrameSampling.Exact };
        InspectedMedia? media = source.IsRecording ? InspectedMedia.Of(new MediaSource(source.Address), options.ContainersOnly ? SourceInput.Containers : null) : null;
        return new LiveCapture(source, frames, mel, options, clock ?? TimeProvider.System, media);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<LiveSecond> SecondsAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        bool any = false;
        if (_options.Sampling == FrameSampling.Keyframes && await WaitAsync(begun: false, _options.Opening, cancellation))
            await await Task.WhenAny(_reader.Confirmed, _queue.WaitAsync(cancellation, TrustedSeconds));
        while (await WaitAsync(any, any ? _options.Stall : _options.Opening, cancellation))
        {
            if (KeyframeFailure is { } failure)
            {
                (Ending, Reason) = (CaptureEnd.Failed, failure);
                yield break;
            }
            LiveSecond second = _queue.Take();
            any = true;
            _drift?.Add(second.Second.Index, _reader.SoundEnd);
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
        await Task.Run(_reader.Dispose);
    }

    private static string Stalled(TimeSpan limit) => string.Create(CultureInfo.InvariantCulture, $"no frame for {limit.TotalSeconds:0.#} s");

    // False: there will be no second, or the source stalls.
    private async Task<bool> WaitAsync(bool begun, TimeSpan limit, CancellationToken cancellation)
    {
        // A file is there: one of its tracks, or both, may bring nothing for a while. A playlist that stands still is asked again by ffmpeg.
        bool live = !_source.IsRecording && !(begun && IsPlaylist);
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
            if (Words() is { Length: > 0 } complaints)
                Reason += $" ({complaints})";
            return false;
        }
    }

    private async Task FindReasonAsync(bool any, CancellationToken cancellation)
    {
        await _reader.Ended.WaitAsync(cancellation);
        string complaints = Words();
        Exception? failure = _reader.Failure;
        Ending = any && _reader.Status == 0 && failure is null && KeyframeFailure is null ? CaptureEnd.Ended : CaptureEnd.Failed;
        Reason = failure is not null ? failure.Message
            : KeyframeFailure is { } keyframes ? keyframes
            : complaints.Length > 0 ? complaints
            : Ending == CaptureEnd.Ended ? "it ended"
            : any ? $"ffmpeg ended with status {_reader.Status}"
            : "it has neither a picture nor a sound track";
    }

    // The last complaints say why it ended.
    private string Words() => string.Join("; ", _reader.Complaints.TakeLast(3).Select(complaint => complaint.Text));
}
