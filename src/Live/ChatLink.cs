using System.Runtime.InteropServices;
using Twitch.Chat;
using Twitch.Chat.Irc;
using Twitch.Chat.Reading;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary>A running command's ties to Twitch chat: what it posts, what it hears, and the switches that silence it.</summary>
internal sealed class ChatLink : IAsyncDisposable
{
    private const PosixSignal UserSignal = (PosixSignal)10;    // SIGUSR1 on Linux; the runtime takes raw numbers

    private readonly IReadOnlyList<IrcClient> _readers;
    private readonly PosixSignalRegistration? _signal;
    private readonly CancellationTokenSource _end = new();
    private Task _hearing = Task.CompletedTask;

    /// <param name="poster">What comments are offered to.</param>
    /// <param name="own">What is said in the channel that is posted to.</param>
    /// <param name="heard">What is said in the channel that the model is shown; may be the same.</param>
    /// <param name="readers">Connections that bring what is said, beside the poster's.</param>
    /// <param name="say">Receives a line when posting is stopped.</param>
    public ChatLink(ChatPoster? poster, ChatFeed? own, ChatFeed? heard, IReadOnlyList<IrcClient> readers, Action<string> say)
    {
        (Poster, Own, Heard, _readers) = (poster, own, heard, readers);
        if (poster is null)
            return;
        if (own is not null)
            own.Stopped = Stop;
        _signal = PosixSignalRegistration.Create(UserSignal, signal =>
        {
            signal.Cancel = true;
            Stop("SIGUSR1");
        });

        void Stop(string reason)
        {
            bool was = poster.StoppedBecause is not null;
            poster.Stop(reason);
            if (!was)
                say($"posting is stopped: {reason}");
        }
    }

    /// <summary>Where comments are offered; null without <c>--post</c>.</summary>
    public ChatPoster? Poster { get; }

    /// <summary>What is said in the channel that is posted to, the words that stop it among them; null if nobody listens there.</summary>
    public ChatFeed? Own { get; }

    /// <summary>What is said in the channel of <c>--read-chat</c>; null without it.</summary>
    public ChatFeed? Heard { get; }

    /// <summary>Lets the model see what is said from now on, until this is disposed.</summary>
    /// <param name="history">Receives it.</param>
    /// <param name="now">The stream's time now.</param>
    public void HearInto(ChatHistory history, Func<TimeSpan> now)
    {
        if (Heard is { } feed)
            _hearing = HearAsync(feed, history, now, _end.Token);
    }

    private static async Task HearAsync(ChatFeed feed, ChatHistory history, Func<TimeSpan> now, CancellationToken end)
    {
        await foreach (ChatComment comment in feed.Comments.ReadAllAsync(end))
            history.Add(now() - (DateTimeOffset.UtcNow - comment.Time), comment.Text);
    }

    /// <summary>Logs in.</summary>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        foreach (IrcClient reader in _readers)
            await reader.OpenAsync(cancellation);
        if (Poster is not null)
            await Poster.StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _signal?.Dispose();
        await _end.CancelAsync();
        await _hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        foreach (IrcClient reader in _readers)
            await reader.DisposeAsync();
        if (Poster is not null)
            await Poster.DisposeAsync();
    }
}
