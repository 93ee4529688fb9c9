using System.Globalization;

namespace Twitch.Training.Chat;

/// <summary>A chat log for a person who decides whether to train on it: the parse report, words, times, a plot, and how much was enough before.</summary>
/// <param name="log">The log as it was read.</param>
internal sealed class ChatSummary(ChatLogResult log)
{
    /// <summary>Comments the sample's training learnt from, the smallest number that was measured to be enough.</summary>
    public const int LeastMeasured = 502;

    /// <summary>Comments the arena's training learnt from (<c>models/README.md</c>).</summary>
    public const int ArenaMeasured = 2054;

    // train holds out a part and leaves a gap before it; what it learns from is about this share of a log.
    private const double LearntShare = 0.8;
    private const int PlotColumns = 60;
    private const string Bars = " ▁▂▃▄▅▆▇█";

    /// <summary>The summary, line by line.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (string line in log.Report.Lines())
            yield return line;

        string[] words = [.. log.Comments.SelectMany(comment => comment.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries))];
        (TimeSpan first, TimeSpan last) = (log.Comments[0].Time, log.Comments[^1].Time);
        yield return string.Create(CultureInfo.InvariantCulture, $"words: {words.Length:N0}, {words.Distinct(StringComparer.OrdinalIgnoreCase).Count():N0} different");
        yield return string.Create(CultureInfo.InvariantCulture, $"times: {Clock(first)} to {Clock(last)}, {log.Comments.Count / Math.Max(1, (last - first).TotalMinutes):0.0} comments a minute");
        foreach (string line in Plot(first, last))
            yield return line;
        yield return Verdict(log.Comments.Count);
    }

    /// <summary>Whether so many comments are enough, by what was measured.</summary>
    public static string Verdict(int kept)
    {
        int learnt = (int)(kept * LearntShare);
        string about = string.Create(CultureInfo.InvariantCulture, $"some {learnt:N0} of these {kept:N0} comments would be learnt, the rest is held out");
        return learnt switch
        {
            < LeastMeasured => string.Create(CultureInfo.InvariantCulture,
                $"too few by what was measured: {about}; the smallest training that beat the frequencies of its own comments learnt {LeastMeasured} (the sample, 9 minutes where ") +
                "every cause is plain). Add recordings of the channel, or lower the filters if they took much.",
            < ArenaMeasured => string.Create(CultureInfo.InvariantCulture,
                $"enough for an easy stream by what was measured: {about}; {LeastMeasured} were enough for the sample, where every cause is plain, and {ArenaMeasured:N0} for the arena, where it is small and brief."),
            _ => string.Create(CultureInfo.InvariantCulture,
                $"enough by what was measured: {about}; the arena, where causes are small and brief, took {ArenaMeasured:N0}. Nothing was measured on a real channel."),
        };
    }

    // Comments per minute, or per some minutes if the log is long: a column each, the highest bar the most.
    private IEnumerable<string> Plot(TimeSpan first, TimeSpan last)
    {
        int start = (int)Math.Floor(first.TotalMinutes), minutes = (int)Math.Floor(last.TotalMinutes) - start + 1;
        int each = (minutes + PlotColumns - 1) / PlotColumns;
        int[] counts = new int[(minutes + each - 1) / each];
        foreach (ChatComment comment in log.Comments)
            counts[((int)Math.Floor(comment.Time.TotalMinutes) - start) / each]++;
        int most = counts.Max();
        yield return string.Create(CultureInfo.InvariantCulture, $"comments per {(each == 1 ? "minute" : $"{each} minutes")}, at most {most:N0}:");
        yield return "  " + string.Concat(counts.Select(count => Bars[count == 0 ? 0 : 1 + (count * (Bars.Length - 1) - 1) / most]));
        string end = Clock(TimeSpan.FromMinutes(start + minutes));
        yield return "  " + Clock(TimeSpan.FromMinutes(start)).PadRight(Math.Max(1, counts.Length - end.Length)) + " " + end;
    }

    private static string Clock(TimeSpan time) => StreamTime.Format(TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds)));
}
