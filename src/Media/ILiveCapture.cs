namespace Twitch.Media;

/// <summary>A second of a live stream and when it was there.</summary>
/// <param name="Second">Picture and sound, numbered from the opening of the source; valid until the next one is asked for.</param>
/// <param name="Arrived">Timestamp of the capture's clock (<see cref="TimeProvider.GetTimestamp"/>) when its picture was complete.</param>
public readonly record struct LiveSecond(StreamSecond Second, long Arrived);

/// <summary>How a capture came to its end.</summary>
public enum CaptureEnd
{
    /// <summary>It did not yet.</summary>
    None,

    /// <summary>The source said that it ended.</summary>
    Ended,

    /// <summary>The source could not be opened or read.</summary>
    Failed,

    /// <summary>The source brought nothing for too long.</summary>
    Stalled,
}

/// <summary>What was got from a source so far; a snapshot.</summary>
/// <param name="Seconds">Seconds of stream whose picture and sound were complete.</param>
/// <param name="Dropped">Of these, how many nobody took in time.</param>
/// <param name="Waiting">Of these, how many wait to be taken.</param>
/// <param name="SoundDrift">How much the sound has gained on the picture since the beginning, from counted samples and pictures; absent in
/// the first seconds, and for a file that is read as fast as it goes.</param>
/// <param name="ClockDrift">How much the stream has gained on the clock since the beginning; absent as above.</param>
/// <param name="Reading">Processor time of ffmpeg.</param>
/// <param name="Pictures">Processor time of taking pictures and resizing them.</param>
/// <param name="Features">Time in which sound became mel steps.</param>
public sealed record CaptureStatistics(
    long Seconds, long Dropped, int Waiting, TimeSpan? SoundDrift, TimeSpan? ClockDrift, TimeSpan Reading, TimeSpan Pictures, TimeSpan Features);

/// <summary>A source that is being read. One reader at a time; statistics for any thread.</summary>
public interface ILiveCapture : IAsyncDisposable
{
    /// <summary>How it ended; final once <see cref="SecondsAsync"/> has ended.</summary>
    CaptureEnd Ending { get; }

    /// <summary>Why, in words that may be shown; empty while it runs.</summary>
    string Reason { get; }

    /// <summary>Why keyframes cannot stand for the seconds of this source: it has to be opened again to take all pictures. Null as long as they can.</summary>
    string? KeyframeFailure => null;

    /// <summary>The source is a recording after all, as a playlist that is complete: its end is the end.</summary>
    bool IsRecording => false;

    /// <summary>What was got so far.</summary>
    CaptureStatistics Statistics { get; }

    /// <summary>The seconds as they become complete, in order. A number that was left out was dropped.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    IAsyncEnumerable<LiveSecond> SecondsAsync(CancellationToken cancellation = default);
}
