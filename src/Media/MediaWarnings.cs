using static Twitch.Media.MediaReport;

namespace Twitch.Media;

/// <summary>Says in words what a recording lacks.</summary>
internal static class MediaWarnings
{
    /// <summary>Tracks of one recording seldom end within the same frame; less than this is no loss.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(1.5);

    /// <summary>Everything that a person should know of a recording that was read.</summary>
    /// <param name="media">Its files.</param>
    /// <param name="read">What was found in reading.</param>
    /// <param name="ended">It was read to its end.</param>
    public static IEnumerable<string> Of(InspectedMedia media, ReadMedia read, bool ended)
    {
        string video = media.Source.Video, audio = media.Source.Audio ?? video;
        foreach (string note in media.Notes)
            yield return note;
        if (ended)
        {
            TimeSpan got = read.Picture > read.Sound ? read.Picture : read.Sound;
            if (media.Length is { } length && length - got > Tolerance)
                yield return $"{video}: truncated at {Clock(got)} of {Clock(length)}; what is there is used.";
            else if (media.Length is null)
                yield return $"{video}: states no length; {Clock(got)} were read, and whether that is all cannot be checked.";
            if (media.Video.HasVideo && got - read.Picture > Tolerance)
                yield return $"{video}: the picture ends at {Clock(read.Picture)} of {Clock(got)}; its last frame stands for the rest.";
            if (media.Sound.HasAudio && got - read.Sound > Tolerance)
                yield return $"{audio}: the sound ends at {Clock(read.Sound)} of {Clock(got)}; the rest is silent.";
        }
        foreach (ClockJump jump in read.Jumps.Take(3))
            yield return $"{video}: {Describe(jump)}";
        if (read.Jumps.Count > 3)
            yield return $"{video}: its clock jumps at {read.Jumps.Count - 3} more places.";
        if (read.LeftOut > 0)
            yield return $"{video}: {read.LeftOut} pictures or pieces of sound are stamped with a time far off; they are left out.";
        if (read.Damage.Count > 0)
            yield return $"{video}: the picture is damaged at {Clock(read.Damage[0])}{(read.Damage.Count > 1 ? $" and {read.Damage.Count - 1} more places" : "")}; the last good frame stands there.";
        foreach ((string track, string path, Complaint[] complaints) in Grouped(read.Complaints, video, audio))
            yield return $"{path}: ffmpeg says of the {track}: {complaints[0].Text}{(complaints.Length > 1 ? $" (and {complaints.Length - 1} lines more)" : "")}";
    }

    private static IEnumerable<(string Track, string Path, Complaint[] Complaints)> Grouped(IReadOnlyList<Complaint> complaints, string video, string audio)
    {
        foreach (IGrouping<MediaTrack?, Complaint> group in complaints.GroupBy(complaint => complaint.Track))
        {
            yield return group.Key switch
            {
                MediaTrack.Picture => ("picture", video, [.. group]),
                MediaTrack.Sound => ("sound", audio, [.. group]),
                _ => ("file", video, [.. group]),
            };
        }
    }

    private static string Describe(ClockJump jump) => jump.Gap > Tolerance
        ? $"a piece of {Clock(jump.Gap)} is missing at {Clock(jump.At)}; the picture stands still there, and the sound is silent."
        : $"its clock jumps {(jump.By < TimeSpan.Zero ? "back" : "ahead")} by {Clock(jump.By.Duration())} at {Clock(jump.At)}; what follows goes on from there.";
}

/// <summary>What was found in reading a recording.</summary>
/// <param name="Picture">How far the picture goes.</param>
/// <param name="Sound">How far the sound goes.</param>
/// <param name="Jumps">Where its clock jumped.</param>
/// <param name="LeftOut">Pictures and pieces of sound that are stamped wrong.</param>
/// <param name="Damage">Where the picture's decoder stumbled.</param>
/// <param name="Complaints">What ffmpeg complains of.</param>
internal sealed record ReadMedia(
    TimeSpan Picture, TimeSpan Sound, IReadOnlyList<ClockJump> Jumps, int LeftOut, IReadOnlyList<TimeSpan> Damage, IReadOnlyList<Complaint> Complaints);
