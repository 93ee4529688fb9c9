using System.Text;
using CsCheck;
using Twitch.Chat.Irc;

namespace Twitch.Chat.Tests.Irc;

public class IrcMessageTests
{
    private static readonly Gen<string> _words = Gen.Char.Where(c => c is not ('\r' or '\n' or '\0')).Array[0, 20].Select(chars => new string(chars));
    private static readonly Gen<string> _word = _words.Where(text => text.Length > 0 && text[0] != ':' && !text.Contains(' ', StringComparison.Ordinal));
    private static readonly Gen<string> _tagName = Gen.OneOf("id", "display-name", "tmi-sent-ts", "vendor/x", "badges");

    [Fact]
    public void A_chat_line_of_Twitch_is_taken_apart()
    {
        const string line = "@badge-info=;badges=broadcaster/1;display-name=B\\sob\\:;emotes=25:0-4;tmi-sent-ts=1482447083413 :bob!bob@bob.tmi.twitch.tv PRIVMSG #chan :Kappa :hi  there ";

        Assert.True(IrcMessage.TryParse(line, out IrcMessage? message));

        Assert.Equal("PRIVMSG", message.Command);
        Assert.Equal("bob", message.Nick);
        Assert.Equal(["#chan", "Kappa :hi  there "], message.Parameters);
        Assert.Equal("B ob;", message.Tag("display-name"));
        Assert.Equal("1482447083413", message.Tag("tmi-sent-ts"));
        Assert.Equal("", message.Tag("badge-info"));
        Assert.Equal("", message.Tag("absent"));
    }

    [Theory]
    [InlineData("PING", "PING")]
    [InlineData(":server 001 nick :Welcome", "001", "nick", "Welcome")]
    [InlineData("  PING   :a b ", "PING", "a b ")]
    [InlineData("JOIN #a  #b", "JOIN", "#a", "#b")]
    [InlineData("X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", "X", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15 16")]
    public void Parameters_are_words_and_then_a_text(string line, string command, params string[] parameters)
    {
        Assert.True(IrcMessage.TryParse(line, out IrcMessage? message));
        Assert.Equal(command, message.Command);
        Assert.Equal(parameters, message.Parameters);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("@tags-only")]
    [InlineData(":prefix")]
    [InlineData("12")]
    [InlineData("1234 x")]
    [InlineData("PRIV\0MSG x")]
    [InlineData("<html>")]
    public void What_is_no_message_is_passed_over(string line) => Assert.False(IrcMessage.TryParse(line, out _));

    [Fact]
    public void What_is_written_is_read_as_it_was() =>
        Gen.Select(Gen.OneOf("PRIVMSG", "NOTICE", "001", "Ping"), _word.Array[0, 13], _words, _word, Gen.Dictionary(_tagName, _words)[0, 4]).Sample((command, middles, trailing, prefix, tags) =>
        {
            var message = new IrcMessage(command, [.. middles, trailing]) { Prefix = prefix, Tags = tags };

            Assert.True(IrcMessage.TryParse(message.ToString(), out IrcMessage? read));

            Assert.Equal(message.Command, read.Command);
            Assert.Equal(message.Parameters, read.Parameters);
            Assert.Equal(message.Prefix, read.Prefix);
            Assert.Equal(message.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal), read.Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal));
        }, iter: 3_000, seed: "0000KOIPe6e4");

    [Fact]
    public void No_line_makes_the_parser_throw()
    {
        var random = new Random(1);
        const string likely = "@:; =\\!#\0\r\nPRIVMSG 001é🤖";
        string[] starts = ["", "PRIVMSG ", ":a!b@c PRIVMSG #d :", "@id=1;x", "@a\\=\\;=;; ", ":"];
        int parsed = 0;
        for (int i = 0; i < 10_000; i++)
        {
            var line = new StringBuilder(starts[random.Next(starts.Length)]);
            for (int length = random.Next(80); length > 0; length--)
                line.Append(random.Next(4) > 0 ? likely[random.Next(likely.Length)] : (char)random.Next(char.MaxValue + 1));
            if (!IrcMessage.TryParse(line.ToString(), out IrcMessage? message))
                continue;
            parsed++;
            _ = (message.Nick, message.Trailing, message.Tag("id"), message.Parameter(3));
        }
        Assert.InRange(parsed, 100, 9_900);    // both kinds were tried
    }

    [Theory]
    [InlineData("hi\r\nQUIT")]
    [InlineData("hi\nQUIT")]
    [InlineData("hi\0")]
    public void A_line_break_cannot_be_written(string text)
    {
        Assert.Throws<InvalidOperationException>(() => new IrcMessage("PRIVMSG", "#a", text).ToString());
        Assert.Throws<InvalidOperationException>(() => new IrcMessage("PRIVMSG", text, "a").ToString());
        Assert.Throws<InvalidOperationException>(() => new IrcMessage(text, "#a").ToString());
        Assert.Throws<InvalidOperationException>(() => new IrcMessage("PRIVMSG", "a") { Prefix = text }.ToString());
    }

    [Fact]
    public void A_parameter_before_the_last_cannot_become_two() =>
        Assert.Throws<InvalidOperationException>(() => new IrcMessage("PRIVMSG", "#a #b", "text").ToString());

    [Fact]
    public void A_message_of_spaces_and_colons_stays_itself() => Assert.Equal("PRIVMSG #a ::) hi", new IrcMessage("PRIVMSG", "#a", ":) hi").ToString());
}
