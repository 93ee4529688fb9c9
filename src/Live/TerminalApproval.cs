using Twitch.Chat;

namespace Twitch.Live;

/// <summary>Asks somebody at the terminal about each comment before it is posted, one after the other, oldest first.</summary>
/// <param name="poster">Posts what is approved; its comments wait for approval.</param>
/// <param name="say">Receives the questions.</param>
/// <param name="time">The clock; the system's if absent.</param>
internal sealed class TerminalApproval(ChatPoster poster, Action<string> say, TimeProvider? time = null)
{
    /// <summary>An answer that comes sooner after a question took another's place was for the other.</summary>
    public static readonly TimeSpan ReadingTime = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private long? _asked;             // the comment that the question is about
    private long? _replacedAnother;   // when it took the place of one that was not answered

    /// <summary>Reads answers on a thread of its own, since a read of a terminal cannot be called back, until there are no more.</summary>
    public void Listen(TextReader answers) => new Thread(() =>
    {
        while (answers.ReadLine() is string answer)
            Answer(answer);
        say("stdin has ended, so nobody can approve: nothing more will be posted.");
    }) { IsBackground = true, Name = "reads answers" }.Start();

    /// <summary>Offers a comment, and asks about it as soon as the one before is answered or too old.</summary>
    public void Offer(string comment)
    {
        poster.Offer(comment);
        lock (_gate)
            Ask();
    }

    /// <summary>Takes an answer: <c>y</c> or <c>n</c> to the question asked last, <c>stop</c> to post nothing more, <c>go</c> to post again.</summary>
    public void Answer(string answer)
    {
        lock (_gate)
        {
            switch (answer.Trim().ToLowerInvariant())
            {
                case "y" or "yes":
                    Decide(poster.Approve);
                    break;
                case "n" or "no":
                    Decide(poster.Reject);
                    break;
                case "stop":
                    poster.Stop("stop was typed");
                    _asked = null;
                    say("posting is stopped; go posts again.");
                    break;
                case "go":
                    poster.Resume();
                    say("posting goes on with the next comment.");
                    break;
                case "":
                    break;
                default:
                    say("type y to post, n not to, stop to post nothing more, go to post again.");
                    break;
            }
        }
    }

    private void Decide(Func<long, bool> decide)
    {
        if (_replacedAnother is { } since && _time.GetElapsedTime(since) < ReadingTime)
        {
            say("not counted: the question had just changed; answer again.");
            return;
        }
        if (_asked is not { } id)
            say("nothing is asked.");
        else if (!decide(id))
            say("too late: it is no longer worth posting.");
        _asked = _replacedAnother = null;
        Ask();
    }

    private void Ask()
    {
        IReadOnlyList<PendingPost> pending = poster.Pending;
        if (pending.Count == 0 || pending.Any(post => post.Id == _asked))
            return;
        _replacedAnother = _asked is null ? null : _time.GetTimestamp();
        _asked = pending[0].Id;
        say($"post \"{pending[0].Text}\"? y/n");
    }
}
