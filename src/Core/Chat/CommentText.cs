using System.Globalization;
using System.Text;

namespace Twitch;

/// <summary>Comment text as it is learned from, and as a report may quote it.</summary>
public static class CommentText
{
    private const int ExcerptLength = 60;
    private const int ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D;

    /// <summary>Trims, collapses white space, and removes what is not seen: controls, bidi marks, zero-width characters, halves of surrogate pairs.</summary>
    /// <remarks>Joiners stay between two characters outside ASCII, where they are spelling: in Persian, in Indic scripts, inside emoji.</remarks>
    public static string Clean(string text)
    {
        if (IsClean(text))
            return text;

        var clean = new StringBuilder(text.Length);
        bool space = false;
        int joiner = 0;
        for (int i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int length) != System.Buffers.OperationStatus.Done)
            {
                i += length;
                continue;
            }

            i += length;
            if (Rune.IsWhiteSpace(rune))
            {
                (space, joiner) = (clean.Length > 0, 0);
            }
            else if (rune.Value is ZeroWidthJoiner or ZeroWidthNonJoiner)
            {
                joiner = clean.Length > 0 && !space && clean[^1] > 127 ? rune.Value : 0;
            }
            else if (!IsUnseen(rune))
            {
                if (space)
                    clean.Append(' ');
                if (joiner != 0 && !rune.IsAscii)
                    clean.Append((char)joiner);
                clean.Append(rune);
                (space, joiner) = (false, 0);
            }
        }

        return clean.ToString();
    }

    /// <summary>The start of a comment with mentions and every known author's name blanked.</summary>
    public static string Excerpt(string text, string ownName, string ownLogin, IReadOnlySet<string> names)
    {
        text = Blank(Blank(text, ownName), ownLogin);
        // Names with a space or of a script without spaces are not words of their own.
        foreach (string name in names)
        {
            if (name.Any(c => !IsNameCharacter(c)))
                text = Blank(text, name);
        }

        var excerpt = new StringBuilder();
        for (int i = 0; i < text.Length && excerpt.Length < ExcerptLength;)
        {
            int end = i;
            while (end < text.Length && IsNameCharacter(text[end]))
                end++;
            if (end == i)
            {
                excerpt.Append(text[i++]);
                continue;
            }

            string word = text[i..end];
            bool mention = i > 0 && text[i - 1] is '@' or '＠';
            excerpt.Append(mention || names.Contains(word.ToLowerInvariant()) ? "…" : word);
            i = end;
        }

        return Shorten(excerpt.ToString());
    }

    /// <summary>The start of a line with letters as x and digits as 0: what is wrong with it is still seen, whose it is no more.</summary>
    public static string Shape(string text)
    {
        string start = text.Length > 4 * ExcerptLength ? text[..(4 * ExcerptLength)] : text;
        string shape = string.Concat(Clean(start).EnumerateRunes().Select(rune =>
            Rune.IsDigit(rune) ? "0" : rune.IsAscii && rune.Value != '_' && !Rune.IsLetter(rune) ? rune.ToString() : "x"));
        return Shorten(shape);
    }

    private static string Shorten(string text) => text.Length <= ExcerptLength ? text : text[..(ExcerptLength - 1)].TrimEnd() + "…";

    private static string Blank(string text, string name) =>
        name.Length == 0 ? text : text.Replace(name, "…", StringComparison.OrdinalIgnoreCase);

    private static bool IsNameCharacter(char c) => c == '_' || char.IsAsciiLetterOrDigit(c);

    private static bool IsUnseen(Rune rune) => rune.Value is
            0x034F or 0x061C or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0   // fillers that are letters by category
            or (>= 0xE0000 and <= 0xE007F)                                                 // tags; clients append one to repeat a comment
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned;

    private static bool IsClean(string text)
    {
        char previous = ' ';
        foreach (char c in text)
        {
            if (c is < ' ' or > '~' || (c == ' ' && previous == ' '))
                return false;
            previous = c;
        }

        return previous != ' ' || text.Length == 0;
    }
}
