namespace Twitch.Media.Uploads;

/// <summary>What decoding a clip of a stranger's may take.</summary>
/// <param name="Length">Longest clip.</param>
/// <param name="Time">Longest time that the decoders may run, each.</param>
/// <param name="MemoryBytes">Most address space of a decoder.</param>
public sealed record UploadLimits(TimeSpan Length, TimeSpan Time, long MemoryBytes)
{
    /// <summary>Two minutes of clip, half a minute of work, 1 GiB.</summary>
    public static UploadLimits Standard { get; } = new(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(30), 1L << 30);
}

/// <summary>A clip that was not decoded because a limit was reached, or because nothing in it can be.</summary>
/// <param name="message">What was found, and what is allowed.</param>
public sealed class ClipRefusedException(string message) : Exception(message);
