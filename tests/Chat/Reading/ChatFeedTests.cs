using Microsoft.Extensions.Time.Testing;
using Twitch.Chat.Irc;
using Twitch.Chat.Reading;

namespace Twitch.Chat.Tests.Reading;

public class ChatFeedTests
{
    private static readonly DateTimeOffset _now = new(2025, 3, 10, 20, 0, 0, TimeSpan.Zero);
    private readonly ChatFeed _feed = new(ChannelName.Parse("chan"), ChannelName.Parse("ourbot"), capacity: 4, time: new FakeTimeProvider(_now));

    [Fact]
    public void A_comment_has_the_servers_time_and_its_text_and_nobodys_name()
    {
        DateTimeOffset sent = _now.AddMilliseconds(-1234);

        Say("Kappa  hi\u200b there", sent: sent);

        Assert.True(_feed.Comments.TryRead(out ChatComment comment));
        Assert.Equal(new ChatComment(sent, "Kappa hi there"), comment);
        Assert.DoesNotContain("bob", comment.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tmi-sent-ts=soon")]
    [InlineData("tmi-sent-ts=99999999999999999999999")]
    [InlineData("tmi-sent-ts=9223372036854775807")]
    [InlineData("tmi-sent-ts=0")]
    public void A_comment_without_a_believable_time_has_ours(string tag)
    {
        Accept($"@{tag};x=y :bob!bob@bob PRIVMSG #chan :hi");

        Assert.True(_feed.Comments.TryRead(out ChatComment comment));
        Assert.Equal(_now, comment.Time);
    }

    [Fact]
    public void Actions_are_comments()
    {
        Say("\u0001ACTION waves\u0001");

        Assert.True(_feed.Comments.TryRead(out ChatComment comment));
        Assert.Equal("waves", comment.Text);
    }

    [Theory]
    [InlineData("ourbot", "", "🤖 nice", DropReason.Bot)]
    [InlineData("OurBot", "", "🤖 nice", DropReason.Bot)]
    [InlineData("nightbot", "", "follow the channel", DropReason.Bot)]
    [InlineData("another", "bot-badge/1", "I am a bot", DropReason.Bot)]
    [InlineData("bob", "", "!uptime", DropReason.Command)]
    [InlineData("bob", "", "@ann https://example.org", DropReason.Placeholders)]
    [InlineData("bob", "", "\u200b ", DropReason.Empty)]
    public void What_is_not_learned_from_is_left_out_and_counted(string nick, string badges, string text, DropReason reason)
    {
        Say(text, nick, badges);

        Assert.False(_feed.Comments.TryRead(out _));
        Assert.Equal(1, _feed.DroppedCount(reason));
        Assert.Equal(0, _feed.KeptCount);
    }

    [Theory]
    [InlineData(":bob!b@c PRIVMSG #other :hi")]
    [InlineData(":bob!b@c PRIVMSG #chan")]
    [InlineData(":bob!b@c NOTICE #chan :hi")]
    [InlineData("PRIVMSG")]
    public void What_is_no_comment_in_the_channel_is_passed_over(string line)
    {
        Accept(line);

        Assert.False(_feed.Comments.TryRead(out _));
    }

    [Fact]
    public void A_flood_pushes_the_oldest_out_and_is_counted()
    {
        for (int i = 0; i < 1000; i++)
            Say($"flood {i}");

        Assert.Equal(4, _feed.Comments.Count);
        Assert.Equal(996, _feed.OverflowCount);
        Assert.True(_feed.Comments.TryRead(out ChatComment oldest));
        Assert.Equal("flood 996", oldest.Text);
    }

    [Theory]
    [InlineData("broadcaster/1,premium/1", "0", true)]
    [InlineData("moderator/1", "1", true)]
    [InlineData("", "1", true)]
    [InlineData("vip/1,subscriber/3012", "0", false)]
    [InlineData("", "0", false)]
    public void The_broadcaster_and_moderators_can_stop_posting(string badges, string mod, bool heard)
    {
        string? reason = null;
        _feed.Stopped = why => reason = why;

        Say("!StopBot", badges: badges, mod: mod);

        Assert.Equal(heard ? "!stopbot was given in #chan" : null, reason);
    }

    private void Say(string text, string nick = "bob", string badges = "", string mod = "0", DateTimeOffset? sent = null) =>
        Accept($"@badges={badges};display-name=Bob;mod={mod};tmi-sent-ts={(sent ?? _now).ToUnixTimeMilliseconds()} :{nick}!{nick}@{nick}.tmi.twitch.tv PRIVMSG #chan :{text}");

    private void Accept(string line)
    {
        Assert.True(IrcMessage.TryParse(line, out IrcMessage? message));
        _feed.Accept(message);
    }
}
