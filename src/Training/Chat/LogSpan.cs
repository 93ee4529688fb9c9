using System.Globalization;

namespace Twitch.Training.Chat;

/// <summary>Holds the time that a log covers against the recording's length, and says where they do not fit.</summary>
internal static class LogSpan
{
    private const int FewComments = 20;       // fewer tell nothing about when a chat begins and ends
    private const double ManyOutside = 0.05;

    private static readonly TimeSpan ShortestGap = TimeSpan.FromMinutes(1);

    /// <summary>What a person should know.</summary>
    /// <param name="times">When everything was said on the recording's clock, also outside of it, in any order.</param>
    /// <param name="duration">The recording's length.</param>
    public static IEnumerable<string> Notes(IEnumerable<TimeSpan> times, TimeSpan duration)
    {
        TimeSpan[] all = [.. times.Order()];
        if (all.Length == 0)
            yield break;
        if (Outside(all, duration) is { } outside)
            yield return outside;
        TimeSpan[] inside = [.. all.Where(time => time >= TimeSpan.Zero && time <= duration)];
        if (inside.Length < FewComments)
            yield break;
        // A gap of ten usual ones, a tenth of the recording and a minute is no coincidence.
        TimeSpan usual = (inside[^1] - inside[0]) / (inside.Length - 1);
        TimeSpan gap = new TimeSpan[] { ShortestGap, duration / 10, usual * 10 }.Max();
        if (duration - inside[^1] > gap && all[^1] == inside[^1])
            yield return $"the last comment is at {Clock(inside[^1])}, but the recording goes on to {Clock(duration)}; the log may have been cut: what follows is taken as a time without comments.";
        if (inside[0] > gap && all[0] == inside[0])
            yield return $"the first comment is at {Clock(inside[0])}; if the log begins with the recording, shift it with {ChatLogOptions.OffsetOption}.";
    }

    /// <summary>Why comments lie outside of the recording; null if few do.</summary>
    public static string? Outside(IReadOnlyList<TimeSpan> sorted, TimeSpan duration)
    {
        int count = sorted.Count(time => time < TimeSpan.Zero || time > duration);
        if (count <= ManyOutside * sorted.Count)
            return null;
        (TimeSpan first, TimeSpan last) = (sorted[0], sorted[^1]);
        string what = string.Create(CultureInfo.InvariantCulture, $"{count:N0} of {sorted.Count:N0} comments lie outside the recording: the log runs from {Clock(first)} to {Clock(last)}, the recording to {Clock(duration)}");
        // As much as a log of this recording would cover, but shifted.
        bool shifted = last - first <= duration * 1.1 + ShortestGap && (first < TimeSpan.Zero || last > duration);
        if (!shifted)
            return $"{what}; the log may be of a longer or another broadcast.";
        string shift = (-Math.Floor(first.TotalSeconds)).ToString("0", CultureInfo.InvariantCulture);
        return $"{what}. If the log was cropped like the recording (text does not say so), counts from an earlier start, or has times of day, " +
            $"shift it: {ChatLogOptions.OffsetOption} {shift} puts its first comment at the recording's start.";
    }

    private static string Clock(TimeSpan time) => (time < TimeSpan.Zero ? "-" : "") + StreamTime.Format(TimeSpan.FromSeconds(Math.Floor(time.Duration().TotalSeconds)));
}
