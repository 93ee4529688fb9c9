using System.Threading.Channels;
using Twitch.Chat;
using Twitch.Chat.Tests;

namespace Twitch.Live.Tests;

public sealed class TerminalApprovalTests : IAsyncDisposable
{
    private readonly TestClock _clock = new();
    private readonly ScriptedSink _sink = new();
    private readonly List<string> _said = [];
    private readonly Channel<PostOutcome> _outcomes = Channel.CreateUnbounded<PostOutcome>();
    private readonly ChatPoster _poster;
    private readonly TerminalApproval _approval;

    public TerminalApprovalTests()
    {
        _poster = new ChatPoster(_sink, new PostOptions { Approval = ApprovalMode.Manual, Gap = TimeSpan.Zero }, outcome => _outcomes.Writer.TryWrite(outcome), time: _clock);
        _approval = new TerminalApproval(_poster, _said.Add, _clock);
    }

    [Fact]
    public async Task One_comment_after_the_other_is_asked_about()
    {
        await _poster.StartAsync(Patience.Token);

        _approval.Offer("good");
        _approval.Offer("bad");
        _approval.Answer("y");
        _approval.Answer("n");
        _approval.Answer("y");

        Assert.Equal(["post \"🤖 good\"? y/n", "post \"🤖 bad\"? y/n", "nothing is asked."], _said);
        Assert.Equal("🤖 good", await _sink.NextAsync());
        PostOutcome[] outcomes = [await OutcomeAsync(), await OutcomeAsync()];
        Assert.Equal([PostDecision.Sent, PostDecision.Rejected], outcomes.OrderBy(outcome => outcome.Id).Select(outcome => outcome.Decision));
    }

    [Fact]
    public async Task An_answer_to_a_question_that_another_just_replaced_does_not_count()
    {
        await _poster.StartAsync(Patience.Token);
        _approval.Offer("old");
        _clock.Advance(new PostOptions().Lifetime);
        _approval.Offer("new");

        _approval.Answer("y");
        Assert.Equal("not counted: the question had just changed; answer again.", _said[^1]);
        Assert.Equal(0, _sink.WaitingCount);
        _clock.Advance(TerminalApproval.ReadingTime);
        _approval.Answer("y");

        Assert.Equal("🤖 new", await _sink.NextAsync());
        Assert.Equal((1, PostDecision.Expired), ((await OutcomeAsync()) is var lost ? (lost.Id, lost.Decision) : default));
    }

    [Fact]
    public void What_is_too_old_is_said_to_be()
    {
        _approval.Offer("old");
        _clock.Advance(new PostOptions().Lifetime);

        _approval.Answer("y");

        Assert.Equal("too late: it is no longer worth posting.", _said[^1]);
    }

    [Fact]
    public void Stop_and_go_are_typed_too()
    {
        _approval.Answer("stop");
        Assert.Equal("stop was typed", _poster.StoppedBecause);

        _approval.Answer("GO ");
        Assert.Null(_poster.StoppedBecause);

        _approval.Answer("maybe");
        Assert.StartsWith("type y to post", _said[^1], StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync() => await _poster.DisposeAsync();

    private async Task<PostOutcome> OutcomeAsync() => await _outcomes.Reader.ReadAsync(Patience.Token);
}
