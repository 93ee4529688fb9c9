namespace Twitch.Chat.Irc;

/// <summary>How long to wait before connecting again: 0, 1, 2, 4, 8, 8, … seconds.</summary>
internal sealed class Backoff
{
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(8);

    private TimeSpan _next;

    /// <summary>The wait before the next attempt; each is longer than the one before.</summary>
    public TimeSpan Next()
    {
        TimeSpan wait = _next;
        _next = wait == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : wait * 2 > _longest ? _longest : wait * 2;
        return wait;
    }

    /// <summary>Begins anew. Only for a connection that held: one that is lost at once would be made anew at once, for ever.</summary>
    public void Reset() => _next = TimeSpan.Zero;
}
