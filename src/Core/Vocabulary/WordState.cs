namespace Twitch;

/// <summary>How far a word is spelt: none is begun, one is whole but for its end, or a character's bytes are missing.</summary>
/// <remarks>The well-formed sequences of UTF-8 (Unicode, table 3-7), without white space and control characters.</remarks>
public enum WordState : byte
{
    /// <summary>Between two words: a comment may end.</summary>
    Between,

    /// <summary>Within a word, whose bytes so far are whole characters.</summary>
    Within,

    /// <summary>One more byte of a character is missing.</summary>
    Needs1,

    /// <summary>Two.</summary>
    Needs2,

    /// <summary>Three.</summary>
    Needs3,

    /// <summary>Behind E0.</summary>
    AfterE0,

    /// <summary>Behind ED.</summary>
    AfterED,

    /// <summary>Behind F0.</summary>
    AfterF0,

    /// <summary>Behind F4.</summary>
    AfterF4,

    /// <summary>What was to follow cannot.</summary>
    Impossible,
}

/// <summary>The steps between states.</summary>
internal static class WordStates
{
    /// <summary>Number of states but the impossible one.</summary>
    public const int Count = (int)WordState.Impossible;

    /// <summary>The state behind a piece.</summary>
    /// <param name="state">Before it.</param>
    /// <param name="bytes">Of the piece.</param>
    /// <param name="ends">Whether the word ends with it.</param>
    public static WordState After(WordState state, ReadOnlySpan<byte> bytes, bool ends)
    {
        foreach (byte each in bytes)
            state = After(state, each);
        if (!ends)
            return state;
        return state == WordState.Within ? WordState.Between : WordState.Impossible;
    }

    private static WordState After(WordState state, byte next) => (state, next) switch
    {
        (WordState.Between or WordState.Within, > 0x20 and < 0x7F) => WordState.Within,
        (WordState.Between or WordState.Within, >= 0xC2 and <= 0xDF) => WordState.Needs1,
        (WordState.Between or WordState.Within, 0xE0) => WordState.AfterE0,
        (WordState.Between or WordState.Within, 0xED) => WordState.AfterED,
        (WordState.Between or WordState.Within, >= 0xE1 and <= 0xEF) => WordState.Needs2,
        (WordState.Between or WordState.Within, 0xF0) => WordState.AfterF0,
        (WordState.Between or WordState.Within, 0xF4) => WordState.AfterF4,
        (WordState.Between or WordState.Within, >= 0xF1 and <= 0xF3) => WordState.Needs3,
        (WordState.Needs1, >= 0x80 and <= 0xBF) => WordState.Within,
        (WordState.Needs2, >= 0x80 and <= 0xBF) => WordState.Needs1,
        (WordState.Needs3, >= 0x80 and <= 0xBF) => WordState.Needs2,
        (WordState.AfterE0, >= 0xA0 and <= 0xBF) => WordState.Needs1,
        (WordState.AfterED, >= 0x80 and <= 0x9F) => WordState.Needs1,
        (WordState.AfterF0, >= 0x90 and <= 0xBF) => WordState.Needs2,
        (WordState.AfterF4, >= 0x80 and <= 0x8F) => WordState.Needs2,
        _ => WordState.Impossible,
    };
}
