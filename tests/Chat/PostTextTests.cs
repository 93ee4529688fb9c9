using System.Globalization;
using System.Text;
using CsCheck;

namespace Twitch.Chat.Tests;

public class PostTextTests
{
    [Theory]
    [InlineData("hi\r\nQUIT :bye", "hi QUIT :bye")]
    [InlineData("a\nPRIVMSG #other :b", "a PRIVMSG #other :b")]
    [InlineData("a\0b", "ab")]
    [InlineData("\u0001ACTION waves\u0001", "ACTION waves")]
    [InlineData("a\u2028b\u0085c", "a b c")]
    public void A_post_is_one_line_without_controls(string comment, string said) => Assert.Equal(said, PostText.TryCreate(comment)!.Value);

    [Fact]
    public void Half_a_character_is_left_out() => Assert.Equal("half of one", PostText.TryCreate("half \ud83d of one")!.Value);

    [Theory]
    [InlineData("/ban bob", "ban bob")]
    [InlineData(".timeout bob 600", "timeout bob 600")]
    [InlineData("  / . ! /me waves", "me waves")]
    [InlineData("\u200b/ban bob", "ban bob")]
    [InlineData("!raffle", "raffle")]
    [InlineData("\r\n/ban bob", "ban bob")]
    public void A_post_without_a_mark_is_no_command(string comment, string said) => Assert.Equal(said, PostText.TryCreate(comment)!.Value);

    [Fact]
    public void The_mark_stands_before_every_post_and_no_command_behind_it_is_one() => Assert.Equal("🤖 /ban bob", PostText.TryCreate("/ban bob", "🤖")!.Value);

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\0 ")]
    [InlineData("...")]
    [InlineData("/")]
    public void Nothing_is_said_when_nothing_is_left(string comment) => Assert.Null(PostText.TryCreate(comment));

    [Theory]
    [InlineData("/me")]
    [InlineData(".")]
    [InlineData("!bot")]
    [InlineData("a\nb")]
    [InlineData(" bot")]
    [InlineData("a mark that is far too long")]
    public void A_mark_cannot_be_a_command_or_break_the_line(string mark)
    {
        Assert.False(PostText.IsMark(mark));
        Assert.Throws<ArgumentException>(() => PostText.TryCreate("hi", mark));
    }

    [Fact]
    public void A_long_post_is_cut_before_the_character_that_does_not_fit()
    {
        const string family = "👩‍👩‍👧‍👦";    // 11 units, one character

        PostText cut = PostText.TryCreate(string.Concat(Enumerable.Repeat(family, 60)))!;

        Assert.Equal(500 / family.Length * family.Length, cut.Value.Length);
        Assert.EndsWith(family, cut.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_is_cut_by_bytes_before_the_character_that_does_not_fit()
    {
        PostText text = PostText.TryCreate("aa" + string.Concat(Enumerable.Repeat("é", 10)))!;    // 2 + 20 bytes

        Assert.Equal("aaéé", text.CutToBytes(7)!.Value);
        Assert.Null(PostText.TryCreate("🤖🤖")!.CutToBytes(3));
    }

    [Fact]
    public void Whatever_the_comment_a_post_is_safe() => Gen.Select(Gen.String, Gen.OneOf("", "🤖", "[bot]")).Sample((comment, mark) =>
    {
        string start = new[] { "", "/", ".", "\r\n", "\u202e" }[comment.Length % 5];
        if (PostText.TryCreate(start + comment, mark) is not PostText post)
            return;
        Assert.InRange(post.Value.Length, 1, PostText.MaxLength);
        Assert.DoesNotContain(post.Value, char.IsControl);
        Assert.False(post.Value[0] is '/' or '.' or '!' or ' ');
        Assert.StartsWith(mark, post.Value, StringComparison.Ordinal);
        Assert.Equal(post.Value, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(post.Value)));    // no half characters
        if (post.CutToBytes(40) is { } cut)
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(cut.Value), 1, 40);
            Assert.StartsWith(cut.Value, post.Value, StringComparison.Ordinal);
            Assert.Contains(cut.Value.Length, StringInfo.ParseCombiningCharacters(post.Value).Append(post.Value.Length));
        }
    }, iter: 2_000, seed: "0000KOIPe6e4");

    [Theory]
    [InlineData("#Some_Channel", "#some_channel")]
    [InlineData("@bob", "#bob")]
    [InlineData("x", "#x")]
    public void A_channel_is_a_login(string text, string name) => Assert.Equal(name, ChannelName.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("a b")]
    [InlineData("a\r\nQUIT")]
    [InlineData("a,b")]
    [InlineData("ünal")]
    [InlineData("abcdefghijklmnopqrstuvwxyz")]
    public void What_is_no_login_is_refused_in_one_line(string text)
    {
        Assert.Null(ChannelName.TryParse(text));
        TwitchException error = Assert.Throws<TwitchException>(() => ChannelName.Parse(text));
        Assert.DoesNotContain('\n', error.Message);
    }
}
