using System.Globalization;

namespace Twitch.Media;

/// <summary>How a source is read as it happens. Immutable; change it with <c>with</c>.</summary>
public sealed record LiveCaptureOptions
{
    /// <summary>Plays a file at its own speed; without it, a file is read as fast as its seconds are taken.</summary>
    public bool Realtime { get; init; }

    /// <summary>Which pictures stand for the seconds. Keyframes become exact where they turn out to come too seldom, or not at all, and for what cannot be
    /// opened twice.</summary>
    public FrameSampling Sampling { get; init; }

    /// <summary>The first second of a file that is given; what comes before it is decoded and left out.</summary>
    public int FirstSecond { get; init; }

    /// <summary>Plays a file again and again, on one clock.</summary>
    public bool Loop { get; init; }

    /// <summary>Seconds of stream that may wait to be taken, at least 2. A live source that is ahead of its reader by more loses the oldest.</summary>
    public int BufferSeconds { get; init; } = 10;

    /// <summary>How long a source that has begun may bring nothing before it counts as stalled.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a source may take to bring its first second.</summary>
    public TimeSpan Opening { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How far sound and picture wait for each other before silence, or the last picture, stands for the one that is late.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Address space that ffmpeg may take, in bytes; absent: as much as it wants.</summary>
    public long? FfmpegMemory { get; init; }

    /// <summary>Where http and https connections are made; absent: ffmpeg makes them itself. ffmpeg speaks nothing but plain http to it, with https addresses
    /// marked (<see cref="HttpsMark"/>). Of what comes this way, only ordinary containers and HLS are read: formats that make connections of their own would go past it.</summary>
    public Uri? HttpProxy { get; init; }

    /// <summary>Reads files as containers alone, whatever their names end with: a playlist leads to other files.</summary>
    public bool ContainersOnly { get; init; }

    /// <summary>Checks every option against its range; messages use the command line's names.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public LiveCaptureOptions Validate()
    {
        if (BufferSeconds is < 2 or > 600)
            throw new TwitchException($"--buffer is {BufferSeconds} s; it must be in [2, 600].", ExitCode.Usage);
        foreach ((string name, TimeSpan time) in ((string, TimeSpan)[])[("--stall", Stall), ("--opening", Opening)])
        {
            if (time.TotalSeconds is < 1 or > 3600)
                throw new TwitchException(string.Create(CultureInfo.InvariantCulture, $"{name} is {time.TotalSeconds} s; it must be in [1, 3600]."), ExitCode.Usage);
        }
        return this;
    }
}
