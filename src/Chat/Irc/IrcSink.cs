namespace Twitch.Chat.Irc;

/// <summary>Posts over IRC. Twitch gives these posts no bot badge, so they carry a mark.</summary>
public sealed class IrcSink : IChatSink
{
    private readonly IrcClient _client;

    /// <summary>Nothing happens before <see cref="OpenAsync"/>.</summary>
    /// <param name="options">Server and login; both login and token are needed.</param>
    /// <param name="channel">Where posts go.</param>
    /// <param name="received">Receives what is said in the channel, over the same connection; see <see cref="Reading.ChatFeed.Accept"/>.</param>
    /// <param name="report">Receives a line when the connection is lost.</param>
    /// <param name="time">The clock; the system's if absent.</param>
    public IrcSink(IrcOptions options, ChannelName channel, Action<IrcMessage>? received = null, Action<string>? report = null, TimeProvider? time = null)
    {
        if (options.Nick is null)
            throw new TwitchException("posting needs the bot's login.", ExitCode.Usage);
        _client = new(options, channel, received, report, time);
        Description = $"{channel} as {options.Nick.Login} over {options.Server}";
    }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public bool ShowsBotBadge => false;

    /// <summary>How often the connection was made anew.</summary>
    public long ReconnectCount => _client.ReconnectCount;

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken cancellation) => _client.OpenAsync(cancellation);

    /// <inheritdoc/>
    public Task<SendResult> SendAsync(PostText text, CancellationToken cancellation) => _client.SayAsync(text, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
