using static Twitch.Media.MediaReport;

namespace Twitch.Media;

/// <summary>Says in words what a recording lacks.</summary>
internal static class MediaWarnings
{
    /// <summary>Tracks of one recording seldom end within the same frame; less than this is no loss.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1.5);

    public static IEnumerable<string> Of(MediaSource source, TimeSpan? promised, PictureReader? pictures, TimeSpan seen, SoundReader? sound, TimeSpan heard)
    {
        if (pictures is null)
            yield return $"{source.Video}: has no picture; every frame is black.";
        if (sound is null)
            yield return $"{source.Video}: has no sound; silence takes its place.";

        TimeSpan got = seen > heard ? seen : heard;
        if (promised is { } length && length - got > Tolerance)
            yield return $"{source.Video}: truncated at {Clock(got)} of {Clock(length)}; what is there is used.";
        if (pictures is not null && got - seen > Tolerance)
            yield return $"{source.Video}: the picture ends at {Clock(seen)} of {Clock(got)}; its last frame stands for the rest.";
        if (sound is not null && got - heard > Tolerance)
            yield return $"{source.Audio ?? source.Video}: the sound ends at {Clock(heard)} of {Clock(got)}; the rest is silent.";

        if (pictures?.Damage is { Count: > 0 } damage)
            yield return $"{source.Video}: the picture is damaged at {Clock(damage[0])}{(damage.Count > 1 ? $" and {damage.Count - 1} more places" : "")}; the last good frame stands there.";
        if (sound?.Complaints is { Count: > 0 } complaints)
            yield return $"{source.Audio ?? source.Video}: ffmpeg says of the sound: {complaints[0]}{(complaints.Count > 1 ? $" (and {complaints.Count - 1} lines more)" : "")}";
    }
}
