using Twitch.Media;

namespace Twitch.Runtime.Tests;

public class WatchingPartsTests
{
    private static readonly ClipContext Clip = new([0], [0]);

    [Fact]
    public void Waits_are_anything_up_to_a_limit_that_doubles_to_a_minute()
    {
        double[][] runs = [.. Enumerable.Range(0, 500).Select(seed =>
        {
            var backoff = new Backoff(new Random(seed));
            return Enumerable.Range(0, 9).Select(_ => backoff.Next().TotalSeconds).ToArray();
        })];

        double[] limits = [1, 2, 4, 8, 16, 32, 60, 60, 60];
        for (int attempt = 0; attempt < limits.Length; attempt++)
        {
            double[] waits = [.. runs.Select(run => run[attempt])];
            Assert.InRange(waits.Max(), 0.95 * limits[attempt], limits[attempt]);
            Assert.InRange(waits.Min(), 0, 0.05 * limits[attempt]);
            Assert.InRange(waits.Average(), 0.42 * limits[attempt], 0.58 * limits[attempt]);
        }
    }

    [Fact]
    public void Regular_moments_are_whole_multiples_and_a_gap_skips_those_in_it()
    {
        var schedule = new CommentSchedule(TimeSpan.FromSeconds(4), null, windowSeconds: 10);
        schedule.Begin(again: false);

        Assert.Equal([4, 8, 21, 24], ((int[])[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 22, 23, 24]).Where(second => schedule.IsDue(second, TimeSpan.FromSeconds(second), Clip)));
    }

    [Fact]
    public void Quantiles_are_right_within_two_percent()
    {
        var histogram = new TimeHistogram();
        for (int i = 1; i <= 1000; i++)
            histogram.Add(TimeSpan.FromMilliseconds(i / 10.0));

        Quantiles quantiles = histogram.Quantiles;

        Assert.Equal(1000, quantiles.Count);
        Assert.InRange(quantiles.P50.TotalMilliseconds, 50, 51.01);
        Assert.InRange(quantiles.P95.TotalMilliseconds, 95, 96.91);
        Assert.InRange(quantiles.P99.TotalMilliseconds, 99, 100.99);
        Assert.Equal(default, new TimeHistogram().Quantiles);
    }

    [Fact]
    public void Drift_is_what_one_clock_gains_on_another()
    {
        var time = new ManualTime();
        var drift = new DriftMeter(time);
        for (int second = 0; second < 20 + 600; second++)
        {
            drift.Add(second, TimeSpan.FromSeconds(1.001 * second + (second % 2 == 0 ? 0.02 : 0)));
            time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(second < 19, drift.Sound is null);
        }

        // The last mean lies 60 s back, the first one is that of seconds 10 to 19.
        Assert.InRange(drift.Sound!.Value.TotalSeconds, 0.52, 0.57);
        Assert.InRange(drift.Clock!.Value.TotalSeconds, -1e-6, 1e-6);
    }
}
