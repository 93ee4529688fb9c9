using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Twitch.Chat.Irc;

namespace Twitch.Chat.Tests.Posting;

public class LimitTests
{
    private static readonly TimeSpan _window = TimeSpan.FromSeconds(30);

    [Fact]
    public void No_window_ever_holds_more_than_the_limit() =>
        Gen.Select(Gen.Int[1, 20], Gen.Int[0, 4000].Array[50, 200]).Sample((most, steps) =>
        {
            var clock = new FakeTimeProvider();
            var limit = new SlidingWindowLimit(most, _window, TimeSpan.Zero, clock);
            var sent = new List<TimeSpan>();
            TimeSpan now = TimeSpan.Zero;
            foreach (int step in steps)
            {
                TimeSpan wait = limit.Take();
                if (wait == TimeSpan.Zero)
                {
                    sent.Add(now);
                    Assert.InRange(sent.Count(at => at > now - _window), 1, most);
                }
                else
                {
                    Assert.Equal(sent[^most] + _window - now, wait);    // not longer than it must
                }
                clock.Advance(TimeSpan.FromMilliseconds(step));
                now += TimeSpan.FromMilliseconds(step);
            }
        }, iter: 500, seed: "0000KOIPe6e4");

    [Fact]
    public void Two_posts_keep_their_distance()
    {
        var clock = new FakeTimeProvider();
        var limit = new SlidingWindowLimit(20, _window, TimeSpan.FromSeconds(1), clock);

        Assert.Equal(TimeSpan.Zero, limit.Take());
        clock.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal(TimeSpan.FromMilliseconds(600), limit.Take());
        clock.Advance(TimeSpan.FromMilliseconds(600));
        Assert.Equal(TimeSpan.Zero, limit.Take());
    }

    [Fact]
    public void The_margin_is_below_the_limit_of_Twitch()
    {
        SlidingWindowLimit limit = new PostOptions { Margin = 5, Gap = TimeSpan.Zero }.CreateLimit(new FakeTimeProvider());

        Assert.Equal(15, Enumerable.Range(0, 40).Count(_ => limit.Take() == TimeSpan.Zero));
    }

    [Fact]
    public void A_line_is_remembered_for_thirty_seconds_in_any_case()
    {
        var clock = new FakeTimeProvider();
        var recent = new RecentPosts(_window, clock);
        recent.Add(PostText.TryCreate("Pog champ")!);

        Assert.True(recent.Contains(PostText.TryCreate("pog  CHAMP")!));
        Assert.False(recent.Contains(PostText.TryCreate("pog")!));
        clock.Advance(_window - TimeSpan.FromTicks(1));
        Assert.True(recent.Contains(PostText.TryCreate("Pog champ")!));
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.False(recent.Contains(PostText.TryCreate("Pog champ")!));
    }

    [Fact]
    public void Attempts_wait_0_1_2_4_8_and_8_seconds()
    {
        var backoff = new Backoff();

        Assert.Equal([0, 1, 2, 4, 8, 8, 8], Enumerable.Range(0, 7).Select(_ => (int)backoff.Next().TotalSeconds));
        backoff.Reset();
        Assert.Equal(TimeSpan.Zero, backoff.Next());
    }

    [Theory]
    [InlineData(-1, 1, 30, "🤖")]
    [InlineData(20, 1, 30, "🤖")]
    [InlineData(2, -1, 30, "🤖")]
    [InlineData(2, 1, 0, "🤖")]
    [InlineData(2, 1, 30, "/bot")]
    public void An_option_out_of_its_range_is_refused(int margin, int gap, int lifetime, string mark)
    {
        var options = new PostOptions { Margin = margin, Gap = TimeSpan.FromSeconds(gap), Lifetime = TimeSpan.FromSeconds(lifetime), Mark = mark };

        Assert.Equal(ExitCode.Usage, Assert.Throws<TwitchException>(options.Validate).ExitCode);
    }
}
