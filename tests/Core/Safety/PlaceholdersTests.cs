namespace Twitch.Tests.Safety;

public sealed class PlaceholdersTests
{
    [Theory]
    [InlineData("look https://a.example/x?y=@bob", "look <URL>")]
    [InlineData("clips.twitch.tv/Funny lol", "<URL> lol")]
    [InlineData("(youtu.be/abc) and www.a.example", "<URL> and <URL>")]
    [InlineData("shop.somewhere/now", "<URL>")]
    [InlineData("mail me: bob.b@mail.example.com!", "mail me: <EMAIL>")]
    [InlineData("@Bob hi @amy_77, ＠田中 yo", "<MENTION> hi <MENTION> <MENTION> yo")]
    [InlineData("call +49 (170) 123-4567 now", "call <NUMBER> now")]
    [InlineData("0612345678, 555-1234", "<NUMBER>, <NUMBER>")]
    [InlineData("to DE89 3704 0044 0532 0130 00", "to <NUMBER>")]
    [InlineData("192.168.0.17:8080 or 2001:db8:0:1:2:3:4:5", "<NUMBER> or <NUMBER>")]
    [InlineData("<URL> <eos> <3 <hi>", "URL eos <3 <hi>")]
    public void What_is_personal_or_leads_elsewhere_is_replaced(string text, string put) => Assert.Equal(put, Placeholders.Put(text));

    [Theory]
    [InlineData("gg.wp hm...what 10.5 fps")]
    [InlineData("20-15 and 1:30:05 :/ :D w/e")]
    [InlineData("100000 points 3 2 1 go")]
    [InlineData("l@@k sh@t @ 5")]
    [InlineData("gg20 nice play guys")]
    [InlineData("שלום 👍")]
    public void Everything_else_stays(string text) => Assert.Equal(text, Placeholders.Put(text));

    [Fact]
    public void A_text_of_placeholders_alone_is_known()
    {
        Assert.True(Placeholders.AreAll("<URL> <MENTION>"));
        Assert.False(Placeholders.AreAll("<URL> lol"));
        Assert.False(Placeholders.AreAll(""));
    }
}
