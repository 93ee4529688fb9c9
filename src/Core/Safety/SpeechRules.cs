using System.Globalization;
using System.Text;

namespace Twitch;

/// <summary>What may be said: every text that leaves the program as a comment goes through <see cref="Say"/>. For any number of threads.</summary>
/// <param name="banned">Words that are never said.</param>
public sealed class SpeechRules(BannedWords banned)
{
    /// <summary>Most UTF-16 units of a comment; chats take no more.</summary>
    public const int MostUnits = 500;

    private const int ZeroWidthJoiner = 0x200D, EmojiSelector = 0xFE0F;

    // A comment that begins with one of these is a command to somebody, or looks like one.
    private static readonly HashSet<int> _commandSigns = [.. new[]
    {
        "/／⁄∕⧸╱⟋⫽⧶〳", ".．․。｡﹒︒ꓸ‥…⋯٠۰܁܂𐩐", "!！ǃⵑ︕﹗‼⁉❕❗❢",
    }.SelectMany(row => row.EnumerateRunes()).Select(rune => rune.Value)];

    /// <summary>Words that are never said.</summary>
    public BannedWords Banned => banned;

    /// <summary>The text as it may be said, or null if it may not be: it holds a banned word, or nothing.</summary>
    /// <param name="text">What somebody or something wants to say.</param>
    public string? Say(string text)
    {
        string said = Clean(text);
        return said.Length == 0 || banned.AreIn(said) ? null : said;
    }

    /// <summary>The words of a vocabulary that are never drawn: placeholders, and words that hold a banned one.</summary>
    /// <returns>Their ids in order; the special ids, which nobody draws, are not among them.</returns>
    public int[] Unsayable(Vocabulary vocabulary) =>
        [.. Enumerable.Range(Vocabulary.SpecialCount, vocabulary.Count - Vocabulary.SpecialCount).Where(id => Placeholders.Contain(vocabulary[id]) || banned.AreIn(vocabulary[id]))];

    /// <summary>A text by the rules of form: one line without control, bidi and other invisible characters, without placeholders, not
    /// beginning with <c>/</c>, <c>.</c>, <c>!</c> or what looks like them, at most <see cref="MostUnits"/> long. Cleaning it again changes nothing.</summary>
    public static string Clean(string text) => Shorten(WithoutCommand(Seen(text)));

    // Only what is seen, with one space between words. A joiner stays between two emoji.
    private static string Seen(string text)
    {
        var seen = new StringBuilder(text.Length);
        bool space = false, joiner = false;
        Rune last = default;    // what stands before, selectors and skin tones aside
        foreach (Rune rune in WellFormed(text))
        {
            if (Rune.IsWhiteSpace(rune))
            {
                (space, joiner) = (seen.Length > 0, false);
                continue;
            }
            if (rune.Value == ZeroWidthJoiner)
            {
                joiner = !space && IsEmoji(last);
                continue;
            }
            if (FoldedText.IsBlank(rune))
                continue;
            if (space)
                seen.Append(' ');
            else if (joiner && IsEmoji(rune))
                seen.Append((char)ZeroWidthJoiner);
            seen.Append(rune);
            if (space || !(rune.Value == EmojiSelector || rune.Value is >= 0x1F3FB and <= 0x1F3FF))
                last = rune;
            (space, joiner) = (false, false);
        }
        return seen.ToString();
    }

    private static IEnumerable<Rune> WellFormed(string text)
    {
        for (int i = 0, length; i < text.Length; i += length)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out length) == System.Buffers.OperationStatus.Done)
                yield return rune;
        }
    }

    private static bool IsEmoji(Rune rune) => rune.Value is >= 0x2190 and <= 0x2BFF or >= 0x1F000 and <= 0x1FAFF;

    // What was hidden behind a sign or a placeholder may be one again.
    private static string WithoutCommand(string text)
    {
        for (string before = ""; before != text;)
        {
            before = text;
            if (text.Contains('<', StringComparison.Ordinal))
                text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => !Placeholders.IsReserved(word)));
            int start = 0;
            while (start < text.Length && Rune.GetRuneAt(text, start) is var rune
                && (_commandSigns.Contains(rune.Value) || Rune.IsWhiteSpace(rune) || rune.Value == ZeroWidthJoiner || FoldedText.IsUnseen(rune)))
                start += rune.Utf16SequenceLength;
            text = text[start..];
        }
        return text;
    }

    // At the end of a word if there is one, and never within what is seen as one character.
    private static string Shorten(string text)
    {
        if (text.Length <= MostUnits)
            return text;
        int end = 0;
        for (int length; end < text.Length && end + (length = StringInfo.GetNextTextElementLength(text, end)) <= MostUnits;)
            end += length;
        int space = end < text.Length && text[end] == ' ' ? end : text.LastIndexOf(' ', Math.Max(0, end - 1), end);
        return text[..(space > 0 ? space : end)].TrimEnd();
    }
}
