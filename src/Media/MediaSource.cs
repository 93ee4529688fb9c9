using System.Text.Json.Serialization;

namespace Twitch.Media;

/// <summary>What a stream was recorded into.</summary>
/// <param name="Video">A file with the picture, and with the sound unless <paramref name="Audio"/> has it.</param>
/// <param name="Audio">A file with the sound (WAV, FLAC, MP3, …) that begins when the video does; absent if the video has it.</param>
public sealed record MediaSource(string Video, string? Audio = null);

/// <summary>One second of a stream: the picture at its beginning, and the sound that ended by then and was not given before.</summary>
/// <param name="Index">Which second; the picture is the last one shown at or before it.</param>
/// <param name="Frame">Pixels, [height, width, 3] RGB; valid until the next second is asked for.</param>
/// <param name="FirstStep">Index of the first mel step.</param>
/// <param name="Mel">Log-mel, [steps, n_mels]; valid until the next second is asked for. The last second of a recording brings
/// all steps that are left.</param>
public readonly record struct StreamSecond(int Index, ReadOnlyMemory<byte> Frame, long FirstStep, ReadOnlyMemory<float> Mel);

/// <summary>What was got from a recording, compared with what its container promises.</summary>
/// <param name="Promised">Length that the container states; absent if it states none.</param>
/// <param name="Picture">How far the picture goes; zero if there is none.</param>
/// <param name="Sound">How far the sound goes; zero if there is none.</param>
/// <param name="FramesDecoded">Pictures decoded on the way.</param>
/// <param name="Work">Time it took.</param>
/// <param name="Read">Length of stream that was read in that time.</param>
/// <param name="Warnings">What a person should know: tracks that are missing or end early, damage.</param>
public sealed record MediaReport(
    TimeSpan? Promised, TimeSpan Picture, TimeSpan Sound, long FramesDecoded, TimeSpan Work, TimeSpan Read, IReadOnlyList<string> Warnings)
{
    /// <summary>Where the picture was found damaged, since the start of the stream.</summary>
    [JsonIgnore]
    public IReadOnlyList<TimeSpan> Damage { get; init; } = [];

    /// <summary>Speed, in minutes of stream per second of work.</summary>
    public double MinutesPerSecond => Read.TotalMinutes / Math.Max(1e-3, Work.TotalSeconds);

    internal static string Clock(TimeSpan time) => $"{(int)time.TotalHours}:{time:mm\\:ss}";
}
