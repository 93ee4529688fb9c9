using Twitch.Training.Evaluating;

namespace Twitch.Training.Tests;

public class RankingTests
{
    private static readonly ClipWindow Window = new(0, 1, 0, 1);

    [Fact]
    public void Equal_scores_count_by_expectation()
    {
        Standing standing = Standing.Of([3, 1, 2, 2, 2, 0], truth: 2);    // second, third or fourth

        Assert.Equal(new Standing(Above: 1, Equal: 2), standing);
        Assert.Equal(3, standing.Rank);
        Assert.Equal((1 / 2.0 + 1 / 3.0 + 1 / 4.0) / 3, standing.ReciprocalRank, 1e-12);
        Assert.Equal((0, 1 / 3.0, 2 / 3.0, 1.0, 1.0), (standing.Recall(1), standing.Recall(2), standing.Recall(3), standing.Recall(4), standing.Recall(10)));
    }

    [Fact]
    public void A_hundred_equal_scores_are_chance()
    {
        Standing standing = Standing.Of(new double[100], truth: 7);

        Assert.Equal((50.5, 0.01, 0.1), (standing.Rank, standing.Recall(1), standing.Recall(10)));
    }

    [Fact]
    public void Errors_are_told_apart_by_kind()
    {
        CandidateKind[] kinds = [CandidateKind.Truth, CandidateKind.Popular, CandidateKind.Plausible, CandidateKind.Random];
        CandidateSet[] sets = [.. Enumerable.Range(0, 4).Select(i => new CandidateSet(0, TimeSpan.FromSeconds(i), Window, ["a", "b", "c", "d"], 0, kinds))];
        double[][] scores = [[9, 1, 2, 3], [1, 9, 0, 0], [1, 9, 9, 0], [1, 0, 0, 1]];

        RetrievalScores measured = Retrieval.Measure(sets, scores, new BlockBootstrap([.. sets.Select(set => (set.Stream, set.Time))], TimeSpan.FromSeconds(1), seed: 1));

        Assert.Equal(new KindShares(Truth: 0.375, Popular: 0.375, Plausible: 0.125, Random: 0.125), measured.RankedFirst);
        Assert.Equal(new KindShares(Truth: 0, Popular: 0.5, Plausible: 0.25, Random: 0.125), measured.RankedAbove);
        Assert.Equal((1 + 2 + 3 + 1.5) / 4, measured.MeanRank.Value);
        Assert.Equal((1 + 0 + 0 + 0.5) / 4, measured.RecallAt1.Value);
        Assert.Equal(1, measured.RecallAt5.Value);
    }

    [Fact]
    public void An_interval_holds_the_figure_and_grows_when_whole_blocks_differ()
    {
        (int, TimeSpan)[] moments = [.. Enumerable.Range(0, 400).Select(i => (0, TimeSpan.FromSeconds(i)))];
        var bootstrap = new BlockBootstrap(moments, TimeSpan.FromSeconds(20), seed: 3);

        Interval same = bootstrap.Ratio([.. moments.Select(_ => 2.0)]);
        Interval mixed = bootstrap.Ratio([.. moments.Select((_, i) => (double)(i % 2))]);
        Interval blocks = bootstrap.Ratio([.. moments.Select((_, i) => (double)(i / 20 % 2))]);

        Assert.Equal(new Interval(2, 2, 2), same);
        Assert.Equal(new Interval(0.5, 0.5, 0.5), mixed);    // every block is alike
        Assert.Equal(0.5, blocks.Value);
        // 20 blocks of 0 or 1: the standard error is 0.5 / √20 = 0.112.
        Assert.InRange(blocks.High - blocks.Low, 3.2 * 0.112, 4.6 * 0.112);
    }

    [Fact]
    public void A_ratio_weighs_comments()
    {
        var bootstrap = new BlockBootstrap([(0, TimeSpan.Zero), (1, TimeSpan.Zero)], TimeSpan.FromSeconds(5), seed: 1);

        Interval ratio = bootstrap.Ratio([6, 1], [2, 1]);

        Assert.Equal(new Interval(7 / 3.0, 1, 3), ratio);    // of both, of the second alone, of the first alone
    }

    [Fact]
    public void Exchanged_windows_are_a_window_away_and_of_the_same_recording()
    {
        (int Stream, TimeSpan Time)[] moments = [.. Enumerable.Range(0, 200).Select(i => (i % 2, TimeSpan.FromSeconds(0.4 * i)))];

        int[] partners = ExchangedWindows.Partners(moments, windowSeconds: 10, seed: 5);

        for (int i = 0; i < moments.Length; i++)
        {
            Assert.Equal(moments[i].Stream, moments[partners[i]].Stream);
            Assert.True((moments[i].Time - moments[partners[i]].Time).Duration() >= TimeSpan.FromSeconds(20));
        }
        Assert.Equal(partners, ExchangedWindows.Partners(moments, 10, seed: 5));
        Assert.NotEqual(partners, ExchangedWindows.Partners(moments, 10, seed: 6));
        Assert.InRange(partners.Distinct().Count(), 80, 200);
    }

    [Fact]
    public void In_a_short_part_the_farthest_window_stands_in()
    {
        (int, TimeSpan)[] moments = [.. Enumerable.Range(0, 25).Select(i => (0, TimeSpan.FromSeconds(i)))];

        int[] partners = ExchangedWindows.Partners(moments, windowSeconds: 10, seed: 1);

        Assert.Equal((24, 0), (partners[10], partners[14]));    // 14 s away; none lies 20 s away
        Assert.InRange(partners[0], 20, 24);
    }

    [Fact]
    public void A_part_too_short_to_exchange_windows_is_refused()
    {
        var e = Assert.Throws<TwitchException>(() => ExchangedWindows.Partners([(0, TimeSpan.Zero), (0, TimeSpan.FromSeconds(9.9))], windowSeconds: 10, seed: 1));

        Assert.Equal("no comment lies 10 s from the one at 0:00:00, so that its window could be exchanged; evaluate on a longer part of the recording.", e.Message);
    }
}
