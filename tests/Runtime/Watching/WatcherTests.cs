using Twitch.Media;

namespace Twitch.Runtime.Tests;

public class WatcherTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>
{
    private static readonly StreamSource Live = StreamSource.Parse("http://127.0.0.1/live.m3u8");
    private static readonly SamplingOptions Sampling = new() { Seed = 4 };
    private readonly CommentModel _model = opened.Model;
    private readonly ManualTime _clock = new(skipsWaits: true);
    private readonly List<ScriptedCapture> _opened = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_comment_is_what_its_window_alone_would_bring_and_comes_word_by_word()
    {
        Watcher watcher = Watch(new WatchOptions { Every = TimeSpan.FromSeconds(12), Reconnects = 0 }, Ended(Enumerable.Range(0, 30)));
        var words = new List<string>();
        var comments = new List<CommentMade>();
        var windows = new List<RecordedWindow>();

        await Assert.ThrowsAsync<TwitchException>(async () =>
        {
            await foreach (WatchEvent happened in watcher.RunAsync(Cancellation))
            {
                if (happened is TokenDrawn token)
                    words.Add(token.Text);
                if (happened is not CommentMade made)
                    continue;
                comments.Add(made);
                windows.Add(watcher.CopyWindow()!);
            }
        });

        Assert.Equal([12, 24], comments.Select(made => made.Time.TotalSeconds));
        Assert.Equal(string.Concat(comments.Select(made => made.Comment.Text)), string.Concat(words));
        for (int i = 0; i < 2; i++)
        {
            ModelConfig config = _model.Config;
            ClipWindow range = ClipWindow.Before(comments[i].Time, config, 30, long.MaxValue);
            Assert.Equal(range, windows[i].Range);
            Comment again = _model.Generate(_model.Encode(windows[i].Frames, windows[i].Mel), comments[i].Options);
            Assert.Equal(again.Tokens, comments[i].Comment.Tokens);
        }
    }

    [Fact]
    public async Task A_source_that_does_not_come_back_is_given_up_after_as_many_tries_as_allowed()
    {
        Watcher watcher = Watch(new WatchOptions { Reconnects = 2 }, Ended(Enumerable.Range(0, 26)), Failed(), Failed());

        WatchEvent[] happened = await UntilGivenUp(watcher);

        Assert.Equal([1], happened.OfType<SourceConnected>().Select(connected => connected.Connection));
        Assert.Equal(["it ended", "refused"], happened.OfType<SourceLost>().Select(lost => lost.Reason));
        Assert.Equal(3, _opened.Count);
        Assert.All(_opened, capture => Assert.True(capture.IsDisposed));
    }

    [Fact]
    public async Task A_source_whose_address_expires_is_resolved_for_every_connection()
    {
        int asked = 0;
        Watcher watcher = Watch(new WatchOptions
        {
            Reconnects = 2,
            Resolve = _ => ++asked == 2 ? throw new TwitchException("the channel is offline", ExitCode.SourceLost) : Task.FromResult(Live),
        }, Ended(Enumerable.Range(0, 26)), Failed());

        WatchEvent[] happened = await UntilGivenUp(watcher);

        Assert.Equal(["it ended", "the channel is offline"], happened.OfType<SourceLost>().Select(lost => lost.Reason));
        Assert.Equal((3, 2), (asked, _opened.Count));
    }

    [Theory]
    [InlineData(ExitCode.SourceLost)]
    [InlineData(ExitCode.Failed)]
    public async Task A_source_that_cannot_be_resolved_at_first_is_an_error(ExitCode exitCode)
    {
        Watcher watcher = Watch(new WatchOptions { Resolve = _ => throw new TwitchException("not to be found", exitCode) });

        var error = await Assert.ThrowsAsync<TwitchException>(async () =>
        {
            await foreach (WatchEvent _ in watcher.RunAsync(Cancellation))
            {
            }
        });

        Assert.Equal(("not to be found", exitCode), (error.Message, error.ExitCode));
    }

