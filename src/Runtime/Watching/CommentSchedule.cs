namespace Twitch.Runtime;

/// <summary>Says at which seconds a comment is due: at regular ones, or when a head of the model says so.</summary>
/// <param name="every">Time between two comments, whole seconds.</param>
/// <param name="due">Decides instead, if given.</param>
/// <param name="windowSeconds">Seconds after a reconnect by which a comment is due in any case.</param>
internal sealed class CommentSchedule(TimeSpan every, CommentDue? due, int windowSeconds)
{
    private readonly int _every = (int)every.TotalSeconds;
    private int _next;
    private bool _backAgain;    // nothing was said since the source came back

    /// <summary>The source begins with a second 0.</summary>
    /// <param name="again">It was lost before.</param>
    public void Begin(bool again)
    {
        _backAgain = again;
        _next = again ? Math.Min(_every, windowSeconds) : _every;
    }

    /// <summary>Whether a comment is due; asked once for every second.</summary>
    /// <param name="second">Since the source began or came back.</param>
    /// <param name="time">The same second on the stream's clock.</param>
    /// <param name="clip">The window that ends there.</param>
    public bool IsDue(int second, TimeSpan time, ClipContext clip)
    {
        bool now = due?.Invoke(time, clip) ?? second >= _next;
        now |= _backAgain && second >= windowSeconds;
        if (!now)
            return false;
        _backAgain = false;
        while (_next <= second)
            _next += _every;
        return true;
    }
}
