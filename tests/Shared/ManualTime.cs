namespace Twitch.Tests.Shared;

/// <summary>A clock that moves only when it is told to, or past every wait at once.</summary>
internal sealed class ManualTime(bool skipsWaits = false) : TimeProvider
{
    private readonly List<Wait> _waits = [];
    private long _now;

    /// <summary>Every wait that was begun, in order.</summary>
    public List<TimeSpan> Begun { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var wait = new Wait(this, () => callback(state), GetTimestamp() + dueTime.Ticks);
        lock (_waits)
        {
            Begun.Add(dueTime);
            _waits.Add(wait);
        }
        if (skipsWaits)
            Task.Run(() => Advance(dueTime));
        return wait;
    }

    public void Advance(TimeSpan time)
    {
        long now = Interlocked.Add(ref _now, time.Ticks);
        Wait[] due;
        lock (_waits)
        {
            due = [.. _waits.Where(wait => wait.Due <= now)];
            _waits.RemoveAll(wait => wait.Due <= now);
        }
        foreach (Wait wait in due)
            wait.Fire();
    }

    private sealed class Wait(ManualTime clock, Action fire, long due) : ITimer
    {
        public long Due => due;

        public Action Fire => fire;

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            lock (clock._waits)
                clock._waits.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
