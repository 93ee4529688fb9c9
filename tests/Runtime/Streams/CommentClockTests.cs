using CsCheck;

namespace Twitch.Runtime.Tests;

public sealed class CommentClockTests
{
    private static readonly CommentPace Free = new() { LeastGap = TimeSpan.Zero, Seed = 3 };

    [Theory]
    [InlineData(0.2, 1)]
    [InlineData(3, 1)]
    [InlineData(2, 0.1)]
    public void As_many_comments_are_due_as_the_rate_says(double rate, double scale)
    {
        const int Seconds = 20_000;
        TimeSpan[] due = [.. Moments(new CommentClock(Free with { Scale = scale }, TimeSpan.Zero), Seconds, _ => (float)rate)];

        double expected = rate * scale * Seconds;
        Assert.InRange(due.Length, expected - 4 * Math.Sqrt(expected), expected + 4 * Math.Sqrt(expected));
        // Exponential gaps: mean and deviation are the same.
        double[] gaps = [.. due.Zip(due.Skip(1), (one, next) => (next - one).TotalSeconds)];
        double mean = gaps.Average(), deviation = Math.Sqrt(gaps.Average(gap => (gap - mean) * (gap - mean)));
        Assert.InRange(deviation / mean, 0.9, 1.1);
    }

    [Fact]
    public void Comments_come_where_the_rate_is_high()
    {
        TimeSpan[] due = [.. Moments(new CommentClock(Free, TimeSpan.Zero), 10_000, second => second % 10 < 2 ? 1 : 0.01f)];

        Assert.InRange(due.Count(moment => moment.TotalSeconds % 10 < 2) / (double)due.Length, 0.93, 0.99);    // 2 / 2.08
    }

    [Fact]
    public void The_same_seed_gives_the_same_moments_however_time_is_cut() =>
        Gen.Select(Gen.ULong, Gen.Double[0.01, 5].Array[1, 40]).Sample((seed, steps) =>
        {
            var whole = new CommentClock(Free with { Seed = seed }, TimeSpan.Zero);
            var cut = new CommentClock(Free with { Seed = seed }, TimeSpan.Zero);
            TimeSpan end = TimeSpan.FromSeconds(steps.Sum());

            IReadOnlyList<TimeSpan> expected = whole.Advance(end, 2);
            var found = new List<TimeSpan>();
            TimeSpan now = TimeSpan.Zero;
            foreach (double step in steps)
                found.AddRange(cut.Advance(now += TimeSpan.FromSeconds(step), 2));
            found.AddRange(cut.Advance(end, 2));

            Assert.InRange(found.Count, expected.Count - 1, expected.Count + 1);    // one may lie on the very end
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First.TotalSeconds, pair.Second.TotalSeconds, 1e-5));
        });

    [Fact]
    public void The_least_gap_is_kept()
    {
        TimeSpan[] due = [.. Moments(new CommentClock(Free with { LeastGap = TimeSpan.FromSeconds(4) }, TimeSpan.Zero), 1000, _ => 50)];

        Assert.InRange(due.Length, 240, 250);
        Assert.All(due.Zip(due.Skip(1)), pair => Assert.True(pair.Second - pair.First >= TimeSpan.FromSeconds(4)));
    }

    [Fact]
    public void Nothing_is_due_in_a_stretch_that_was_not_seen_or_twice()
    {
        var clock = new CommentClock(Free, TimeSpan.FromSeconds(100));

        Assert.Empty(clock.Advance(TimeSpan.FromSeconds(50), 1000));
        clock.SkipTo(TimeSpan.FromSeconds(200));
        TimeSpan[] due = [.. clock.Advance(TimeSpan.FromSeconds(210), 2)];

        Assert.NotEmpty(due);
        Assert.All(due, moment => Assert.InRange(moment.TotalSeconds, 200, 210));
        Assert.Empty(clock.Advance(TimeSpan.FromSeconds(210), 1000));
        Assert.Empty(clock.Advance(TimeSpan.FromSeconds(300), float.NaN));
    }

    [Fact]
    public void A_pace_out_of_range_is_wrong_usage()
    {
        var scale = Assert.Throws<TwitchException>(() => new CommentClock(new CommentPace { Scale = 0 }, TimeSpan.Zero));
        var gap = Assert.Throws<TwitchException>(() => new CommentClock(new CommentPace { LeastGap = TimeSpan.FromSeconds(-1) }, TimeSpan.Zero));

        Assert.Equal("--rate-scale is 0; it must be in (0, 100].", scale.Message);
        Assert.Equal((ExitCode.Usage, "--least-gap is -1 s; it must be at least 0."), (gap.ExitCode, gap.Message));
    }

    private static IEnumerable<TimeSpan> Moments(CommentClock clock, int seconds, Func<int, float> rate) =>
        Enumerable.Range(0, seconds).SelectMany(second => clock.Advance(TimeSpan.FromSeconds(second + 1), rate(second)));
}
