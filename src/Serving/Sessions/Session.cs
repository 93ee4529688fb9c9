using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Twitch.Chat;
using Twitch.Runtime;
using Twitch.Serving.Http;
using Twitch.Serving.Posting;
using Twitch.Serving.Telemetry;

namespace Twitch.Serving.Sessions;

/// <summary>One source that is watched: its events, its comments, and who listens.</summary>
internal sealed class Session : IAsyncDisposable
{
    private readonly ServedModel _served;
    private readonly ServeOptions _options;
    private readonly ServeMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Action<Session> _over;
    private readonly Task _run;
    private volatile string _state = "starting";
    private volatile string? _detail;
    private int _subscribers;

    public Session(string id, string source, TimeSpan? every, bool asks, bool? posts, ISessionFeed feed, ServedModel served, ServeOptions options, ServeMetrics metrics, TimeProvider clock, ILogger logger, Action<Session, SessionComment> tell, Action<Session> over)
    {
        (Id, Source, Every, Asks, Posts, Feed) = (id, source, every, asks, posts, feed);
        (_served, _options, _metrics, _clock, _logger, Tell, _over) = (served, options, metrics, clock, logger, tell, over);
        Created = clock.GetUtcNow();
        Events = new EventRing(options.EventBuffer);
        Comments = new CommentList(options.KeptComments, options.ReplayableComments);
        _run = Task.Run(RunAsync);
    }

    public string Id { get; }

    public string Source { get; }

    /// <summary>Time between two comments; absent: when the chat would comment.</summary>
    public TimeSpan? Every { get; }

    public DateTimeOffset Created { get; }

    /// <summary>Which session of the server's it was to end, from 1; 0 while it runs.</summary>
    public long Ended { get; set; }

    /// <summary>Whether somebody is asked about each comment.</summary>
    public bool Asks { get; set; }

    /// <summary>Whether its comments are offered for posting; null where the server posts nowhere.</summary>
    public bool? Posts { get; set; }

    public ISessionFeed Feed { get; }

    public EventRing Events { get; }

    public CommentList Comments { get; }

    private Action<Session, SessionComment> Tell { get; }

    public SessionJson ToJson() => new(
        Id, Source, _state, _state is "failed" or "reconnecting" ? _detail : null, Every is { } every ? JsonValue.Create(every.TotalSeconds) : JsonValue.Create("auto"), Asks ? "manual" : "auto", SamplingJson.Of(Feed.Sampling), Created,
        Volatile.Read(ref _subscribers), Events.Last, StatisticsJson.Of(Feed.Statistics), Posts);

    /// <summary>Changes how the next comments are drawn.</summary>
    /// <exception cref="TwitchException">An option is out of range.</exception>
    public SamplingJson Change(SamplingJson change)
    {
        Feed.Sampling = change.Over(Feed.Sampling);
        SamplingJson now = SamplingJson.Of(Feed.Sampling);
        Events.Append("sampling", JsonSerializer.SerializeToUtf8Bytes(now, ServingJson.Readable.SamplingJson));
        return now;
    }

    public SessionComment Decide(long number, CommentState state)
    {
        SessionComment decided = Comments.Decide(number, state, Posts is true);
        Events.Append("decision", JsonSerializer.SerializeToUtf8Bytes(decided.ToJson(), ServingJson.Readable.CommentJson));
        Tell(this, decided);
        return decided;
    }

    /// <summary>Keeps and tells what became of a comment that was offered for posting.</summary>
    public void Posted(long number, PostOutcome outcome)
    {
        if (Comments.TryChange(number, comment => comment with { Post = PostJson.Of(outcome) }) is { } comment)
            Events.Append("post", JsonSerializer.SerializeToUtf8Bytes(comment.ToJson(), ServingJson.Readable.CommentJson));
    }

    /// <summary>Tells a subscriber what happens, until the session ends or the subscriber goes.</summary>
    /// <exception cref="ProblemException">There are too many.</exception>
    public async Task SubscribeAsync(Stream output, long? lastEvent, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _subscribers) > _options.MaxSubscribers)
        {
            Interlocked.Decrement(ref _subscribers);
            throw new ProblemException(429, "subscribers", $"{_options.MaxSubscribers} subscribers listen to this session, and no more may.", $"{_options.MaxSubscribers}", $"fewer than {_options.MaxSubscribers}", TimeSpan.FromSeconds(5));
        }
        try
        {
            await new EventStream(Events, output, _clock).RunAsync(lastEvent ?? Events.Last, () => StatusData(), Gap, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref _subscribers);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        long connections = 0, tokens = 0, dropped = 0;
        (string state, string? detail) = ("ended", (string?)null);
        _metrics.SessionBegan();
        try
        {
            await foreach (WatchEvent happened in Feed.RunAsync(_stop.Token))
            {
                switch (happened)
                {
                    case SourceConnected:
                        if (++connections > 1)
                            _metrics.Reconnected();
                        Become("watching", null);
                        break;
                    case SourceLost lost:
                        Become("reconnecting", lost.Reason);
                        break;
                    case TokenDrawn { Text.Length: > 0 } drawn:    // a word is shown when it is whole
                        Events.Append("token", JsonSerializer.SerializeToUtf8Bytes(new TokenJson(drawn.CommentNumber, (int)tokens++, drawn.Text.TrimStart()), ServingJson.Readable.TokenJson));
                        break;
                    case CommentMade made:
                        tokens = 0;
                        Keep(made);
                        break;
                }
                long now = Feed.Statistics.Dropped;
                _metrics.Dropped(now - dropped);
                dropped = now;
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (TwitchException e)
        {
            (state, detail) = ("failed", e.Message);
        }
        catch (Exception e)
        {
            _logger.LogError(e, "a bug in session {Session}, please report it", Id);
            (state, detail) = ("failed", "something failed that should not; the server's log says what.");
        }
        _metrics.SessionEnded();
        _over(this);    // before anybody is told: who hears of the end may begin the next session
        Become(state, detail);
        Events.Append("end", JsonSerializer.SerializeToUtf8Bytes(new EndJson(state), ServingJson.Readable.EndJson));
        Events.Complete();
    }

    private void Keep(CommentMade made)
    {
        var comment = new SessionComment(made.Number, made.Time, _clock.GetUtcNow(), made.Comment, made.Options, Asks ? CommentState.Pending : CommentState.Auto)
        {
            Posts = Posts is true,
            Replay = _options.ReplayableComments > 0 && Feed.CopyWindow() is { } window && Feed.LastClip is { } clip ? ReplayFile.Of(_served.Model, window, clip, made, _options.BatchRows) : null,
        };
        Comments.Add(comment);
        _metrics.Commented(made);
        Events.Append("comment", JsonSerializer.SerializeToUtf8Bytes(comment.ToJson(), ServingJson.Readable.CommentJson));
        Tell(this, comment);
    }

    private void Become(string state, string? detail)
    {
        (_state, _detail) = (state, detail);
        Events.Append("status", StatusData());
    }

    private byte[] StatusData() => JsonSerializer.SerializeToUtf8Bytes(new StatusJson(_state, StatisticsJson.Of(Feed.Statistics), _detail), ServingJson.Readable.StatusJson);

    private static byte[] Gap(long missed) => JsonSerializer.SerializeToUtf8Bytes(new GapJson(missed), ServingJson.Readable.GapJson);
}
