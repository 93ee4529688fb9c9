using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace Twitch.Chat.Tests;

/// <summary>A clock that stands still until told, and that knows which timers are set: a test waits for one instead of sleeping.</summary>
internal sealed class TestClock : FakeTimeProvider
{
    private readonly Channel<WatchedTimer> _set = Channel.CreateUnbounded<WatchedTimer>();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new WatchedTimer(base.CreateTimer(callback, state, dueTime, period), dueTime);
        _set.Writer.TryWrite(timer);
        return timer;
    }

    /// <summary>Waits until somebody waits for this long, then lets the time pass.</summary>
    public async Task PassAsync(TimeSpan due)
    {
        while (await _set.Reader.ReadAsync(Patience.Token) is var timer && (timer.Due != due || timer.IsOver))
        {
        }
        Advance(due);
    }

    private sealed class WatchedTimer(ITimer timer, TimeSpan due) : ITimer
    {
        public TimeSpan Due => due;

        public volatile bool IsOver;

        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

        public void Dispose()
        {
            IsOver = true;
            timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            IsOver = true;
            return timer.DisposeAsync();
        }
    }
}
