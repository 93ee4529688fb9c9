namespace Twitch.Tests;

public class EmoteNamesTests
{
    [Theory]
    [InlineData("Kappa")]
    [InlineData("KEKW")]
    [InlineData("peepoHappy")]
    [InlineData("channel7Hype")]
    [InlineData(":channelHype:")]
    [InlineData("😂😂")]
    [InlineData("<3")]
    public void Emotes_are_told_by_name_or_form(string word) => Assert.True(EmoteNames.Contain(word));

    [Theory]
    [InlineData("kappa")]
    [InlineData("hello")]
    [InlineData("HELLO")]
    [InlineData("Hello")]
    [InlineData("don't")]
    [InlineData("привет")]
    [InlineData("")]
    public void Words_are_none(string word) => Assert.False(EmoteNames.Contain(word));
}
