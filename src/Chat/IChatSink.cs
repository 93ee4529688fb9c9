namespace Twitch.Chat;

/// <summary>What became of a post.</summary>
public enum SendStatus
{
    /// <summary>It was said, or the server did not object.</summary>
    Sent,

    /// <summary>The server has heard it already.</summary>
    Duplicate,

    /// <summary>The server did not want this one: its filters, or the channel's mode.</summary>
    Refused,

    /// <summary>Too many posts; see <see cref="SendResult.RetryAfter"/>.</summary>
    RateLimited,

    /// <summary>This account may not speak here: banned, or its token is no longer good. Nothing more should be sent.</summary>
    Forbidden,

    /// <summary>The network or the server failed; whether it was said is not known.</summary>
    Failed,
}

/// <summary>What became of a post, and why.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Detail">The server's words, without any token; empty if there is nothing to say.</param>
/// <param name="RetryAfter">How long nothing should be sent.</param>
public readonly record struct SendResult(SendStatus Status, string Detail = "", TimeSpan RetryAfter = default);

/// <summary>Where posts go.</summary>
public interface IChatSink : IAsyncDisposable
{
    /// <summary>Who speaks where by what means, for people.</summary>
    string Description { get; }

    /// <summary>Whether chat shows by itself that a bot speaks, so that posts need no mark. Known once open.</summary>
    bool ShowsBotBadge { get; }

    /// <summary>Logs in.</summary>
    /// <exception cref="TwitchException">The login is refused, or the server cannot be reached.</exception>
    Task OpenAsync(CancellationToken cancellation);

    /// <summary>Says a line, once. Waits for a connection that is being made anew; a line that may have been sent is never sent again.</summary>
    /// <param name="text">The line.</param>
    /// <param name="cancellation">Ends the wait; a line on its way is not called back.</param>
    /// <exception cref="TwitchException">The login, made anew, was refused.</exception>
    Task<SendResult> SendAsync(PostText text, CancellationToken cancellation);
}
