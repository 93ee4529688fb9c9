namespace Twitch.Chat;

/// <summary>What was said lately, so that it is not said again.</summary>
/// <param name="window">How long a line is remembered.</param>
/// <param name="time">The clock.</param>
internal sealed class RecentPosts(TimeSpan window, TimeProvider time)
{
    private readonly Queue<(string Line, long At)> _order = [];
    private readonly HashSet<string> _lines = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the line, in any case, was said within the window.</summary>
    public bool Contains(PostText text)
    {
        while (_order.TryPeek(out (string Line, long At) oldest) && time.GetElapsedTime(oldest.At) >= window)
            _lines.Remove(_order.Dequeue().Line);
        return _lines.Contains(text.Value);
    }

    /// <summary>Remembers a line that is said now.</summary>
    public void Add(PostText text)
    {
        if (!Contains(text) && _lines.Add(text.Value))
            _order.Enqueue((text.Value, time.GetTimestamp()));
    }
}
