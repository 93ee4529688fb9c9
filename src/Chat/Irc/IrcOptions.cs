using System.Security.Cryptography.X509Certificates;

namespace Twitch.Chat.Irc;

/// <summary>Which IRC server, who logs in, and how long a silence may last.</summary>
public sealed record IrcOptions
{
    /// <summary>Twitch's IRC over TLS.</summary>
    public static Uri TwitchTls { get; } = new("ircs://irc.chat.twitch.tv:6697");

    /// <summary>Twitch's IRC over a WebSocket, for networks that let only HTTPS out.</summary>
    public static Uri TwitchWebSocket { get; } = new("wss://irc-ws.chat.twitch.tv:443");

    /// <summary><c>ircs:</c> or <c>wss:</c>; <c>irc:</c> and <c>ws:</c>, which hide nothing, only on this machine.</summary>
    public Uri Server { get; init; } = TwitchTls;

    /// <summary>The bot's login; null reads without one, and cannot say anything.</summary>
    public ChannelName? Nick { get; init; }

    /// <summary>Where the bot's token is; needs the scopes <c>chat:read</c> and <c>chat:edit</c>.</summary>
    public TokenSource? Token { get; init; }

    /// <summary>If given, the only certificates that a server's may descend from; else the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>Time for connection, login and join together.</summary>
    public TimeSpan LoginTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>After this long without a line the server is asked for a sign of life; Twitch itself asks about every five minutes.</summary>
    public TimeSpan SilenceBeforePing { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time for the answer.</summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long to wait for a server's yes or no to a post; silence counts as yes.</summary>
    public TimeSpan ConfirmationTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A connection that lasted this long was good: the next wait for a new one begins at zero again.</summary>
    public TimeSpan SteadyAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Attempts before the first login is given up; one that was made once is made anew for ever.</summary>
    public int FirstAttempts { get; init; } = 5;

    /// <summary>The longest line to a server, in bytes with its CRLF; tags are not sent.</summary>
    public int MaxLineBytes { get; init; } = 512;
}
