using System.Globalization;
using System.Text;

namespace Twitch;

/// <summary>What a sign of a text may be read as.</summary>
internal enum SignKind
{
    /// <summary>A letter.</summary>
    Letter,

    /// <summary>A digit: itself, or the letter it passes for.</summary>
    Digit,

    /// <summary>A sign: the letter it passes for, or nothing between two words.</summary>
    Mark,

    /// <summary>White space or punctuation.</summary>
    Gap,

    /// <summary>An apostrophe: a gap, but the letters behind it are no word of their own.</summary>
    Apostrophe,

    /// <summary>A second letter of one sign that may as well stand for one letter.</summary>
    Echo,
}

/// <summary>A sign of a text, folded.</summary>
/// <param name="Letters">The Latin letters it may be, the bit of 'a' lowest.</param>
/// <param name="Other">What else it may be: a digit, or a letter of another script; 0 if nothing.</param>
/// <param name="Kind">How it may be read.</param>
/// <param name="Start">Where it begins in the text.</param>
/// <param name="End">Where it ends there.</param>
internal readonly record struct Sign(uint Letters, int Other, SignKind Kind, int Start, int End)
{
    /// <summary>May be skipped between two letters of a word that was pulled apart.</summary>
    public bool IsGap => Kind is SignKind.Gap or SignKind.Mark or SignKind.Apostrophe;

    /// <summary>Whether it may be read as a symbol: 1–26 for a Latin letter, else a code point.</summary>
    public bool MayBe(int symbol) => symbol <= LatinCount ? (Letters >> (symbol - 1) & 1) != 0 : Other == symbol;

    /// <summary>Symbols up to here are Latin letters.</summary>
    public const int LatinCount = 26;
}

/// <summary>Text as signs: cases, styles, look-alikes and marks are folded away; what is not seen is left out; long runs of one sign
/// are cut to <see cref="MostRepeats"/>.</summary>
internal static class FoldedText
{
    /// <summary>Signs of a run that are kept; no word has more of one letter in a row.</summary>
    public const int MostRepeats = 4;

    /// <summary>Folds a text.</summary>
    public static List<Sign> Fold(string text)
    {
        var signs = new List<Sign>(text.Length);
        int run = 0;
        for (int i = 0, length; i < text.Length; i += length)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out length) != System.Buffers.OperationStatus.Done)
                continue;    // half of a pair is not seen
            if (IsUnseen(rune))
                continue;
            if (Lookalikes.Ligature(rune) is { } ligature)
            {
                foreach (char letter in ligature)
                    signs.Add(new Sign(Lookalikes.Letters(new Rune(letter)), 0, SignKind.Letter, i, i + length));
                run = 0;
                continue;
            }

            Sign sign = Fold(rune, i, i + length);
            Sign last = signs.Count > 0 ? signs[^1] : default;
            bool repeats = signs.Count > 0 && last.Kind == sign.Kind && last.Letters == sign.Letters && last.Other == sign.Other;
            run = repeats ? run + 1 : 1;
            if (run > (sign.Kind == SignKind.Gap ? 1 : MostRepeats))
                continue;
            signs.Add(sign);
            if (rune.Value is 'ß' or 'ẞ')
                signs.Add(sign with { Letters = Lookalikes.Of('s'), Kind = SignKind.Echo });
        }
        return signs;
    }

    /// <summary>Whether a character leaves no mark of its own: controls, formats, combining marks, selectors, fillers.</summary>
    public static bool IsUnseen(Rune rune) => IsBlank(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
        || rune.Value is >= 0x1F3FB and <= 0x1F3FF;    // skin tones

    /// <summary>Whether nothing at all is seen of a character: controls that are no white space, formats, fillers, what is not assigned.</summary>
    public static bool IsBlank(Rune rune) => rune.Value is
            0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0 or (>= 0x180B and <= 0x180F) or (>= 0xE0000 and <= 0xE0FFF)
        || (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned && !Rune.IsWhiteSpace(rune));

    private static Sign Fold(Rune rune, int start, int end)
    {
        if (rune.Value is '\'' or '’' or '‘' or 'ʼ' or '`' or '´' or '＇')
            return new Sign(0, 0, SignKind.Apostrophe, start, end);

        uint letters = Lookalikes.Letters(rune);
        if (Lookalikes.Digit(rune) is int digit)
            return new Sign(letters, '0' + digit, SignKind.Digit, start, end);
        if (Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.LetterNumber or UnicodeCategory.SpacingCombiningMark || Lookalikes.IsStyledLetter(rune))
            return new Sign(letters, letters != 0 ? 0 : Rune.ToLowerInvariant(rune).Value, SignKind.Letter, start, end);
        return letters != 0 ? new Sign(letters, 0, SignKind.Mark, start, end) : new Sign(0, 0, SignKind.Gap, start, end);
    }
}
