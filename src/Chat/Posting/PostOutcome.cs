namespace Twitch.Chat;

/// <summary>Who decides whether a comment is posted.</summary>
public enum ApprovalMode
{
    /// <summary>Nobody: every comment is.</summary>
    Auto,

    /// <summary>A person, one by one; what nobody approves in time is not posted.</summary>
    Manual,
}

/// <summary>What became of a comment that was offered for posting.</summary>
public enum PostDecision
{
    /// <summary>It was posted.</summary>
    Sent,

    /// <summary>Posting is stopped.</summary>
    Stopped,

    /// <summary>Nothing of it can be said.</summary>
    Empty,

    /// <summary>The same was said within 30 s.</summary>
    Duplicate,

    /// <summary>It waited too long, for a person, the limit or the connection.</summary>
    Expired,

    /// <summary>Newer comments took its place in the queue.</summary>
    Crowded,

    /// <summary>A person rejected it.</summary>
    Rejected,

    /// <summary>The server says that there were too many.</summary>
    RateLimited,

    /// <summary>The server did not want it.</summary>
    Refused,

    /// <summary>The network or the server failed.</summary>
    Failed,
}

/// <summary>What became of a comment.</summary>
/// <param name="Id">Its number, from 1 in the order of offers.</param>
/// <param name="Text">What was to be said, or the comment itself if nothing could be.</param>
/// <param name="Decision">What became of it.</param>
/// <param name="Detail">Why, for people; may be empty.</param>
public readonly record struct PostOutcome(long Id, string Text, PostDecision Decision, string Detail = "");

/// <summary>A comment that waits for a person.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Text">What would be said.</param>
/// <param name="Expires">When it is no longer worth saying.</param>
public sealed record PendingPost(long Id, PostText Text, DateTimeOffset Expires)
{
    /// <summary>Told what becomes of it.</summary>
    internal Action<PostOutcome>? Decided { get; init; }
}

/// <summary>How many comments were decided how.</summary>
/// <param name="Offered">All of them; those that still wait are offered and not decided.</param>
/// <param name="Decided">By <see cref="PostDecision"/>; what did not happen is absent.</param>
public sealed record PostCounts(long Offered, IReadOnlyDictionary<PostDecision, long> Decided)
{
    /// <summary>How many were decided so.</summary>
    public long this[PostDecision decision] => Decided.GetValueOrDefault(decision);

    /// <summary>One line for a summary: <c>12 of 15 comments posted, 2 duplicate, 1 expired</c>.</summary>
    public override string ToString() => string.Join(", ", Decided.Where(pair => pair.Key != PostDecision.Sent)
        .Select(pair => $"{pair.Value} {Words(pair.Key)}").Prepend($"{this[PostDecision.Sent]} of {Offered} comments posted"));

    private static string Words(PostDecision decision) => decision switch
    {
        PostDecision.Stopped => "while stopped",
        PostDecision.RateLimited => "over the server's limit",
        PostDecision.Refused => "refused by the server",
        _ => decision.ToString().ToLowerInvariant(),
    };
}
