namespace Twitch.Chat;

/// <summary>Takes comments and posts them, if they may be: approved, in time, not said just now, within the limit, and not while stopped.</summary>
/// <remarks>Every member may be used from any thread. Nothing here ever makes the maker of comments wait.</remarks>
public sealed partial class ChatPoster : IAsyncDisposable
{
    private readonly IChatSink _sink;
    private readonly PostOptions _options;
    private readonly TimeProvider _time;
    private readonly SlidingWindowLimit _limit;
    private readonly RecentPosts _recent;
    private readonly Action<PostOutcome>? _decided;
    private readonly Lock _lock = new();
    private readonly ApprovalQueue _pending, _ready;
    private readonly List<(PostOutcome Outcome, Action<PostOutcome>? Decided)> _outcomes = [];    // to be told once the lock is free
    private readonly long[] _counts = new long[Enum.GetValues<PostDecision>().Length];
    private readonly SemaphoreSlim _work = new(0);
    private readonly CancellationTokenSource _closing = new();
    private CancellationTokenSource _stopping = new();
    private ApprovalMode _approval;
    private string? _stoppedBecause;
    private bool _failed, _ended;
    private long _offered;
    private Task? _posting;

    /// <summary>Nothing is posted before <see cref="StartAsync"/>.</summary>
    /// <param name="sink">Where posts go; disposed with this.</param>
    /// <param name="options">Mark, limit, approval.</param>
    /// <param name="decided">Told what became of each comment; must be quick, must not throw.</param>
    /// <param name="limit">The account's limit if it has other posters; its own if absent.</param>
    /// <param name="time">The clock; the system's if absent.</param>
    /// <exception cref="TwitchException">An option is out of its range.</exception>
    public ChatPoster(IChatSink sink, PostOptions options, Action<PostOutcome>? decided = null, SlidingWindowLimit? limit = null, TimeProvider? time = null)
    {
        _time = time ?? TimeProvider.System;
        (_sink, _options, _decided) = (sink, options.Validate(), decided);
        _limit = limit ?? options.CreateLimit(_time);
        _recent = new(PostOptions.Window, _time);
        _pending = new(options.Capacity, _time, Lose);
        _ready = new(options.Capacity, _time, Lose);
        _approval = options.Approval;
    }

    /// <summary>Where posts go, for people.</summary>
    public string Description => _sink.Description;

    /// <summary>Nothing is really posted.</summary>
    public bool IsDryRun => _sink is DryRunSink;

    /// <summary>Who decides. Comments that wait for a person are posted when nobody need decide any more.</summary>
    public ApprovalMode Approval
    {
        get
        {
            lock (_lock)
                return _approval;
        }
        set => Change(() =>
        {
            _approval = value;
            while (value == ApprovalMode.Auto && _pending.TakeOldest() is { } post)
                MakeReady(post);
        });
    }

    /// <summary>Comments that wait for a person, oldest first.</summary>
    public IReadOnlyList<PendingPost> Pending
    {
        get
        {
            IReadOnlyList<PendingPost> posts = [];
            Change(() => posts = _pending.Posts);
            return posts;
        }
    }

    /// <summary>Why nothing is posted, or null.</summary>
    public string? StoppedBecause
    {
        get
        {
            lock (_lock)
                return _stoppedBecause;
        }
    }

    /// <summary>Whether an error stopped the posting, and nobody's wish: the account may not speak, its token is not good, or a bug.</summary>
    public bool HasFailed
    {
        get
        {
            lock (_lock)
                return _failed;
        }
    }

    /// <summary>Told why when an error stops the posting; must be quick, must not throw.</summary>
    public Action<string>? Failed { get; init; }

    /// <summary>What became of all comments so far.</summary>
    public PostCounts Counts
    {
        get
        {
            lock (_lock)
                return new(_offered, Enum.GetValues<PostDecision>().Where(decision => _counts[(int)decision] > 0).ToDictionary(decision => decision, decision => _counts[(int)decision]));
        }
    }

