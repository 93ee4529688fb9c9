namespace Twitch.Chat;

/// <summary>At most so many posts in any window of time, and never two too close. One account has one limit, however many channels it speaks in.</summary>
/// <param name="most">Posts in a window.</param>
/// <param name="window">The window's length.</param>
/// <param name="gap">Shortest time between two posts; Twitch lets who is no moderator speak once a second.</param>
/// <param name="time">The clock; the system's if absent.</param>
public sealed class SlidingWindowLimit(int most, TimeSpan window, TimeSpan gap, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Queue<long> _taken = [];
    private readonly Lock _lock = new();
    private long _last;

    /// <summary>Takes a place.</summary>
    /// <returns>Zero if it is taken; else how long there is none, and none is taken.</returns>
    public TimeSpan Take()
    {
        lock (_lock)
        {
            long now = _time.GetTimestamp();
            while (_taken.TryPeek(out long oldest) && _time.GetElapsedTime(oldest, now) >= window)
                _taken.Dequeue();
            TimeSpan wait = _taken.Count < most ? TimeSpan.Zero : window - _time.GetElapsedTime(_taken.Peek(), now);
            if (_taken.Count > 0 && gap - _time.GetElapsedTime(_last, now) is var pause && pause > wait)
                wait = pause;
            if (wait > TimeSpan.Zero)
                return wait;
            _taken.Enqueue(now);
            _last = now;
            return TimeSpan.Zero;
        }
    }
}
