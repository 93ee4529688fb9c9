namespace Twitch.Chat;

/// <summary>How a bot behaves in chat.</summary>
public sealed record PostOptions
{
    /// <summary>Twitch's limit for an account that is no moderator: posts in <see cref="Window"/>.</summary>
    public const int TwitchLimit = 20;

    /// <summary>The window of Twitch's limit, and how long the same line is not said again.</summary>
    public static TimeSpan Window { get; } = TimeSpan.FromSeconds(30);

    /// <summary>Posts below Twitch's limit, because Twitch counts when they arrive and not when they are sent; in [0, 19].</summary>
    public int Margin { get; init; } = 2;

    /// <summary>Shortest time between two posts.</summary>
    public TimeSpan Gap { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Stands before every post and says that a bot speaks; empty only where chat shows it by itself.</summary>
    public string Mark { get; init; } = "🤖";

    /// <summary>How long a comment is worth posting after it was made, waiting for approval included.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a person approves each comment.</summary>
    public ApprovalMode Approval { get; init; }

    /// <summary>Comments that wait; the oldest gives way.</summary>
    public int Capacity { get; init; } = 16;

    /// <summary>The limit these options ask for; share it between posters of one account.</summary>
    public SlidingWindowLimit CreateLimit(TimeProvider? time = null) => new(TwitchLimit - Validate().Margin, Window, Gap, time);

    /// <summary>Checks every value.</summary>
    /// <exception cref="TwitchException">One is out of its range.</exception>
    public PostOptions Validate()
    {
        if (Margin is < 0 or >= TwitchLimit)
            throw Wrong($"the margin below the limit of {TwitchLimit} posts is {Margin}; it must be in [0, {TwitchLimit - 1}].");
        if (Gap < TimeSpan.Zero || Gap > Window)
            throw Wrong($"the time between two posts is {Gap.TotalSeconds} s; it must be in [0, {Window.TotalSeconds}] s.");
        if (Lifetime < TimeSpan.FromSeconds(1) || Lifetime > TimeSpan.FromHours(1))
            throw Wrong($"the time a comment is worth posting is {Lifetime.TotalSeconds} s; it must be in [1, 3600] s.");
        if (Capacity is < 1 or > 1000)
            throw Wrong($"the queue of posts has {Capacity} places; it must be in [1, 1000].");
        if (!PostText.IsMark(Mark))
            throw Wrong($"the mark '{CommentText.Clean(Mark)}' cannot be used; it must have at most {PostText.MaxMarkLength} characters, none of them invisible, and not begin with '/', '.' or '!'.");
        return this;
    }

    private static TwitchException Wrong(string message) => new(message, ExitCode.Usage);
}
