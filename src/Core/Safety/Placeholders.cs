using System.Buffers;
using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Twitch;

/// <summary>Words that stand for what is personal or leads elsewhere: addresses, people, numbers. A model reads them in the chat, and
/// never says one.</summary>
public static partial class Placeholders
{
    /// <summary>Stands for a web address.</summary>
    public const string Link = "<URL>";

    /// <summary>Stands for an e-mail address.</summary>
    public const string Email = "<EMAIL>";

    /// <summary>Stands for a person.</summary>
    public const string Mention = "<MENTION>";

    /// <summary>Stands for a number that may be somebody's: of a telephone, an account, a card, a computer.</summary>
    public const string Number = "<NUMBER>";

    private const int LongestWord = 256;    // of those that are looked at closely; a longer one is no name and no host
    private const int LeastDigits = 9, LeastDialled = 7, LeastAccount = 10;

    private static readonly SearchValues<char> _signs = SearchValues.Create("@＠.:/<");    // each placeholder's word has one of these
    private static readonly FrozenSet<string> _words = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, Link, Email, Mention, Number);

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<string> Words => _words;

    /// <summary>Whether a word is one.</summary>
    public static bool Contain(string word) => _words.Contains(word);

    /// <summary>Whether a word is one, or a mark of the vocabulary such as <c>&lt;EOS&gt;</c>; in any case.</summary>
    public static bool IsReserved(string word) => _words.Contains(word) || Vocabulary.IsMark(word);

    /// <summary>A text with placeholders where they belong; a reserved word that somebody typed loses its brackets, so a text that went
    /// through this must not go through it again.</summary>
    /// <param name="text">A comment as it was written.</param>
    public static string Put(string text)
    {
        if (text.AsSpan().IndexOfAny(_signs) >= 0)
            text = string.Join(' ', Split(text).Select(Put1));
        if (!TwoDigits().IsMatch(text))
            return text;

        text = Machine().Replace(text, Number);
        text = Account().Replace(text, match => DigitCount(match.ValueSpan) >= LeastAccount ? Number : match.Value);
        return Dialled().Replace(text, match =>
            DigitCount(match.ValueSpan) >= (match.ValueSpan.IndexOfAny("+-(") >= 0 ? LeastDialled : LeastDigits) ? Number : match.Value);
    }

    /// <summary>Whether a text has words, and all of them are placeholders.</summary>
    public static bool AreAll(string text) => Split(text) is { Length: > 0 } words && words.All(Contain);

    private static string[] Split(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    // A word goes whole: what touches an address may belong to it.
    private static string Put1(string word)
    {
        if (IsReserved(word))
            return word.Trim('<', '>');
        if (word.Contains("://", StringComparison.Ordinal))
            return Link;
        if (word.Length > LongestWord)
            return word;
        if (word.AsSpan().IndexOfAny("@＠") >= 0)
            return Address().IsMatch(word) ? Email : Handle().IsMatch(word) ? Mention : word;
        return Host().IsMatch(word) ? Link : word;
    }

    private static int DigitCount(ReadOnlySpan<char> text)
    {
        int count = 0;
        foreach (char c in text)
            count += char.IsAsciiDigit(c) ? 1 : 0;
        return count;
    }

    [GeneratedRegex(@"\d\D{0,3}\d")]
    private static partial Regex TwoDigits();

    [GeneratedRegex(@"[\w.+%-]+[@＠][\w-]+(?:\.[\w-]+)+")]
    private static partial Regex Address();

    [GeneratedRegex(@"(?<![\w@＠])[@＠]\w")]
    private static partial Regex Handle();

    // An address with its scheme, a host with a path, or a host under one of the domains that chats link to.
    [GeneratedRegex(@"(?<![\w.@])www\.\w|(?<![\w.@-])(?>[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.)+(?:[a-z]{2,}/\w|(?:com|net|org|tv|gg|io|co|ly|be|de|fr|uk|ru|jp|eu|gov|edu|app|dev|link|gl|xyz|info|live|shop|store)(?=$|[/?#:,!)\]""'.;]))",
        RegexOptions.IgnoreCase)]
    private static partial Regex Host();

    // IPv4 and IPv6.
    [GeneratedRegex(@"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?(?!\.?\w)|(?<![\w:])(?:[0-9a-f]{1,4}:){4,7}:?[0-9a-f]{1,4}(?![\w:])", RegexOptions.IgnoreCase)]
    private static partial Regex Machine();

    // IBAN.
    [GeneratedRegex(@"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)", RegexOptions.IgnoreCase)]
    private static partial Regex Account();

    [GeneratedRegex(@"(?<![\w.])\+?\(?\d+\)?(?:[ .\-/]{1,2}\(?\d+\)?)*(?!\w)")]
    private static partial Regex Dialled();
}
