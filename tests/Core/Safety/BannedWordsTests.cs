using System.Diagnostics;

namespace Twitch.Tests.Safety;

public sealed class BannedWordsTests
{
    private static readonly BannedWords Words = BannedWords.Parse(["# remark", "", "  blorp  ", "ass", "hell", "penis", "*dratz*", "skee*", "*vorp", "two words", "zwölf", "1488", "хуй"], "list");

    [Theory]
    [InlineData("blorp")]
    [InlineData("BLORP!")]
    [InlineData("a b l o r p b")]
    [InlineData("bl orp")]
    [InlineData("b.l.o.r.p")]
    [InlineData("bbblloooorrp")]
    [InlineData("ｂｌｏｒｐ")]
    [InlineData("𝓫𝓵𝓸𝓻𝓹")]
    [InlineData("Ⓑⓛ🅞🆁🇵")]
    [InlineData("b\u200Bl\u00ADo\u202Er\u2060p")]
    [InlineData("b\u0336l\u0301\u0302orp")]
    [InlineData("вӏоґр")]
    [InlineData("6l0яþ")]
    [InlineData("8|0rp")]
    [InlineData("bIorp")]
    [InlineData("@ss")]
    [InlineData("a$$")]
    [InlineData("what an a$s!!!")]
    [InlineData("ass1")]
    [InlineData("a 5 5")]
    [InlineData("as s")]
    [InlineData("ɐss")]
    [InlineData("h*ll")]
    [InlineData("undratzed")]
    [InlineData("un-dr4tz-ed")]
    [InlineData("skeever")]
    [InlineData("galvorp")]
    [InlineData("two  words")]
    [InlineData("twowords")]
    [InlineData("zwolf")]
    [InlineData("ZWÖLF")]
    [InlineData("1488")]
    [InlineData("хуй")]
    [InlineData("(blorp)")]
    [InlineData("blorp's")]
    [InlineData("ß1orp")]
    public void A_banned_word_is_found_in_disguise(string text)
    {
        Assert.True(Words.AreIn(text));
        Assert.True(Words.AreIn("so " + text + " indeed"));
    }

    [Theory]
    [InlineData("class assassin glass bass passes")]
    [InlineData("as she said, as soon as")]
    [InlineData("as 5 people, as $5")]
    [InlineData("the pen is mine")]
    [InlineData("he'll, she’ll and we'll")]
    [InlineData("shell hello")]
    [InlineData("blorps")]
    [InlineData("blop")]
    [InlineData("two other words")]
    [InlineData("31488 and 14889")]
    [InlineData("a s")]
    [InlineData("c1ass cl4ss cla$$y")]
    [InlineData("")]
    [InlineData("...!!! $$ 455")]
    public void What_only_contains_it_is_not(string text) => Assert.False(Words.AreIn(text));

    [Fact]
    public void Letters_that_are_doubled_must_be_doubled()
    {
        BannedWords words = BannedWords.Parse(["boob"], "list");

        Assert.True(words.AreIn("boooob"));
        Assert.False(words.AreIn("bob"));
    }

    [Theory]
    [InlineData("a*b")]
    [InlineData("*")]
    [InlineData("x")]
    [InlineData("...")]
    public void A_wrong_entry_is_told_with_its_line(string entry)
    {
        TwitchException e = Assert.Throws<TwitchException>(() => BannedWords.Parse(["# ok", entry], "words.txt"));

        Assert.StartsWith("words.txt:2: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_file_is_utf8_text()
    {
        string folder = Directory.CreateTempSubdirectory("twitch").FullName;
        try
        {
            string path = Path.Combine(folder, "words.txt");
            File.WriteAllText(path, "\uFEFFblorp\r\n# no\r\n*dratz*\r\n");
            Assert.True(BannedWords.Load(path).And(BannedWords.None) is { Count: 2 } both && both.AreIn("blorp"));
            File.WriteAllBytes(path, [0x62, 0xFC, 0x62]);
            Assert.Contains("UTF-8", Assert.Throws<TwitchException>(() => BannedWords.Load(path)).Message, StringComparison.Ordinal);
            Assert.Contains("cannot be read", Assert.Throws<TwitchException>(() => BannedWords.Load(folder)).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_built_in_list_finds_its_own_entries_and_no_innocent_word()
    {
        Assert.InRange(BannedWords.Default.Count, 30, 200);
        Assert.All(BannedWords.Default.Lines, entry => Assert.True(BannedWords.Default.AreIn(entry.Trim('*'))));
        foreach (string text in (string[])["snigger", "Niger and Nigeria", "niggardly", "retardant", "SPLC", "raccoon", "spice and spices", "Pakistan", "kinky", "fagot"])
            Assert.False(BannedWords.Default.AreIn(text), text);
    }

    [Fact]
    public void Text_that_leads_astray_costs_little()
    {
        BannedWords words = BannedWords.Parse(["aaaa", "aaab", "*ababab*", "a a a"], "list");
        var clock = Stopwatch.StartNew();

        foreach (string text in (string[])[new string('a', 200_000), string.Concat(Enumerable.Repeat("a ", 50_000)).Replace("a a a", "a b a", StringComparison.Ordinal), string.Concat(Enumerable.Repeat("!1|", 20_000)), new string('ß', 50_000)])
            words.AreIn(text);

        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }
}
