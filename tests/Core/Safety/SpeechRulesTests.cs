using System.Globalization;
using System.Text;
using CsCheck;

namespace Twitch.Tests.Safety;

public sealed class SpeechRulesTests
{
    [Theory]
    [InlineData("gg  wp ", "gg wp")]
    [InlineData("/ban bob", "ban bob")]
    [InlineData(" . ! / me waves", "me waves")]
    [InlineData("\u200B\u202E\u0301／ban", "ban")]
    [InlineData("ǃuptime", "uptime")]
    [InlineData("…/!hm", "hm")]
    [InlineData("❗️!x", "x")]
    [InlineData("/<URL>/go", "<URL>/go")]
    [InlineData("!<URL> go", "go")]
    [InlineData("see <url> and <EOS> <Mention> now", "see and now")]
    [InlineData("a\nb\u2028c\u0007d\u2066e", "a b cde")]
    [InlineData("👨‍👩‍👧 ❤️‍🔥 a\u200Db", "👨‍👩‍👧 ❤️‍🔥 ab")]
    [InlineData("1/2 ok?! ...", "1/2 ok?! ...")]
    [InlineData("!!!", "")]
    public void A_comment_has_one_form(string text, string said) => Assert.Equal(said, SpeechRules.Clean(text));

    [Fact]
    public void A_long_comment_ends_with_a_word()
    {
        string words = string.Join(' ', Enumerable.Repeat("kappa", 100));

        Assert.Equal(words[..497], SpeechRules.Clean(words));
        Assert.Equal(500, SpeechRules.Clean(new string('a', 600)).Length);
        Assert.Equal(string.Concat(Enumerable.Repeat("👨‍👩‍👧", 62)), SpeechRules.Clean(string.Concat(Enumerable.Repeat("👨‍👩‍👧", 80))));
    }

    [Fact]
    public void The_rules_hold_for_any_text()
    {
        string[] parts = ["/", ".", "!", "！", "…", "\u200D", "\uFE0F", "\u202E", "\u2028", "\0", "\u0301", "❗", "👩", "🚀", "🏽", "🇩", "<URL>", "<", "URL>", "<eos>", " ", "\u3164", "\uD800", "\uDC00", "a", "word", "ß", "\U000E0041", "क्", "ा", "한", "\u1100"];
        var random = new PCG(1, 20250310);
        Gen<string> part = Gen.Int[0, parts.Length - 1].Select(i => parts[i]);
        Gen<string> pieces = Gen.OneOf(part, Gen.String[0, 8], part.Select(each => string.Concat(Enumerable.Repeat(each, 60))));
        Gen<string> texts = pieces.Array[0, 40].Select(string.Concat);
        for (int i = 0; i < 10_000; i++)
        {
            string text = texts.Generate(random, null, out _);
            string said = SpeechRules.Clean(text);

            Assert.True(said.Length <= SpeechRules.MostUnits, $"sample {i}: too long");
            Assert.True(said == SpeechRules.Clean(said), $"sample {i}: cleaning it twice changes it: {Escaped(text)}");
            Assert.True(said.Length == 0 || !"/.!！…❗ ".Contains(said[0], StringComparison.Ordinal), $"sample {i}: begins with {said.FirstOrDefault()}");
            Assert.DoesNotContain(said.Split(' '), Placeholders.IsReserved);
            Assert.True(said.All(c => !char.IsSurrogate(c)) || new UTF8Encoding(false, true).GetByteCount(said) > 0);
            for (int at = 0; at < said.Length; at++)
            {
                UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(said, at);
                Assert.True(category is not (UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator), $"sample {i}: control");
                Assert.True(category != UnicodeCategory.Format || said[at] == '\u200D', $"sample {i}: format character");
            }
        }
    }

    [Fact]
    public void What_holds_a_banned_word_or_nothing_is_withheld()
    {
        var rules = new SpeechRules(BannedWords.Parse(["blorp"], "list"));

        Assert.Equal("nice", rules.Say("!nice"));
        Assert.Null(rules.Say("you bl 0rp"));
        Assert.Null(rules.Say("<URL> !"));
    }

    [Fact]
    public void Placeholders_and_words_that_hold_banned_ones_are_never_drawn()
    {
        var rules = new SpeechRules(BannedWords.Parse(["blorp", "two words"], "list"));
        Vocabulary vocabulary = Vocabulary.FromWords(["gg", "<URL>", "Bl0rp!", "bl", "orp", "<MENTION>", "two", "words"]);

        Assert.Equal([5, 6, 9], rules.Unsayable(vocabulary));
        Assert.Equal("gg bl", vocabulary.Decode([4, 5, 7]));
        Assert.Equal([5, Vocabulary.Unknown], vocabulary.Encode("<URL> <url>"));
    }

    private static string Escaped(string text) => string.Concat(text.Select(c => c is > ' ' and <= '~' ? c.ToString() : $"\\u{(int)c:X4}"));
}
