using System.Threading.Channels;

namespace Twitch.Chat.Tests;

/// <summary>A sink that answers as told and shows what it was given.</summary>
internal sealed class ScriptedSink : IChatSink
{
    private readonly Channel<string> _said = Channel.CreateUnbounded<string>();

    public Func<PostText, CancellationToken, Task<SendResult>> Answer { get; set; } = (_, _) => Task.FromResult(new SendResult(SendStatus.Sent));

    public string Description => "a script";

    public bool ShowsBotBadge { get; init; }

    public bool Disposed { get; private set; }

    public async Task<string> NextAsync() => await _said.Reader.ReadAsync(Patience.Token);

    public int WaitingCount => _said.Reader.Count;

    public Task OpenAsync(CancellationToken cancellation) => Task.CompletedTask;

    public async Task<SendResult> SendAsync(PostText text, CancellationToken cancellation)
    {
        SendResult result = await Answer(text, cancellation);
        _said.Writer.TryWrite(text.Value);
        return result;
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return ValueTask.CompletedTask;
    }
}
