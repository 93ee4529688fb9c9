using System.Runtime.CompilerServices;
using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>Watches one source with a model that may be shared: takes its seconds in as they come, comments when it is due, and opens a
/// lost source again. What is asked of it while it runs may be asked by any thread.</summary>
/// <example><code>
/// var watcher = new Watcher(model, StreamSource.Parse("https://example.org/live.m3u8"));
/// await foreach (WatchEvent happened in watcher.RunAsync(cancellation))
/// {
///     if (happened is CommentMade made)
///         Console.WriteLine($"{made.Time}: {made.Comment.Text}");
/// }
/// </code></example>
public sealed class Watcher
{
    private readonly CommentModel _model;
    private readonly StreamSource _source;
    private readonly WatchOptions _options;
    private readonly Func<StreamSource, ILiveCapture> _open;
    private readonly CommentWriter _writer;
    private readonly CommentSchedule _schedule;
    private readonly WatchCounters _counters;
    private readonly RecentWindow _window;
    private readonly ChatHistory _chat;
    private volatile SamplingOptions _sampling;
    private FrameSampling _frameSampling;
    private int _resumeAt;                           // of a file that was opened again
    private int _runs;
    private int _connections;
    private long _comments;
    private long _firstSecond;                       // timestamp of the first second of all
    private TimeSpan _base, _now = TimeSpan.Zero;    // stream time of this connection's second 0; of the last second

    /// <summary>Prepares; nothing is opened before <see cref="RunAsync"/>.</summary>
    /// <param name="model">Its encoders and its decoder are used; dispose it after the run.</param>
    /// <param name="source">What to watch.</param>
    /// <param name="options">How; absent: as it is by default.</param>
    /// <exception cref="TwitchException">An option is out of range (exit code 2), or there is a pace for a model that does not say when people comment.</exception>
    public Watcher(CommentModel model, StreamSource source, WatchOptions? options = null)
        : this(model, source, options ?? new WatchOptions(), null)
    {
    }

    internal Watcher(CommentModel model, StreamSource source, WatchOptions options, Func<ILiveCapture>? open)
    {
        (_model, _source, _options) = (model, source, options.Validate());
        _frameSampling = model.Config.FrameSampling;
        _open = open is not null ? _ => open() : opened => LiveCapture.Start(
            opened, model.Config.Frame, model.Config.Mel, options.Capture with { Sampling = _frameSampling, FirstSecond = _resumeAt }, options.Clock);
        _writer = options.Writer ?? model.GenerateAsync;
        _counters = new WatchCounters(options.Clock);
        _window = new RecentWindow(model.Config);
        _chat = options.Chat ?? model.CreateChatHistory();
        _schedule = new CommentSchedule(options.Every, options.Due ?? Due(model, options.Pace, _chat), model.Config.WindowSeconds);
        _sampling = (options.Sampling ?? model.Sampling).Validate(model.Config.VocabularySize);
    }

    /// <summary>How the tokens of the next comments are drawn; each moment's seed is derived from this one and its time.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public SamplingOptions Sampling
    {
        get => _sampling;
        set => _sampling = value.Validate(_model.Config.VocabularySize);
    }

    /// <summary>Time of the last second that was taken in, since the first one; what is said now belongs there.</summary>
    public TimeSpan Now => _now;

    /// <summary>What was done so far.</summary>
    public WatchStatistics Statistics => _counters.Snapshot();

    /// <summary>What the model sees and hears now: a copy of the frames and mel steps of the window that ends with the last second, from which
    /// <see cref="CommentModel.Encode"/> makes the same clip again. Its numbers count from the last (re)connect. Absent before the first second.</summary>
    public RecordedWindow? CopyWindow() => _window.Copy();

