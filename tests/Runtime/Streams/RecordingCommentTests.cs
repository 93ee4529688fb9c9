using Twitch.Media;

namespace Twitch.Runtime.Tests;

public class RecordingCommentTests(OpenedSeedTiny opened, TinyRecording recording) : IClassFixture<OpenedSeedTiny>, IClassFixture<TinyRecording>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static readonly SamplingOptions Options = new() { Seed = 4 };
    private readonly CommentModel _model = opened.Model;
    private readonly MediaSource _source = new(recording.Path);

    [Fact]
    public async Task Regular_moments_go_to_the_end_of_the_recording()
    {
        TimedComment[] comments = await Every(5, null, null);

        Assert.Equal([5, 10, 15, 20], comments.Select(comment => comment.Time.TotalSeconds));
        Assert.All(comments, comment => Assert.NotEqual("", comment.Comment.Text));
    }

    [Fact]
    public async Task A_range_of_moments_is_kept()
    {
        TimedComment[] comments = await Every(2.5, 8, 14);

        Assert.Equal([8, 10.5, 13], comments.Select(comment => comment.Time.TotalSeconds));
    }

    [Fact]
    public async Task A_single_moment_says_what_the_pass_over_the_whole_said()
    {
        TimedComment[] pass = await Every(7.5, null, null);

        foreach (TimedComment comment in pass)
            Assert.Equal(comment.Comment.Text, (await At(comment.Time.TotalSeconds)).Single().Comment.Text);
    }

    [Fact]
    public async Task A_moment_is_explained_by_its_window_and_nothing_else()
    {
        TimeSpan moment = TimeSpan.FromSeconds(17.3);
        RecordedWindow window = Recording.ReadWindow(_source, _model.Config, moment - TimeSpan.FromSeconds(_model.Config.WindowSeconds), moment, Cancellation);

        Comment alone = _model.Generate(_model.Encode(window.Frames, window.Mel), Options with { Seed = Xoshiro256.Derive(4, 17_300) });

        Assert.Equal(alone.Tokens, (await At(17.3)).Single().Comment.Tokens);
    }

    [Fact]
    public async Task Moments_are_answered_in_order_of_time_with_as_many_comments_as_asked()
    {
        TimedComment[] comments = await At(3, 20, 12, 12);
        TimedComment[] three = await _model.CommentAtAsync(_model.OpenRecording(_source), [TimeSpan.FromSeconds(12)], Options, count: 3, cancellation: Cancellation).ToArrayAsync(Cancellation);

        Assert.Equal([3, 12, 20], comments.Select(comment => comment.Time.TotalSeconds));
        Assert.Equal(3, three.Select(comment => comment.Comment.Text).Distinct().Count());
        Assert.Equal(comments[1].Comment.Text, three[0].Comment.Text);
    }

    [Fact]
    public async Task A_moment_after_the_end_names_the_duration()
    {
        var e = await Assert.ThrowsAsync<TwitchException>(() => At(300));

        Assert.StartsWith("there is nothing to comment on at 0:05:00: the recording ends at 0:00:24.4", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
    }

    [Fact]
    public async Task A_range_after_the_end_is_an_error_too()
    {
        await Assert.ThrowsAsync<TwitchException>(() => Every(1, 100, null));
        await Assert.ThrowsAsync<TwitchException>(() => Every(0, null, null));
    }

    [Fact]
    public async Task Cancelling_stops_between_two_comments()
    {
        using var stop = new CancellationTokenSource();
        int seen = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (TimedComment _ in _model.CommentEveryAsync(_model.OpenRecording(_source), TimeSpan.FromSeconds(2), null, null, Options, cancellation: stop.Token))
            {
                if (++seen == 2)
                    await stop.CancelAsync();
            }
        });

        Assert.Equal(2, seen);
    }

    private Task<TimedComment[]> Every(double seconds, double? from, double? to) => _model.CommentEveryAsync(
        _model.OpenRecording(_source), TimeSpan.FromSeconds(seconds), from is double f ? TimeSpan.FromSeconds(f) : null, to is double t ? TimeSpan.FromSeconds(t) : null, Options, cancellation: Cancellation).ToArrayAsync(Cancellation).AsTask();

    private Task<TimedComment[]> At(params double[] seconds) =>
        _model.CommentAtAsync(_model.OpenRecording(_source), seconds.Select(TimeSpan.FromSeconds), Options, cancellation: Cancellation).ToArrayAsync(Cancellation).AsTask();
}
