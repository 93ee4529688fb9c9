using System.Text;
using System.Text.Json;
using CsCheck;

namespace Twitch.Tests.Safety;

/// <summary>Ten thousand disguises of banned words, and as much text that holds none.</summary>
public sealed class ObfuscationTests
{
    private static readonly string[] Banned = ["blorp", "skeevil", "dratzen", "quuxit", "mugwump", "crap", "hell", "jackfy", "ass"];
    private static readonly BannedWords Words = BannedWords.Parse([.. Banned, "*zindak*"], "list");

    // What each letter can be written as: styles by their place in Unicode, then single look-alikes.
    private static readonly Dictionary<char, string> Single = new()
    {
        ['a'] = "4@àåаαɐᴀₐ", ['b'] = "8ВƀЬʙ", ['c'] = "ćсϲᴄ¢(", ['d'] = "ďԁđᴅ", ['e'] = "3éеєεǝ€ᴇ", ['f'] = "ƒꜰḟ", ['g'] = "9ğɡɢ6", ['h'] = "ħһнʜ",
        ['i'] = "1!íіι|ɪIl", ['j'] = "јʝᴊ", ['k'] = "кκᴋķ", ['l'] = "1|łIʟӏ", ['m'] = "мᴍɯṃ", ['n'] = "ñпոɴ", ['o'] = "0öоοσøᴏ", ['p'] = "рρᴘþ",
        ['q'] = "ԛգ9", ['r'] = "ягʀɹŕ", ['s'] = "5$ѕʂꜱš§", ['t'] = "7+тτŧʇ", ['u'] = "üυսᴜvµ", ['v'] = "ѵνᴠ√", ['w'] = "ωшᴡŵ", ['x'] = "х×χ", ['y'] = "уүýʏ", ['z'] = "2žᴢʐ",
    };

    private static readonly int[] Alphabets = [0xFF41, 0xFF21, 0x24D0, 0x24B6, 0x1F130, 0x1F170, 0x1F1E6, 0x1D400, 0x1D41A, 0x1D5D4, 0x1D656, 0x1D670];
    private static readonly string[] Unseen = ["\u200B", "\u200C", "\u200D", "\uFEFF", "\u00AD", "\u2060", "\u034F", "\u202E", "\uFE0F", "\u0301", "\u0336", "\u20DD", "\U000E0041"];
    private static readonly string[] Separators = [" ", ".", "-", "_", "*", " . ", "~", "·", "\u2003", "/", "'", "💀"];

    private static readonly string[] Innocent = ("hello there everyone this run was great nice jump class glass assist assume passed shells shellfish crape scrap hellos wow the pen is mine as she " +
        "would about people think watching stream today chat what when where because another really clutch moment cocktail Scunthorpe analysis therapist grass embassy brass compass massive passion " +
        "rehearse Essex Sussex Penistone Lightwater shitake document circumstance he'll she'll it's don't Kappa PogChamp LUL monkaS KEKW 5 10 100 as as if has").Split(' ');

    [Fact]
    public void Every_disguise_of_a_banned_word_is_found()
    {
        var random = new PCG(1, 20250310);
        Gen<(string Word, int Seed)> words = Gen.Select(Gen.Int[0, Banned.Length - 1].Select(i => Banned[i]), Gen.Int);
        for (int i = 0; i < 10_000; i++)
        {
            (string word, int seed) = words.Generate(random, null, out _);
            string text = Disguise(word, new Random(seed));
            Assert.True(Words.AreIn(text), $"sample {i}: {word} as {text}");
        }
    }

    [Fact]
    public void Words_that_hold_no_banned_word_never_make_one()
    {
        var random = new PCG(1, 20250310);
        Gen<string> texts = Gen.Int[0, Innocent.Length - 1].Select(i => Innocent[i]).Array[1, 12].Select(words => string.Join(' ', words));
        for (int i = 0; i < 10_000; i++)
        {
            string text = texts.Generate(random, null, out _);
            Assert.False(Words.AreIn(text), $"sample {i}: {text}");
            Assert.False(BannedWords.Default.AreIn(text), $"sample {i}: {text}");
        }
    }

    [Fact]
    public void No_comment_of_the_sample_chat_is_taken_for_a_banned_word()
    {
        using JsonDocument chat = JsonDocument.Parse(File.ReadAllText("stream.chat.json"));
        string[] texts = [.. chat.RootElement.GetProperty("comments").EnumerateArray().Select(comment => comment.GetProperty("message").GetProperty("body").GetString()!)];

        Assert.True(texts.Length > 500);
        Assert.All(texts, text => Assert.False(Words.AreIn(text) || BannedWords.Default.AreIn(text), text));
    }

    // Each letter is repeated, restyled and decorated; then the letters are pulled apart, all of them or in one or two places.
    private static string Disguise(string word, Random random)
    {
        bool leet = random.Next(3) > 0;
        string[] letters = [.. word.Select(letter => Letter(letter, leet, random))];
        int manner = random.Next(4);    // together, one separator everywhere, any everywhere, a tear
        string one = Separators[random.Next(Separators.Length)];
        int tear = random.Next(1, letters.Length);
        if (manner == 3)
            letters = [.. letters.Select((letter, i) => Plain(letter) ? letter : word[i].ToString())];    // a piece without a letter is a number
        var text = new StringBuilder();
        for (int i = 0; i < letters.Length; i++)
        {
            if (i > 0)
                text.Append(manner switch { 1 => one, 2 => Separators[random.Next(Separators.Length)], 3 when i == tear => one == "'" ? "-" : one, _ => "" });
            text.Append(letters[i]);
        }
        return $"{Some(random)} {text}{(random.Next(3) == 0 ? "!?." [random.Next(3)] : "")} {Some(random)}";
    }

    private static string Letter(char letter, bool leet, Random random)
    {
        var text = new StringBuilder();
        for (int count = random.Next(4) == 0 ? random.Next(1, 4) : 1; count > 0; count--)
        {
            text.Append(random.Next(leet ? 4 : 3) switch
            {
                0 => letter.ToString(),
                1 => char.ToUpperInvariant(letter).ToString(),
                2 => char.ConvertFromUtf32(Alphabets[random.Next(Alphabets.Length)] + letter - 'a'),
                _ => Single[letter].EnumerateRunes().ElementAt(random.Next(Single[letter].EnumerateRunes().Count())).ToString(),
            });
            while (random.Next(4) == 0)
                text.Append(Unseen[random.Next(Unseen.Length)]);
        }
        return text.ToString();
    }

    private static bool Plain(string letter) => Rune.IsLetter(Rune.GetRuneAt(letter, 0));

    private static string Some(Random random) => Innocent[random.Next(Innocent.Length)];
}
