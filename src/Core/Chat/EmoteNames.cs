using System.Collections.Frozen;
using System.Text;

namespace Twitch;

/// <summary>Tells emotes among a chat's words: well-known ones by name, a channel's own by their form, and emoji.</summary>
public static class EmoteNames
{
    // Of Twitch, BetterTTV, FrankerFaceZ and 7TV, as far as their form does not tell them.
    private static readonly FrozenSet<string> _wellKnown = string.Join(' ',
        "Kappa Keepo Kreygasm LUL LULW KEKW KEKL KEK OMEGALUL OMEGADANCE POG Pog POGGERS Poggers POGGIES PagMan PAGGING Pepega Pepege PEPEGA Pepepains Sadge Madge Copium COPIUM Hopium Copege Clap EZ",
        "HYPERS HYPERCLAP LETSGO LETSGOOO Jebaited TriHard BibleThump Prayge Bedge Okayge Okayeg Aware Clueless Susge SUSSY Stare Despair Weirdge WeirdChamp monkaS monkaW pepeD catJAM AYAYA",
        "AlienPls Gasm ICANT ICANTPOG GIGACHAD GigaChad Gigachad OOOO OOO PauseChamp Pause PogO POGSLIDE docPls RIPBOZO RIP NOPERS NODDERS NOOOO NOWAY NOWAYING HUH HUHH WICKED WAYTOODANK VIBE VIBING",
        "Gayge KEKL LULE Okayge Pogey Pogu Wokege SCHIZO PETTHE Hmmge SourPls SeemsGood TrollDespair Tssk Smoge Suske Sure Stronge Shruge Peepo peepo FeelsBadMan FeelsGoodMan FeelsStrongMan DansGame 4Head 5Head 3Head WutFace ResidentSleeper SwiftRage MrDestructoid",
        "BOOBA BASED BatChest batPls Chatting ChatTing Classic COGGERS D: :) :( :D :P :p ;) ;p ;P :o :O B) R) :/ :| :z o_O O_o >( <3 xD XD xdd xdding KKona KKonaW modCheck MODS NAHH Nerdge OhNo ppL Prayge REEE SNIFFA TeaTime Tomfoolery YEP yep FLASHBANG")
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> _folded = _wellKnown.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a word is one: <c>Kappa</c>, <c>peepoHappy</c>, <c>:channelHype:</c>, an emoji.</summary>
    /// <param name="word">As it is written; names of emotes differ by case.</param>
    public static bool Contain(string word) => _wellKnown.Contains(word) || HasForm(word) || (word.Length > 0 && word.EnumerateRunes().All(IsEmoji));

    /// <summary>Whether a word is a well-known emote in any case.</summary>
    public static bool IsWellKnown(string word) => _folded.Contains(word);

    // A capital within a word of letters and digits, or a name between colons.
    private static bool HasForm(string word)
    {
        if (word.Length > 3 && word[0] == ':' && word[^1] == ':')
            return word.AsSpan(1, word.Length - 2).IndexOfAnyExcept(_nameLetters) < 0;
        if (word.Length < 4 || !word.All(char.IsAsciiLetterOrDigit))
            return false;
        int lower = word.AsSpan().IndexOfAnyInRange('a', 'z');
        return lower >= 0 && word.AsSpan(lower).IndexOfAnyInRange('A', 'Z') >= 0;
    }

    private static readonly System.Buffers.SearchValues<char> _nameLetters = System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");

    private static bool IsEmoji(Rune rune) => rune.Value is >= 0x2600 and <= 0x27BF or >= 0x1F000 and <= 0x1FAFF or 0x200D or 0xFE0F;
}
