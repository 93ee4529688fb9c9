namespace Twitch.Training.Evaluating;

/// <summary>Which other moment's window stands in for a comment's own, so that the loss shows what a network draws from it.</summary>
public static class ExchangedWindows
{
    /// <summary>For each moment another one of the same recording, drawn at random among those whose window lies at least a window's
    /// length from its own: what is seen and heard there has nothing to do with the comment. In a part too short for that, the
    /// farthest one, if the two windows share nothing.</summary>
    /// <param name="moments">Recording and time of each comment.</param>
    /// <param name="windowSeconds">Length of a window.</param>
    /// <param name="seed">Of the draws.</param>
    /// <returns>Index of the other moment of each.</returns>
    /// <exception cref="TwitchException">A moment has no other that is far enough.</exception>
    public static int[] Partners(IReadOnlyList<(int Stream, TimeSpan Time)> moments, double windowSeconds, long seed)
    {
        TimeSpan apart = TimeSpan.FromSeconds(2 * windowSeconds);    // a window, and a window's length between the two
        var random = new SplitMix64(SplitMix64.Mix(seed, 0));
        var partners = new int[moments.Count];
        foreach (IGrouping<int, int> stream in Enumerable.Range(0, moments.Count).GroupBy(i => moments[i].Stream))
        {
            int[] ordered = [.. stream.OrderBy(i => moments[i].Time)];
            TimeSpan[] times = [.. ordered.Select(i => moments[i].Time)];
            foreach (int i in stream)
            {
                // Those far enough are the first ones and the last ones.
                int before = First(times, time => time > moments[i].Time - apart), after = First(times, time => time >= moments[i].Time + apart);
                int count = before + times.Length - after;
                if (count == 0)
                {
                    partners[i] = Farthest(ordered, moments, moments[i].Time, apart / 2);
                    continue;
                }
                int drawn = (int)(random.Next() % (ulong)count);
                partners[i] = ordered[drawn < before ? drawn : drawn - before + after];
            }
        }
        return partners;
    }

    /// <summary>The frames of one window and the mel steps of another.</summary>
    public static ClipWindow Join(ClipWindow seen, ClipWindow heard) => new(seen.FirstFrame, seen.FrameCount, heard.FirstStep, heard.StepCount);

    private static int Farthest(int[] ordered, IReadOnlyList<(int Stream, TimeSpan Time)> moments, TimeSpan time, TimeSpan least)
    {
        int farthest = time - moments[ordered[0]].Time > moments[ordered[^1]].Time - time ? ordered[0] : ordered[^1];
        return (moments[farthest].Time - time).Duration() >= least
            ? farthest
            : throw new TwitchException($"no comment lies {least.TotalSeconds} s from the one at {StreamTime.Format(time)}, so that its window could be exchanged; evaluate on a longer part of the recording.");
    }

    private static int First(TimeSpan[] ordered, Func<TimeSpan, bool> holds)
    {
        int low = 0, high = ordered.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = holds(ordered[middle]) ? (low, middle) : (middle + 1, high);
        }
        return low;
    }
}
