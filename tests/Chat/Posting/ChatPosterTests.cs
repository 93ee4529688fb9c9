using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Twitch.Chat.Tests.Posting;

public sealed class ChatPosterTests : IAsyncDisposable
{
    private static readonly PostOptions _plain = new() { Gap = TimeSpan.Zero };
    private readonly TestClock _clock = new();
    private readonly ScriptedSink _sink = new();
    private readonly Channel<PostOutcome> _outcomes = Channel.CreateUnbounded<PostOutcome>();

    public ValueTask DisposeAsync() => _sink.DisposeAsync();

    [Fact]
    public async Task A_comment_is_posted_with_its_mark()
    {
        await using ChatPoster poster = await StartAsync(_plain);

        poster.Offer("hello");

        Assert.Equal("🤖 hello", await _sink.NextAsync());
        Assert.Equal(new(1, "🤖 hello", PostDecision.Sent), await OutcomeAsync());
        Assert.Equal("1 of 1 comments posted", poster.Counts.ToString());
    }

    [Fact]
    public async Task The_limit_holds_back_and_the_window_lets_go()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Margin = 17, Lifetime = TimeSpan.FromMinutes(5) });    // 3 in 30 s

        for (int i = 0; i < 7; i++)
            poster.Offer($"number {i}");

        for (int i = 0; i < 7; i++)
        {
            if (i is 3 or 6)
                await _clock.PassAsync(PostOptions.Window);
            Assert.Equal($"🤖 number {i}", await _sink.NextAsync());
        }
    }

    [Fact]
    public async Task The_same_is_not_said_twice_within_thirty_seconds()
    {
        await using ChatPoster poster = await StartAsync(_plain);

        poster.Offer("same");
        poster.Offer("SAME");
        Assert.Equal(PostDecision.Sent, (await OutcomeAsync()).Decision);
        Assert.Equal(PostDecision.Duplicate, (await OutcomeAsync()).Decision);
        _clock.Advance(PostOptions.Window);
        poster.Offer("same");

        Assert.Equal(PostDecision.Sent, (await OutcomeAsync()).Decision);
    }

    [Fact]
    public async Task A_comment_that_waited_too_long_is_not_posted()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Margin = 19, Lifetime = TimeSpan.FromSeconds(5) });    // 1 in 30 s

        poster.Offer("in time");
        poster.Offer("too late");
        Assert.Equal(PostDecision.Sent, (await OutcomeAsync()).Decision);
        await _clock.PassAsync(PostOptions.Window);

        Assert.Equal(new(2, "🤖 too late", PostDecision.Expired), await OutcomeAsync());
    }

    [Fact]
    public async Task A_wait_that_the_server_asked_for_is_kept_and_said()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Lifetime = TimeSpan.FromSeconds(100) });
        _sink.Answer = (_, _) => Task.FromResult(new SendResult(SendStatus.RateLimited, "slow mode", TimeSpan.FromSeconds(87)));
        poster.Offer("one");
        Assert.Equal(PostDecision.RateLimited, (await OutcomeAsync()).Decision);
        _sink.Answer = (_, _) => Task.FromResult(new SendResult(SendStatus.RateLimited, "timed out", TimeSpan.FromSeconds(540)));

        poster.Offer("two");
        await _clock.PassAsync(TimeSpan.FromSeconds(87));
        Assert.Equal(PostDecision.RateLimited, (await OutcomeAsync()).Decision);
        poster.Offer("three");
        await _clock.PassAsync(TimeSpan.FromSeconds(100));

        Assert.Equal(new(3, "🤖 three", PostDecision.Expired, "the server asked to wait: timed out"), await OutcomeAsync());
    }

    [Fact]
    public async Task A_post_that_fails_unexpectedly_is_the_only_one()
    {
        await using ChatPoster poster = await StartAsync(_plain);
        _sink.Answer = (_, _) => throw new NotSupportedException("a surprise");
        poster.Offer("one");
        Assert.Equal(new(1, "🤖 one", PostDecision.Failed, "an unexpected NotSupportedException: a surprise"), await OutcomeAsync());
        _sink.Answer = (_, _) => Task.FromResult(new SendResult(SendStatus.Sent));

        poster.Offer("two");

        Assert.Equal("🤖 two", await _sink.NextAsync());
        Assert.Null(poster.StoppedBecause);
    }

    [Fact]
    public async Task An_error_that_ends_the_posting_is_told_and_resuming_begins_anew()
    {
        var failed = new TaskCompletionSource<string>();
        bool throws = true;
        await using var poster = new ChatPoster(_sink, _plain, outcome => { if (throws) throw new InvalidOperationException("broken"); Tell(outcome); }, null, _clock) { Failed = failed.SetResult };
        await poster.StartAsync(Patience.Token);

        poster.Offer("one");
        string reason = await failed.Task.WaitAsync(Patience.Token);
        throws = false;

        Assert.Contains("InvalidOperationException: broken", reason, StringComparison.Ordinal);
        Assert.Equal((reason, true), (poster.StoppedBecause, poster.HasFailed));
        poster.Resume();
        poster.Offer("two");
        Assert.Equal("🤖 one", await _sink.NextAsync());
        Assert.Equal("🤖 two", await _sink.NextAsync());
        Assert.False(poster.HasFailed);
    }

    [Fact]
    public async Task An_account_that_may_not_speak_is_an_error()
    {
        await using ChatPoster poster = await StartAsync(_plain);
        _sink.Answer = (_, _) => Task.FromResult(new SendResult(SendStatus.Forbidden, "banned"));

        poster.Offer("one");
        await OutcomeAsync();

        Assert.True(poster.HasFailed);
        poster.Stop("a person");
        Assert.Equal("banned", poster.StoppedBecause);
    }

    [Fact]
    public async Task The_oldest_gives_way_when_the_queue_is_full()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Approval = ApprovalMode.Manual, Capacity = 2 });

        foreach (string comment in (string[])["a", "b", "c"])
            poster.Offer(comment);

        Assert.Equal(new(1, "🤖 a", PostDecision.Crowded), await OutcomeAsync());
        Assert.Equal([2, 3], poster.Pending.Select(post => post.Id));
    }

    [Fact]
    public async Task What_was_approved_elsewhere_waits_for_nobody_and_lives_from_its_making()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Approval = ApprovalMode.Manual });
        DateTimeOffset made = _clock.GetUtcNow() - _plain.Lifetime;
        ConcurrentQueue<PostOutcome> told = [];    // by whoever decides

        poster.Offer("asked about");
        poster.Offer("too old", made, approved: true, told.Enqueue);
        poster.Offer("young enough", made + TimeSpan.FromSeconds(1), approved: true, told.Enqueue);

        Assert.Equal("🤖 young enough", await _sink.NextAsync());
        Assert.Equal(PostDecision.Expired, (await OutcomeAsync()).Decision);
        Assert.Equal(new(3, "🤖 young enough", PostDecision.Sent), await OutcomeAsync());
        Assert.Equal([1], poster.Pending.Select(post => post.Id));
        Assert.Equal([(2, PostDecision.Expired), (3, PostDecision.Sent)], told.OrderBy(outcome => outcome.Id).Select(outcome => (outcome.Id, outcome.Decision)));
    }

    [Fact]
    public async Task A_person_decides_what_is_posted()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Approval = ApprovalMode.Manual });
        long good = poster.Offer("good"), bad = poster.Offer("bad");

        Assert.True(poster.Reject(bad));
        Assert.True(poster.Approve(good));

        Assert.Equal(new(bad, "🤖 bad", PostDecision.Rejected), await OutcomeAsync());
        Assert.Equal(new(good, "🤖 good", PostDecision.Sent), await OutcomeAsync());
        Assert.False(poster.Approve(bad));
        Assert.False(poster.Approve(good));
        Assert.Empty(poster.Pending);
        Assert.Equal("🤖 good", await _sink.NextAsync());
        Assert.Equal(0, _sink.WaitingCount);
    }

    [Fact]
    public async Task Who_does_not_decide_in_time_has_decided_against()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Approval = ApprovalMode.Manual, Lifetime = TimeSpan.FromSeconds(10) });
        long id = poster.Offer("old");

        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.False(poster.Approve(id));
        Assert.Equal(PostDecision.Expired, (await OutcomeAsync()).Decision);
    }

    [Fact]
    public async Task What_waits_is_posted_when_nobody_need_decide_any_more()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Approval = ApprovalMode.Manual });
        poster.Offer("waiting");

        poster.Approval = ApprovalMode.Auto;

        Assert.Equal("🤖 waiting", await _sink.NextAsync());
    }

    [Fact]
    public async Task The_kill_switch_throws_away_what_waits_and_what_comes()
    {
        await using ChatPoster poster = await StartAsync(_plain with { Margin = 19 });
        poster.Offer("sent");
        Assert.Equal(PostDecision.Sent, (await OutcomeAsync()).Decision);
        poster.Offer("held back by the limit");

        poster.Stop("enough");
        poster.Offer("after");

        PostOutcome[] stopped = [await OutcomeAsync(), await OutcomeAsync()];
        Assert.Equal([2, 3], stopped.Select(outcome => outcome.Id).Order());
        Assert.All(stopped, outcome => Assert.Equal((PostDecision.Stopped, "enough"), (outcome.Decision, outcome.Detail)));
        Assert.Equal("enough", poster.StoppedBecause);
        poster.Resume();
        Assert.Null(poster.StoppedBecause);
        _clock.Advance(PostOptions.Window);
        poster.Offer("again");
        Assert.Equal(new(4, "🤖 again", PostDecision.Sent), await OutcomeAsync());
    }

    [Fact]
    public async Task The_kill_switch_ends_the_wait_for_a_connection()
    {
        var waiting = new TaskCompletionSource();
        _sink.Answer = async (_, cancellation) =>
        {
            waiting.SetResult();
            await Task.Delay(Timeout.Infinite, cancellation);
            return default;
        };
        await using ChatPoster poster = await StartAsync(_plain);
        poster.Offer("never");
        await waiting.Task;

        poster.Stop("enough");

        Assert.Equal(PostDecision.Stopped, (await OutcomeAsync()).Decision);
    }

    [Fact]
    public async Task The_servers_own_limit_is_waited_out()
    {
        _sink.Answer = (_, _) => Task.FromResult(new SendResult(SendStatus.RateLimited, "slow down", TimeSpan.FromSeconds(12)));
        await using ChatPoster poster = await StartAsync(_plain);
        poster.Offer("first");
        Assert.Equal(new(1, "🤖 first", PostDecision.RateLimited, "slow down"), await OutcomeAsync());
        _sink.Answer = (_, _) => Task.FromResult(new SendResult(SendStatus.Sent));

        poster.Offer("second");
        await _clock.PassAsync(TimeSpan.FromSeconds(12));

        Assert.Equal(new(2, "🤖 second", PostDecision.Sent), await OutcomeAsync());
    }

    [Theory]
    [InlineData(SendStatus.Forbidden)]
    [InlineData(null)]
    public async Task Who_may_no_longer_speak_falls_silent(SendStatus? status)
    {
        _sink.Answer = (_, _) => status is { } forbidden ? Task.FromResult(new SendResult(forbidden, "banned")) : throw new TwitchException("banned");
        await using ChatPoster poster = await StartAsync(_plain);

        poster.Offer("hello");

        Assert.Contains((await OutcomeAsync()).Decision, (PostDecision[])[PostDecision.Refused, PostDecision.Failed]);
        Assert.Equal("banned", poster.StoppedBecause);
    }

    [Fact]
    public async Task A_failed_post_is_counted_and_not_sent_again()
    {
        _sink.Answer = (_, _) => Task.FromResult(new SendResult(SendStatus.Failed, "broken pipe"));
        await using ChatPoster poster = await StartAsync(_plain);

        poster.Offer("hello");

        Assert.Equal(new(1, "🤖 hello", PostDecision.Failed, "broken pipe"), await OutcomeAsync());
        Assert.Equal("0 of 1 comments posted, 1 failed", poster.Counts.ToString());
        await _sink.NextAsync();
        Assert.Equal(0, _sink.WaitingCount);
    }

    [Fact]
    public async Task Without_a_badge_there_has_to_be_a_mark()
    {
        await using var unmarked = new ChatPoster(_sink, _plain with { Mark = "" });
        await using var badged = new ChatPoster(new ScriptedSink { ShowsBotBadge = true }, _plain with { Mark = "" });

        TwitchException error = await Assert.ThrowsAsync<TwitchException>(() => unmarked.StartAsync(Patience.Token));
        await badged.StartAsync(Patience.Token);

        Assert.Contains("badge", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_account_has_one_limit_in_two_channels()
    {
        PostOptions options = _plain with { Margin = 19, Lifetime = TimeSpan.FromMinutes(5) };
        SlidingWindowLimit limit = options.CreateLimit(_clock);
        await using ChatPoster one = await StartAsync(options, limit);
        var elsewhere = new ScriptedSink();
        await using var other = new ChatPoster(elsewhere, options, limit: limit, time: _clock);
        await other.StartAsync(Patience.Token);
        one.Offer("here");
        Assert.Equal("🤖 here", await _sink.NextAsync());

        other.Offer("there");
        await _clock.PassAsync(PostOptions.Window);

        Assert.Equal("🤖 there", await elsewhere.NextAsync());
    }

    [Fact]
    public async Task The_end_throws_away_what_waits_and_closes_the_sink()
    {
        ChatPoster poster = await StartAsync(_plain with { Approval = ApprovalMode.Manual });
        poster.Offer("waiting");

        await poster.DisposeAsync();

        Assert.True(_sink.Disposed);
        Assert.Equal(PostDecision.Stopped, (await OutcomeAsync()).Decision);
    }

    [Fact]
    public async Task A_dry_run_says_what_it_would_post_and_obeys_the_same_rules()
    {
        var lines = Channel.CreateUnbounded<string>();
        await using var poster = new ChatPoster(new DryRunSink(ChannelName.Parse("somebody"), line => lines.Writer.TryWrite(line)), _plain, Tell);
        await poster.StartAsync(Patience.Token);

        poster.Offer("hi\r\nQUIT");
        poster.Offer("hi QUIT");

        Assert.Equal(PostDecision.Sent, (await OutcomeAsync()).Decision);
        Assert.Equal(PostDecision.Duplicate, (await OutcomeAsync()).Decision);
        Assert.Equal("would post to #somebody: 🤖 hi QUIT", await lines.Reader.ReadAsync(Patience.Token));
    }

    private async Task<ChatPoster> StartAsync(PostOptions options, SlidingWindowLimit? limit = null)
    {
        var poster = new ChatPoster(_sink, options, Tell, limit, _clock);
        await poster.StartAsync(Patience.Token);
        return poster;
    }

    private void Tell(PostOutcome outcome) => _outcomes.Writer.TryWrite(outcome);

    private async Task<PostOutcome> OutcomeAsync() => await _outcomes.Reader.ReadAsync(Patience.Token);
}
