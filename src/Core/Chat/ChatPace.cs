namespace Twitch;

/// <summary>How lively a chat was just before a moment.</summary>
/// <param name="LastSeconds">ln(1 + comments in the <see cref="Seconds"/> seconds before it).</param>
/// <param name="LastMinute">ln(1 + comments in the minute before it), as many as there would be in a whole minute where the chat is younger.</param>
public readonly record struct ChatPace(float LastSeconds, float LastMinute)
{
    /// <summary>Length of the shorter stretch, in seconds: that of a reaction.</summary>
    public const int Seconds = 5;

    /// <summary>Numbers of a pace.</summary>
    public const int Count = 2;

    /// <summary>In the place of both numbers where no chat is known: none can be below 0.</summary>
    public const float Unknown = -1;

    private const int Minute = 60;

    /// <summary>Both numbers, or <see cref="Unknown"/> twice.</summary>
    public static float[] Numbers(ChatPace? pace) => pace is { } known ? [known.LastSeconds, known.LastMinute] : [Unknown, Unknown];

    /// <summary>The pace before a moment; a comment of the moment itself does not count.</summary>
    /// <param name="time">The moment, since the start of the stream.</param>
    /// <param name="comments">In order of time.</param>
    public static ChatPace Before(TimeSpan time, IReadOnlyList<PastComment> comments)
    {
        int end = ChatWindow.CountBefore(time, comments);
        double known = Math.Clamp(time.TotalSeconds, Seconds, Minute);
        int seconds = end - ChatWindow.CountBefore(time - TimeSpan.FromSeconds(Seconds), comments);
        int minute = end - ChatWindow.CountBefore(time - TimeSpan.FromSeconds(Minute), comments);
        return new((float)Math.Log(1 + seconds), (float)Math.Log(1 + minute * Minute / known));
    }
}
