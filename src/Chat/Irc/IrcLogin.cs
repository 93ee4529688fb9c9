namespace Twitch.Chat.Irc;

/// <summary>From an open connection to a joined channel: CAP, PASS, NICK, JOIN.</summary>
internal static class IrcLogin
{
    private const string Capabilities = "twitch.tv/tags twitch.tv/commands";

    /// <summary>Logs in and joins.</summary>
    /// <exception cref="TwitchException">The login or the channel is refused, and would be refused again.</exception>
    /// <exception cref="IOException">Something failed that may not fail again.</exception>
    public static async Task RunAsync(IrcConnection connection, string nick, AccessToken? token, ChannelName channel, CancellationToken cancellation)
    {
        await connection.SendAsync(new("CAP", "REQ", Capabilities), cancellation);
        if (token is not null)
            await connection.SendAsync(new("PASS", $"oauth:{token.Reveal()}"), cancellation);
        await connection.SendAsync(new("NICK", nick), cancellation);
        await connection.SendAsync(new("USER", nick, "0", "*", nick), cancellation);    // Twitch needs none, other servers do

        while (true)
        {
            IrcMessage message = await connection.ReceiveAsync(cancellation);
            if (Refusal(message, nick, channel) is { } refusal)
                throw refusal;
            switch (message.Command)
            {
                case "CAP" when message.Parameter(1) is "ACK" or "NAK":
                    await connection.SendAsync(new("CAP", "END"), cancellation);
                    break;
                case "001":
                    await connection.SendAsync(new("JOIN", channel.ToString()), cancellation);
                    break;
                case "366" when IsChannel(message.Parameter(1), channel):
                    return;
            }
        }
    }

    /// <summary>Whether a message refuses the login, now or later.</summary>
    public static TwitchException? Refusal(IrcMessage message, string nick, ChannelName channel) => message.Command switch
    {
        "NOTICE" when message.Parameter(0) == "*" && IsLoginFailure(message.Trailing) => Refused(nick, message.Trailing),
        "464" or "432" => Refused(nick, message.Trailing),
        "ERROR" when message.Trailing.Contains("password", StringComparison.OrdinalIgnoreCase) => Refused(nick, message.Trailing),
        "NOTICE" when ChatNotice.Read(message.Tag("msg-id"), message.Trailing) is { Status: SendStatus.Forbidden } notice =>
            new($"{nick} may not speak in {channel}: {CommentText.Clean(notice.Detail)}", ExitCode.Failed),
        _ => null,
    };

    /// <summary>Why the connection is of no more use, or null.</summary>
    public static string? Loss(IrcMessage message, string nick, ChannelName channel) => message.Command switch
    {
        "RECONNECT" => "the server asked for a new connection",
        "ERROR" => $"the server closed the connection: {message.Trailing}",
        "KICK" when IsChannel(message.Parameter(0), channel) && message.Parameter(1).Equals(nick, StringComparison.OrdinalIgnoreCase) => $"kicked from {channel}: {message.Trailing}",
        "PART" when IsChannel(message.Parameter(0), channel) && message.Nick.Equals(nick, StringComparison.OrdinalIgnoreCase) => $"removed from {channel}",
        "433" or "436" or "437" or "403" or "405" or "465" or "471" or "473" or "474" or "475" or "476" or "477" => message.Trailing,
        _ => null,
    };

    public static bool IsChannel(string name, ChannelName channel) => name.Equals(channel.ToString(), StringComparison.OrdinalIgnoreCase);

    private static TwitchException Refused(string nick, string words) => new(
        $"the login as {nick} was refused: {CommentText.Clean(words)}; check that the token is {nick}'s, has not expired, and has the scopes chat:read and chat:edit.", ExitCode.Failed);

    // Twitch gives these no msg-id.
    private static bool IsLoginFailure(string words) =>
        words.StartsWith("Login authentication failed", StringComparison.OrdinalIgnoreCase)
        || words.StartsWith("Login unsuccessful", StringComparison.OrdinalIgnoreCase)
        || words.StartsWith("Improperly formatted auth", StringComparison.OrdinalIgnoreCase)
        || words.StartsWith("Invalid NICK", StringComparison.OrdinalIgnoreCase)
        || words.StartsWith("Error logging in", StringComparison.OrdinalIgnoreCase);
}