    [Fact]
    public async Task After_a_reconnect_time_goes_on_the_state_is_new_and_a_comment_comes_within_a_window()
    {
        Watcher watcher = Watch(
            new WatchOptions { Every = TimeSpan.FromSeconds(25), Reconnects = 3, Random = new Random(1) },
            Ended(Enumerable.Range(0, 26)), Stalled(Enumerable.Range(0, 21)), Failed(), Failed(), Failed());

        WatchEvent[] happened = await UntilGivenUp(watcher);

        SourceConnected back = happened.OfType<SourceConnected>().Last();
        CommentMade[] comments = [.. happened.OfType<CommentMade>()];
        Assert.Equal(2, comments.Length);
        Assert.True(back.Time > TimeSpan.FromSeconds(25), $"back at {back.Time}");
        Assert.Equal(back.Time + TimeSpan.FromSeconds(_model.Config.WindowSeconds), comments[1].Time);
        Assert.Equal(["it ended", "no frame", "refused", "refused"], happened.OfType<SourceLost>().Select(lost => lost.Reason));
        Assert.Equal(1, watcher.Statistics.Reconnects);
        Assert.Equal(47, watcher.Statistics.Seconds);

        // Alone, the second connection says the same of its own window.
        var encoder = new StreamingEncoder(_model);
        ClipContext? clip = null;
        for (int second = 0; second <= _model.Config.WindowSeconds; second++)
            clip = encoder.Add(ScriptedCapture.Second(_model.Config, second));
        Assert.Equal(_model.Generate(clip!, comments[1].Options).Tokens, comments[1].Comment.Tokens);
    }

    [Fact]
    public async Task Waits_grow_to_a_minute_and_begin_again_once_the_source_was_well()
    {
        IReadOnlyList<(int[], CaptureEnd)> script = [([0, 1], CaptureEnd.Ended), .. Enumerable.Repeat((Array.Empty<int>(), CaptureEnd.Failed), 9), ([.. Enumerable.Range(0, 30)], CaptureEnd.Ended), ([], CaptureEnd.Failed)];
        Watcher watcher = Watch(new WatchOptions { Reconnects = 10, Random = new AlwaysMost() }, [.. script.Select(part => Capture(part.Item1, part.Item2, "lost"))]);

        SourceLost[] lost = [.. (await UntilGivenUp(watcher)).OfType<SourceLost>().Take(12)];

        Assert.Equal([1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 1, 2], lost.Select(event_ => Math.Round(event_.RetryIn.TotalSeconds)));
    }

    [Fact]
    public async Task A_source_that_never_was_there_is_an_error_unless_it_is_waited_for()
    {
        var e = await Assert.ThrowsAsync<TwitchException>(async () => await Watch(new WatchOptions(), Failed()).RunAsync(Cancellation).ToArrayAsync(Cancellation));
        WatchEvent[] waited = await UntilGivenUp(Watch(new WatchOptions { WaitForSource = true, Reconnects = 1 }, Failed(), Failed()));

        Assert.Equal(ExitCode.SourceLost, e.ExitCode);
        Assert.Equal("http://127.0.0.1/live.m3u8: refused", e.Message);
        Assert.Single(waited.OfType<SourceLost>());
    }

    [Fact]
    public async Task Dropped_seconds_begin_the_windows_anew()
    {
        Watcher watcher = Watch(new WatchOptions { Every = TimeSpan.FromSeconds(20), Reconnects = 0 }, Ended([0, 1, 2, 3, 16, 17, 18, 19, 20]));

        CommentMade made = Assert.Single((await UntilGivenUp(watcher)).OfType<CommentMade>());

        var encoder = new StreamingEncoder(_model);
        for (int second = 16; second <= 20; second++)
            encoder.Add(ScriptedCapture.Second(_model.Config, second));
        Assert.Equal(_model.Generate(encoder.Current!, made.Options).Tokens, made.Comment.Tokens);
    }

