using System.Globalization;
using Twitch.Runtime;
using Twitch.Serving.Http;
using Twitch.Serving.Posting;

namespace Twitch.Serving.Sessions;

/// <summary>What was decided about a comment.</summary>
public enum CommentState
{
    /// <summary>Nobody was asked.</summary>
    Auto,

    /// <summary>Somebody is asked.</summary>
    Pending,

    /// <summary>It may be shown and posted.</summary>
    Approved,

    /// <summary>It may not.</summary>
    Rejected,
}

/// <summary>A comment of a session.</summary>
/// <param name="Number">Which one, from 1.</param>
/// <param name="Time">Moment of the stream that it is on.</param>
/// <param name="At">When it was written.</param>
/// <param name="Comment">What is said.</param>
/// <param name="Options">How it was drawn.</param>
/// <param name="State">What was decided.</param>
public sealed record SessionComment(long Number, TimeSpan Time, DateTimeOffset At, Comment Comment, SamplingOptions Options, CommentState State)
{
    /// <summary>Its window and state, while they are kept.</summary>
    internal ReplayFile? Replay { get; init; }

    /// <summary>Whether the session's comments were offered for posting at the moment its state was set: what is changed after it was told comes too late.</summary>
    internal bool Posts { get; init; }

    /// <summary>What became of it where it was offered for posting.</summary>
    internal PostJson? Post { get; init; }

    internal CommentJson ToJson() => new(
        Number, Time.TotalSeconds, At, Comment.Text, StateName(State), Comment.Tokens, Comment.LogProbabilities, Options.Seed.ToString(CultureInfo.InvariantCulture), Replay is not null, Post, Comment.WordLogProbabilities);

    internal static string StateName(CommentState state) => state switch
    {
        CommentState.Auto => "auto",
        CommentState.Pending => "pending",
        CommentState.Approved => "approved",
        _ => "rejected",
    };
}
