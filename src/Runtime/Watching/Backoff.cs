namespace Twitch.Runtime;

/// <summary>How long to wait before a lost source is opened again: at most 1, 2, 4 … 60 s, and anything between nothing and that ("full
/// jitter"), so that many who lost the same source do not come back together.</summary>
/// <param name="random">Draws the waits.</param>
public sealed class Backoff(Random random)
{
    private const double FirstSeconds = 1, MostSeconds = 60;

    /// <summary>Waits since the last <see cref="Reset"/>.</summary>
    public int Attempts { get; private set; }

    /// <summary>The next wait.</summary>
    public TimeSpan Next()
    {
        double most = Math.Min(MostSeconds, FirstSeconds * Math.Pow(2, Attempts++));
        return TimeSpan.FromSeconds(random.NextDouble() * most);
    }

    /// <summary>The source is well again.</summary>
    public void Reset() => Attempts = 0;
}