    /// <summary>Logs in; from then on comments are posted.</summary>
    /// <exception cref="TwitchException">The login is refused, the server cannot be reached, or posts would not be marked as a bot's.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await _sink.OpenAsync(cancellation);
        if (_options.Mark.Length == 0 && !_sink.ShowsBotBadge && !IsDryRun)
            throw new TwitchException("posts without a mark need Twitch's chat bot badge, which Helix with an app access token gives a bot that is not the broadcaster; use that, or set a mark such as 🤖.", ExitCode.Usage);
        _posting ??= PostAsync();
    }

    /// <summary>Offers a comment; returns at once.</summary>
    /// <param name="comment">What was said.</param>
    /// <param name="made">When, for its lifetime; now if absent.</param>
    /// <param name="approved">A person has approved it already.</param>
    /// <param name="decided">Told what became of it; must be quick, must not throw.</param>
    /// <returns>Its number.</returns>
    public long Offer(string comment, DateTimeOffset? made = null, bool approved = false, Action<PostOutcome>? decided = null)
    {
        long id = 0;
        Change(() =>
        {
            id = ++_offered;
            if (PostText.TryCreate(comment, _options.Mark) is not { } text)
            {
                Decide(new(id, comment, PostDecision.Empty), decided);
                return;
            }
            var post = new PendingPost(id, text, (made ?? _time.GetUtcNow()) + _options.Lifetime) { Decided = decided };
            if (_stoppedBecause is not null)
                Decide(post, PostDecision.Stopped, _stoppedBecause);
            else if (_approval == ApprovalMode.Manual && !approved)
                _pending.Add(post);
            else
                MakeReady(post);
        });
        return id;
    }

    /// <summary>Lets a waiting comment be posted.</summary>
    /// <returns>False if it no longer waits.</returns>
    public bool Approve(long id)
    {
        bool found = false;
        Change(() =>
        {
            if (_pending.Take(id) is not { } post)
                return;
            found = true;
            MakeReady(post);
        });
        return found;
    }

    /// <summary>Throws a waiting comment away.</summary>
    /// <returns>False if it no longer waits.</returns>
    public bool Reject(long id)
    {
        bool found = false;
        Change(() =>
        {
            if (_pending.Take(id) is not { } post)
                return;
            found = true;
            Decide(post, PostDecision.Rejected);
        });
        return found;
    }

    /// <summary>The kill switch: nothing more is posted, and what waits is thrown away. A line that is on its way is not called back.</summary>
    /// <param name="reason">Why, for people.</param>
    public void Stop(string reason) => Stop(reason, failed: false);

    private void Fail(string reason)
    {
        if (Stop(reason, failed: true))
            Failed?.Invoke(reason);
    }

    private bool Stop(string reason, bool failed)
    {
        CancellationTokenSource? stopped = null;
        Change(() =>
        {
            if (_stoppedBecause is not null)
                return;
            (_stoppedBecause, _failed) = (reason, failed);
            foreach (ApprovalQueue queue in (ApprovalQueue[])[_pending, _ready])
            {
                while (queue.TakeOldest() is { } post)
                    Decide(post, PostDecision.Stopped, reason);
            }
            stopped = _stopping;
        });
        stopped?.Cancel();
        return stopped is not null;
    }

    /// <summary>Posts again, from the next comment on.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            if (_stoppedBecause is null)
                return;
            (_stoppedBecause, _failed, _stopping) = (null, false, new());
            if (!_ended)
                return;
            (_ended, Task before) = (false, _posting!);
            _posting = Task.Run(() => Task.WhenAll(before, PostAsync()));
        }
    }

    /// <summary>Stops, and closes the sink.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop("the end");
        await _closing.CancelAsync();
        if (_posting is not null)
            await _posting;
        await _sink.DisposeAsync();
        _closing.Dispose();
        _stopping.Dispose();
        _work.Dispose();
    }

    private void MakeReady(PendingPost post)
    {
        _ready.Add(post);
        _work.Release();
    }

    private void Lose(PendingPost post, PostDecision decision) => Decide(post, decision);

    private void Decide(PendingPost post, PostDecision decision, string detail = "") => Decide(new(post.Id, post.Text.Value, decision, detail), post.Decided);

    private void Decide(PostOutcome outcome, Action<PostOutcome>? decided)
    {
        _counts[(int)outcome.Decision]++;
        _outcomes.Add((outcome, decided));
    }

    // Whoever is told may ask and change things here, so it is told without the lock.
    private void Change(Action change)
    {
        (PostOutcome Outcome, Action<PostOutcome>? Decided)[] outcomes;
        lock (_lock)
        {
            change();
            outcomes = [.. _outcomes];
            _outcomes.Clear();
        }
        foreach ((PostOutcome outcome, Action<PostOutcome>? decided) in outcomes)
        {
            decided?.Invoke(outcome);    // whoever offered it knows before all others
            _decided?.Invoke(outcome);
        }
    }
}