    [Fact]
    public async Task Many_watchers_share_one_batch_and_say_what_each_would_alone()
    {
        await using BatchScheduler scheduler = _model.CreateBatchScheduler(4);
        WatchOptions alone = new() { Every = TimeSpan.FromSeconds(3), Reconnects = 0 }, shared = alone with { Writer = scheduler.GenerateAsync };
        WatchEvent[] expected = await UntilGivenUp(Watch(alone, Ended(Enumerable.Range(0, 20))));

        WatchEvent[][] together = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => UntilGivenUp(Watch(shared, Ended(Enumerable.Range(0, 20))))));

        Assert.All(together, happened => Assert.Equal(Texts(expected), Texts(happened)));

        static IEnumerable<string> Texts(WatchEvent[] happened) => happened.OfType<TokenDrawn>().Select(token => $"{token.CommentNumber}{token.Text}");
    }

    [Fact]
    public async Task A_head_that_says_when_is_asked_every_second()
    {
        var asked = new List<double>();
        CommentDue due = (time, _) =>
        {
            asked.Add(time.TotalSeconds);
            return time.TotalSeconds is 2 or 5;
        };

        WatchEvent[] happened = await UntilGivenUp(Watch(new WatchOptions { Due = due, Reconnects = 0 }, Ended(Enumerable.Range(0, 8))));

        Assert.Equal([2, 5], happened.OfType<CommentMade>().Select(made => made.Time.TotalSeconds));
        Assert.Equal(Enumerable.Range(0, 8).Select(second => (double)second), asked);
    }

    [Fact]
    public async Task Sampling_changes_while_it_runs()
    {
        Watcher watcher = Watch(new WatchOptions { Every = TimeSpan.FromSeconds(2), Reconnects = 0 }, Ended(Enumerable.Range(0, 9)));
        var lengths = new List<int>();

        await Assert.ThrowsAsync<TwitchException>(async () =>
        {
            await foreach (CommentMade made in watcher.RunAsync(Cancellation).OfType<CommentMade>())
            {
                lengths.Add(made.Comment.Tokens.Count);
                watcher.Sampling = watcher.Sampling with { MinLength = 2, MaxLength = 2 };
            }
        });

        Assert.Equal([2, 2, 2], lengths[1..]);
        Assert.Throws<TwitchException>(() => watcher.Sampling = new SamplingOptions { TopK = 1000 });
    }

    [Fact]
    public async Task A_consumer_that_leaves_in_the_middle_of_a_comment_leaves_nothing_running()
    {
        Watcher watcher = Watch(new WatchOptions { Every = TimeSpan.FromSeconds(2) }, Ended(Enumerable.Range(0, 9)));

        TokenDrawn first = await watcher.RunAsync(Cancellation).OfType<TokenDrawn>().FirstAsync(Cancellation);

        Assert.Equal(1, first.CommentNumber);
        Assert.True(Assert.Single(_opened).IsDisposed);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await watcher.RunAsync(Cancellation).FirstAsync(Cancellation));
    }

    [Theory]
    [InlineData(0.5, null, "--every is 0.5 s")]
    [InlineData(2.5, null, "--every is 2.5 s")]
    [InlineData(2, -1, "--reconnects is -1")]
    public void Options_out_of_range_are_named(double every, int? reconnects, string message)
    {
        var e = Assert.Throws<TwitchException>(() => new WatchOptions { Every = TimeSpan.FromSeconds(every), Reconnects = reconnects }.Validate());

        Assert.StartsWith(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, e.ExitCode);
    }

    [Fact]
    public async Task A_source_that_turns_out_to_be_a_recording_ends_with_it()
    {
        Watcher watcher = Watch(new WatchOptions(), () => new ScriptedCapture(_model.Config, [.. Enumerable.Range(0, 12)], CaptureEnd.Ended, "it ended", _clock) { IsRecording = true });

        var happened = new List<WatchEvent>();
        await foreach (WatchEvent one in watcher.RunAsync(Cancellation))
            happened.Add(one);

        Assert.IsType<SourceEnded>(happened[^1]);
        Assert.Single(happened.OfType<SourceConnected>());
    }

    private Func<ILiveCapture> Ended(IEnumerable<int> seconds) => Capture([.. seconds], CaptureEnd.Ended, "it ended");

    private Func<ILiveCapture> Stalled(IEnumerable<int> seconds) => Capture([.. seconds], CaptureEnd.Stalled, "no frame");

    private Func<ILiveCapture> Failed() => Capture([], CaptureEnd.Failed, "refused");

    private Func<ILiveCapture> Capture(int[] seconds, CaptureEnd ending, string reason) => () =>
    {
        var capture = new ScriptedCapture(_model.Config, seconds, ending, reason, _clock);
        _opened.Add(capture);
        return capture;
    };

    private Watcher Watch(WatchOptions options, params Func<ILiveCapture>[] script)
    {
        int next = 0;
        return new Watcher(_model, Live, options with { Clock = _clock, Sampling = Sampling }, () => script[Math.Min(next++, script.Length - 1)]());
    }

    private static async Task<WatchEvent[]> UntilGivenUp(Watcher watcher)
    {
        var happened = new List<WatchEvent>();
        var e = await Assert.ThrowsAsync<TwitchException>(async () =>
        {
            await foreach (WatchEvent one in watcher.RunAsync(Cancellation))
                happened.Add(one);
        });
        Assert.Contains("given up after", e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.SourceLost, e.ExitCode);
        return [.. happened];
    }

    private sealed class AlwaysMost : Random
    {
        public override double NextDouble() => 1;
    }
}
