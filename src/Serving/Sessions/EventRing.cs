namespace Twitch.Serving.Sessions;

/// <summary>Something that subscribers are told.</summary>
/// <param name="Id">Its number, one more than that before.</param>
/// <param name="Name">What it is.</param>
/// <param name="Data">JSON on one line.</param>
internal readonly record struct SessionEvent(long Id, string Name, byte[] Data);

/// <summary>The last events of a session. Every subscriber has a place in it and nothing else, so one that reads slowly costs no memory: when the
/// ring goes over what it has not read, it is told how much it missed.</summary>
internal sealed class EventRing(int capacity)
{
    private readonly Lock _gate = new();
    private readonly SessionEvent[] _events = new SessionEvent[capacity];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _next = 1;
    private bool _complete;

    /// <summary>Number of the newest event; 0 before the first.</summary>
    public long Last
    {
        get
        {
            lock (_gate)
                return _next - 1;
        }
    }

    public void Append(string name, byte[] data)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            if (_complete)
                return;
            _events[_next % capacity] = new SessionEvent(_next, name, data);
            _next++;
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }
        changed.SetResult();
    }

    /// <summary>No event follows.</summary>
    public void Complete()
    {
        lock (_gate)
            _complete = true;
        _changed.TrySetResult();
    }

    /// <summary>Reads the event after a place.</summary>
    /// <param name="place">Number of the event that was read last; moves on.</param>
    /// <param name="next">The event.</param>
    /// <param name="missed">How many between the two are gone.</param>
    public bool TryRead(ref long place, out SessionEvent next, out long missed)
    {
        lock (_gate)
        {
            long oldest = Math.Max(1, _next - capacity), wanted = Math.Max(place + 1, oldest);
            missed = wanted - place - 1;
            next = default;
            if (wanted >= _next)
                return false;
            next = _events[wanted % capacity];
            place = wanted;
            return true;
        }
    }

    /// <summary>Ends when an event after a place is there, or none will be.</summary>
    public (Task Changed, bool Complete) WaitAfter(long place)
    {
        lock (_gate)
            return (_next - 1 > place || _complete ? Task.CompletedTask : _changed.Task, _complete && _next - 1 <= place);
    }
}
