namespace Twitch.Runtime;

/// <summary>What a watcher has done so far; a snapshot.</summary>
/// <param name="Connected">The source brings seconds now.</param>
/// <param name="Elapsed">Time since the run began.</param>
/// <param name="Seconds">Seconds of stream that were encoded.</param>
/// <param name="Comments">Comments made.</param>
/// <param name="Tokens">Tokens drawn.</param>
/// <param name="Dropped">Seconds of stream that were dropped because the reader was late.</param>
/// <param name="Reconnects">How often the source came back.</param>
/// <param name="Waiting">Seconds of stream that wait to be encoded.</param>
/// <param name="SoundDrift">How much the sound has gained on the picture in this connection; absent at first, and for a file that is read as fast as it goes.</param>
/// <param name="ClockDrift">How much the stream has gained on the clock in this connection; absent as above.</param>
/// <param name="FirstToken">From the newest picture to the first token.</param>
/// <param name="Work">Where the time went.</param>
public sealed record WatchStatistics(
    bool Connected, TimeSpan Elapsed, long Seconds, long Comments, long Tokens, long Dropped, int Reconnects, int Waiting,
    TimeSpan? SoundDrift, TimeSpan? ClockDrift, Quantiles FirstToken, WatchWork Work)
{
    /// <summary>Seconds of stream per second of time: 1 for what is live, more for a file that is read as fast as it goes.</summary>
    public double RealTimeFactor => Seconds / Math.Max(1e-3, Elapsed.TotalSeconds);
}

/// <summary>Time that watching took, by what it was for.</summary>
/// <param name="Reading">Processor time of ffmpeg, which reads the source and decodes it.</param>
/// <param name="Pictures">Processor time of taking pictures and resizing them.</param>
/// <param name="Features">Time in which sound became mel steps.</param>
/// <param name="Encoding">Time of both encoders and the fusion.</param>
/// <param name="Decoding">Time of writing comments, with waiting for others of the batch.</param>
public sealed record WatchWork(TimeSpan Reading, TimeSpan Pictures, TimeSpan Features, TimeSpan Encoding, TimeSpan Decoding)
{
    /// <summary>All of it.</summary>
    public TimeSpan Total => Reading + Pictures + Features + Encoding + Decoding;
}

/// <summary>The middle and the tail of some times; zero where there are none.</summary>
/// <param name="Count">How many times.</param>
/// <param name="P50">Half of them are not above it.</param>
/// <param name="P95">95 of 100 are not above it.</param>
/// <param name="P99">99 of 100 are not above it.</param>
public readonly record struct Quantiles(long Count, TimeSpan P50, TimeSpan P95, TimeSpan P99);
