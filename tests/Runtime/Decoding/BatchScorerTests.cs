namespace Twitch.Runtime.Tests;

public sealed class BatchScorerTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>
{
    private readonly CommentModel _model = opened.Model;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(512)]
    public void A_batch_scores_each_comment_as_if_it_were_alone(int capacity)
    {
        ClipComments[] windows = Windows();
        using BatchScorer scorer = _model.CreateBatchScorer(capacity);

        double[][] scores = Score(scorer, windows);

        for (int i = 0; i < windows.Length; i++)
        {
            Assert.Equal(windows[i].Comments.Count, scores[i].Length);
            for (int j = 0; j < scores[i].Length; j++)
                Assert.Equal(_model.Score(windows[i].Clip, windows[i].Comments[j]).Sum(value => (double)value), scores[i][j], 1e-5);
        }
    }

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        using CommentModel other = CommentModel.Open(_model.Bundle.Folder, new RuntimeOptions { IntraOpThreads = 2 });
        using BatchScorer one = _model.CreateBatchScorer(), two = other.CreateBatchScorer();

        double[] expected = [.. Score(one, Windows()).SelectMany(scores => scores)], actual = [.. Score(two, Windows()).SelectMany(scores => scores)];

        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5);
    }

    [Fact]
    public void A_scorer_can_be_used_again_and_gives_the_same()
    {
        using BatchScorer scorer = _model.CreateBatchScorer(16);

        Assert.Equal(Score(scorer, Windows()), Score(scorer, Windows()));
    }

    [Fact]
    public void Nothing_to_score_has_no_loss()
    {
        using BatchScorer scorer = _model.CreateBatchScorer();
        ClipContext clip = Windows()[0].Clip;

        double[][] scores = Score(scorer, [new ClipComments(clip, [[Vocabulary.Start]]), new ClipComments(clip, [])]);

        Assert.Equal([0.0], scores[0]);
        Assert.Empty(scores[1]);
    }

    [Fact]
    public void A_batch_that_is_cancelled_leaves_nothing_behind()
    {
        using BatchScorer scorer = _model.CreateBatchScorer();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.Throws<OperationCanceledException>(() => scorer.Score(Windows(), cancelled.Token));

        using BatchScorer fresh = _model.CreateBatchScorer();
        Assert.Equal(Score(fresh, Windows()), Score(scorer, Windows()));
    }

    private static double[][] Score(BatchScorer scorer, ClipComments[] windows) => scorer.Score(windows, TestContext.Current.CancellationToken);

    // Comments of 1 to 6 words, with common beginnings and repetitions.
    private ClipComments[] Windows()
    {
        var random = new Random(4);
        ClipContext[] clips = [.. Enumerable.Range(0, 5).Select(_ => new ClipContext(Draw(), Draw()))];
        return [.. clips.Append(clips[0]).Select(clip => new ClipComments(clip, [.. Enumerable.Range(0, 9).Select(_ =>
            (int[])[Vocabulary.Start, .. Enumerable.Range(0, random.Next(7)).Select(_ => random.Next(4, 7)), Vocabulary.End])]))];

        float[] Draw() => [.. Enumerable.Range(0, _model.Config.HiddenSize).Select(_ => (float)(2 * random.NextDouble() - 1))];
    }
}
