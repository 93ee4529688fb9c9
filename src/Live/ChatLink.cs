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

    private readonly IrcClient? _reader;
    private readonly PosixSignalRegistration? _signal;
    private readonly CancellationTokenSource _end = new();
    private Task _hearing = Task.CompletedTask;

    public ChatLink(ChatPoster? poster, ChatFeed? feed, IrcClient? reader, Action<string> say)
    {
        (Poster, Feed, _reader) = (poster, feed, reader);
        if (poster is null)
            return;
        if (feed is not null)
            feed.Stopped = Stop;
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

    /// <summary>What is said in the channel; null if nobody listens.</summary>
    public ChatFeed? Feed { get; }

    /// <summary>Whether the channel is read for the model to see, and not only for the words that stop posting.</summary>
    public bool IsForModel { get; init; }

    /// <summary>Lets the model see what is said from now on, until this is disposed.</summary>
    /// <param name="history">Receives it.</param>
    /// <param name="now">The stream's time now.</param>
    public void HearInto(ChatHistory history, Func<TimeSpan> now)
    {
        if (IsForModel && Feed is { } feed)
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
        if (_reader is not null)
            await _reader.OpenAsync(cancellation);
        if (Poster is not null)
            await Poster.StartAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _signal?.Dispose();
        await _end.CancelAsync();
        await _hearing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        if (_reader is not null)
            await _reader.DisposeAsync();
        if (Poster is not null)
            await Poster.DisposeAsync();
    }
}
