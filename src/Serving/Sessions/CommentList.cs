using Microsoft.AspNetCore.Http;
using Twitch.Serving.Http;

namespace Twitch.Serving.Sessions;

/// <summary>The newest comments of a session; fewer of them with what is needed to write them again. For any thread.</summary>
internal sealed class CommentList(int kept, int replayable)
{
    private readonly Lock _gate = new();
    private readonly List<SessionComment> _comments = [];

    public IReadOnlyList<SessionComment> All
    {
        get
        {
            lock (_gate)
                return [.. _comments];
        }
    }

    public void Add(SessionComment comment)
    {
        lock (_gate)
        {
            _comments.Add(comment);
            if (_comments.Count > kept)
                _comments.RemoveAt(0);
            if (_comments.Count > replayable && _comments[_comments.Count - 1 - replayable] is { Replay: not null } old)
                _comments[_comments.Count - 1 - replayable] = old with { Replay = null };
        }
    }

    /// <exception cref="ProblemException">It is not kept, or never was.</exception>
    public SessionComment Find(long number)
    {
        lock (_gate)
            return _comments.Find(comment => comment.Number == number) ?? throw ProblemException.NotFound($"comment {number} in this session, or no longer");
    }

    /// <summary>Changes a comment; null if it is no longer kept.</summary>
    public SessionComment? TryChange(long number, Func<SessionComment, SessionComment> change)
    {
        lock (_gate)
        {
            int at = _comments.FindIndex(comment => comment.Number == number);
            return at < 0 ? null : _comments[at] = change(_comments[at]);
        }
    }

    /// <summary>Decides about a comment that waits for it.</summary>
    /// <param name="number">Which one.</param>
    /// <param name="state">What is decided.</param>
    /// <param name="posts">Whether the session's comments are offered for posting now.</param>
    /// <exception cref="ProblemException">It is not there, or does not wait.</exception>
    public SessionComment Decide(long number, CommentState state, bool posts)
    {
        lock (_gate)
        {
            SessionComment comment = Find(number);
            if (comment.State != CommentState.Pending)
                throw new ProblemException(StatusCodes.Status409Conflict, "decided", $"comment {number} is {SessionComment.StateName(comment.State)}; only a pending one can be decided.", SessionComment.StateName(comment.State), "pending");
            return _comments[_comments.IndexOf(comment)] = comment with { State = state, Posts = posts };
        }
    }
}
