namespace Twitch.Chat;

/// <summary>Says what would be posted, and posts nothing.</summary>
/// <param name="channel">Where it would be posted.</param>
/// <param name="say">Receives each line.</param>
public sealed class DryRunSink(ChannelName channel, Action<string> say) : IChatSink
{
    /// <inheritdoc/>
    public string Description => $"nowhere (a dry run for {channel})";

    /// <inheritdoc/>
    public bool ShowsBotBadge => false;

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<SendResult> SendAsync(PostText text, CancellationToken cancellation)
    {
        say($"would post to {channel}: {text}");
        return Task.FromResult(new SendResult(SendStatus.Sent, "a dry run"));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
