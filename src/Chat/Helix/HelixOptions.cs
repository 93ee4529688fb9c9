namespace Twitch.Chat.Helix;

/// <summary>Where Twitch's API is, and who speaks.</summary>
public sealed record HelixOptions
{
    /// <summary>The API; <c>chat/messages</c> is under it. HTTPS, except on this machine.</summary>
    public Uri Api { get; init; } = new("https://api.twitch.tv/helix/");

    /// <summary>What says whose a token is.</summary>
    public Uri Validation { get; init; } = new("https://id.twitch.tv/oauth2/validate");

    /// <summary>Where the token is: a user's, with the scope <c>user:write:chat</c>, or an app's.</summary>
    public required TokenSource Token { get; init; }

    /// <summary>The bot's login. An app access token does not say it; a user's does, and has to agree.</summary>
    public ChannelName? Sender { get; init; }

    /// <summary>Time for one request.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the token is checked; Twitch asks for every hour.</summary>
    public TimeSpan ValidationInterval { get; init; } = TimeSpan.FromHours(1);
}
