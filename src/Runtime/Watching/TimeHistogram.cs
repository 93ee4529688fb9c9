namespace Twitch.Runtime;

/// <summary>Counts times in classes of 2 % width, from 1 µs to an hour: quantiles of a run of any length in the same few kilobytes.</summary>
internal sealed class TimeHistogram
{
    private const double Width = 1.02;
    private static readonly double LogWidth = Math.Log(Width);
    private readonly long[] _counts = new long[(int)Math.Ceiling(Math.Log(3600e6) / LogWidth) + 1];
    private long _count;

    /// <summary>Counts a time.</summary>
    public void Add(TimeSpan time)
    {
        double microseconds = Math.Max(1, time.TotalMicroseconds);
        lock (_counts)
        {
            _counts[Math.Min(_counts.Length - 1, (int)Math.Ceiling(Math.Log(microseconds) / LogWidth))]++;
            _count++;
        }
    }

    /// <summary>The middle and the tail, each at most 2 % too long.</summary>
    public Quantiles Quantiles
    {
        get
        {
            lock (_counts)
                return new Quantiles(_count, At(0.5), At(0.95), At(0.99));
        }
    }

    private TimeSpan At(double share)
    {
        if (_count == 0)
            return default;
        long wanted = (long)Math.Ceiling(share * _count), passed = 0;
        int at = 0;
        while ((passed += _counts[at]) < wanted)
            at++;
        return TimeSpan.FromMicroseconds(Math.Pow(Width, at));
    }
}