    /// <summary>Watches until a recording ends, a source is given up, or it is cancelled. A consumer that is slow lets a live source's seconds
    /// be dropped, and a file wait.</summary>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="TwitchException">The source cannot be opened the first time, or was given up (exit code 4); a file cannot be read (3).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="InvalidOperationException">It was run before.</exception>
    public async IAsyncEnumerable<WatchEvent> RunAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (Interlocked.Exchange(ref _runs, 1) != 0)
            throw new InvalidOperationException("a watcher runs once; make another.");
        var backoff = new Backoff(_options.Random);
        _counters.Begin();
        try
        {
            while (true)
            {
                int before = _connections;
                (StreamSource? opened, string reason) = await ResolveAsync(cancellation);
                if (opened is not null)
                {
                    await using ILiveCapture capture = _open(opened);
                    _counters.Opened(capture);
                    try
                    {
                        await foreach (WatchEvent happened in WatchAsync(capture, cancellation))
                            yield return happened;
                    }
                    finally
                    {
                        _counters.Closed();
                    }
                    cancellation.ThrowIfCancellationRequested();
                    if (capture.Ending == CaptureEnd.Ended && (!_source.CanReconnect || capture.IsRecording))
                        break;
                    reason = capture.Reason;
                    if (capture.KeyframeFailure is not null && _frameSampling == FrameSampling.Keyframes)
                    {
                        _frameSampling = FrameSampling.Exact;    // once; it is opened again at once, and a file goes on where it was
                        _resumeAt = _source.IsRecording && _connections > 0 ? (int)(_now - _base).TotalSeconds + 1 : 0;
                        yield return new SourceLost(_now, $"{reason}, so all pictures are decoded", TimeSpan.Zero);
                        continue;
                    }
                }
                if (!_source.CanReconnect || (_connections == 0 && !_options.WaitForSource))
                    throw new TwitchException(opened is null ? reason : $"{_source}: {reason}", _source.IsRecording ? ExitCode.BadInput : ExitCode.SourceLost);

                if (_connections > before && _now - _base >= TimeSpan.FromSeconds(_model.Config.WindowSeconds))
                    backoff.Reset();    // it was well: what comes and goes within a window was not
                if (backoff.Attempts >= _options.Reconnects)
                    throw new TwitchException($"{_source}: {reason}; given up after {_options.Reconnects} reconnects", ExitCode.SourceLost);
                TimeSpan wait = backoff.Next();
                yield return new SourceLost(_now, reason, wait);
                await Task.Delay(wait, _options.Clock, cancellation);
            }
        }
        finally
        {
            _counters.End();
        }
        yield return new SourceEnded(_now);
    }

    // What is to be opened now; null, and why, if it is not there.
    private async Task<(StreamSource? Source, string Reason)> ResolveAsync(CancellationToken cancellation)
    {
        if (_options.Resolve is not { } resolve)
            return (_source, "");
        try
        {
            return (await resolve(cancellation), "");
        }
        catch (TwitchException e) when (e.ExitCode == ExitCode.SourceLost)
        {
            return (null, e.Message);
        }
    }

    private async IAsyncEnumerable<WatchEvent> WatchAsync(ILiveCapture capture, [EnumeratorCancellation] CancellationToken cancellation)
    {
        StreamingEncoder? encoder = null;
        int next = 0;
        await foreach (LiveSecond live in capture.SecondsAsync(cancellation))
        {
            StreamSecond second = live.Second;
            if (encoder is null)
                yield return Connect();
            if (encoder is null || second.Index != next)    // what was dropped cannot be made up for: windows begin anew
            {
                encoder = new StreamingEncoder(_model, _chat, _base);
                _window.Reset();
            }
            next = second.Index + 1;
            _now = _base + TimeSpan.FromSeconds(second.Index);

            long begun = _options.Clock.GetTimestamp();
            ClipContext clip = encoder.Add(second);
            _counters.Encoded(_options.Clock.GetElapsedTime(begun));
            _window.Add(second);
            if (_schedule.IsDue(second.Index, _now, clip))
            {
                await foreach (WatchEvent happened in CommentAsync(clip, live.Arrived, cancellation))
                    yield return happened;
            }
            encoder.ReadAhead();
        }
    }

    private static CommentDue? Due(CommentModel model, CommentPace? pace, ChatHistory chat)
    {
        if (pace is null)
            return null;
        model.RequireRate();
        var clock = new CommentClock(pace, TimeSpan.Zero);
        return (time, clip) =>
        {
            clock.SkipTo(time - TimeSpan.FromSeconds(1));    // what was dropped or lost was nobody's to comment on
            return clock.Advance(time, model.Rate(clip, chat.PaceBefore(time))).Count > 0;
        };
    }

    private SourceConnected Connect()
    {
        _connections++;
        if (_connections == 1)
        {
            _firstSecond = _options.Clock.GetTimestamp();
        }
        else if (!_source.IsRecording)
        {
            // Whole seconds, so that a comment's time is one, and later than all before.
            double since = _options.Clock.GetElapsedTime(_firstSecond).TotalSeconds;
            _base = TimeSpan.FromSeconds(Math.Max(Math.Ceiling(since), _now.TotalSeconds + 1));
        }
        if (_resumeAt == 0)
        {
            _now = _base;
            _schedule.Begin(again: _connections > 1);
        }
        _counters.Connected();
        return new SourceConnected(_base, _connections);
    }

    private async IAsyncEnumerable<WatchEvent> CommentAsync(ClipContext clip, long arrived, [EnumeratorCancellation] CancellationToken cancellation)
    {
        SamplingOptions sampling = _sampling;
        sampling = sampling with { Seed = Xoshiro256.Derive(sampling.Seed, (long)_now.TotalMilliseconds) };
        long begun = _options.Clock.GetTimestamp();
        TimeSpan? firstToken = null;
        Comment comment = await _writer(clip, sampling, _ => firstToken ??= _options.Clock.GetElapsedTime(arrived), cancellation);
        if (comment.IsWithheld)
            yield break;

        _chat.AddOwn(_now, comment.Text);
        long number = ++_comments;
        TimeSpan first = firstToken ?? _options.Clock.GetElapsedTime(arrived);    // it may have none
        _counters.Decoded(comment.Tokens.Count, _options.Clock.GetElapsedTime(begun), first);
        string[] texts = TextsOf(comment);
        for (int i = 0; i < comment.Tokens.Count; i++)
            yield return new TokenDrawn(_now, number, new Token(comment.Tokens[i], comment.LogProbabilities[i]), texts[i]);
        yield return new CommentMade(_now, number, comment, sampling, first);
    }

    // What each token adds to the text: the last one of a word brings the whole word. What was cleaned may have other words than were drawn; then the
    // first token brings all of them.
    private string[] TextsOf(Comment comment)
    {
        var texts = new string[comment.Tokens.Count];
        Array.Fill(texts, "");
        string[] words = comment.Text.Split(' ');
        int[] ends = [.. Enumerable.Range(0, texts.Length).Where(i => _model.Vocabulary.EndsWord(comment.Tokens[i]))];
        if (words.Length == ends.Length)
        {
            for (int i = 0; i < words.Length; i++)
                texts[ends[i]] = i == 0 ? words[0] : $" {words[i]}";
        }
        else if (texts.Length > 0)
            texts[0] = comment.Text;
        return texts;
    }
}
