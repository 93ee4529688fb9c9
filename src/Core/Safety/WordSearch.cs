namespace Twitch;

/// <summary>Looks for banned words in one text. A word is read from a sign onwards, along every way that the signs allow: a letter may be
/// repeated, a sign that passes for several letters may be any of them, and gaps may be skipped where a word was pulled apart.</summary>
/// <remarks>
/// A word that stands in one piece is found where its <see cref="WordEnds"/> allow it. One that is pulled apart must begin and end where
/// words do; it is passed over if each piece is an ordinary word as it is written ("pen is"), or if a piece has no letter ("as 5") — unless
/// it is spelled out, sign by sign.
/// </remarks>
internal sealed class WordSearch(WordTrie words, string text)
{
    private const int LongestWay = 200;    // signs from the first to the last letter of a word

    private readonly List<Sign> _signs = FoldedText.Fold(text);
    private readonly HashSet<State> _seen = [];
    private readonly Stack<State> _open = [];
    private int _first;

    // Where one way stands: behind the sign before At. Piece is where the piece began; -1 in a gap.
    private readonly record struct State(int Node, int At, int Piece, int Pieces, Facts Facts);

    [Flags]
    private enum Facts
    {
        None = 0,
        HasLetter = 1,             // one sign at least is no leet
        PieceHasLetter = 2,
        SomePieceIsStrange = 4,    // no ordinary word
        SomePieceIsLeet = 8,
        PieceIsLong = 16,          // several letters, not one several times
        SomePieceIsLong = 32,
    }

    /// <summary>Whether one is there.</summary>
    public bool Finds()
    {
        for (_first = 0; _first < _signs.Count; _first++)
        {
            if (_signs[_first].Kind is SignKind.Gap or SignKind.Apostrophe or SignKind.Echo)
                continue;
            _seen.Clear();
            _open.Clear();
            Read(new State(0, _first, _first, 0, Facts.None));
            while (_open.TryPop(out State state))
            {
                if (Ends(state))
                    return true;
                Go(state);
            }
        }
        return false;
    }

    // Every state that one more sign leads to.
    private void Go(State state)
    {
        if (state.At >= _signs.Count || state.At - _first >= LongestWay)
            return;
        Sign sign = _signs[state.At];
        if (sign.Kind == SignKind.Echo)
            Push(state with { At = state.At + 1 });
        if (sign.IsGap)
        {
            foreach (int next in words.Next(state.Node))
            {
                if (words.Symbol(next) == WordTrie.Space)
                    Push(state with { Node = next, At = state.At + 1, Piece = -1, Facts = state.Facts & ~(Facts.PieceHasLetter | Facts.PieceIsLong) });
            }
            State closed = state.Piece < 0 ? state : Close(state);
            Push(closed with { At = state.At + 1 });
        }
        Read(state);
    }

    // Reads the sign as the next letter, or as the last one again.
    private void Read(State state)
    {
        Sign sign = _signs[state.At];
        foreach (int next in words.Next(state.Node))
        {
            if (words.Symbol(next) is not WordTrie.Space and int symbol && sign.MayBe(symbol))
                Push(Taken(state, next, sign));
        }
        if (state.Node != 0 && words.Symbol(state.Node) is not WordTrie.Space and int last && sign.MayBe(last))
            Push(Taken(state, state.Node, sign));
    }

    private static State Taken(State state, int node, Sign sign)
    {
        bool letter = sign.Kind is SignKind.Letter or SignKind.Echo;
        Facts facts = letter ? state.Facts | Facts.HasLetter | Facts.PieceHasLetter : state.Facts;
        if (state.Piece >= 0 && state.At != state.Piece && node != state.Node)
            facts |= Facts.PieceIsLong;
        return state with { Node = node, At = state.At + 1, Piece = state.Piece < 0 ? state.At : state.Piece, Facts = facts };
    }

    private void Push(State state)
    {
        if (_seen.Add(state))
            _open.Push(state);
    }

    private State Close(State state)
    {
        Facts facts = state.Facts & ~(Facts.PieceHasLetter | Facts.PieceIsLong);
        if (!IsOrdinary(state.Piece, state.At))
            facts |= Facts.SomePieceIsStrange;
        if ((state.Facts & Facts.PieceHasLetter) == 0)
            facts |= Facts.SomePieceIsLeet;
        if ((state.Facts & Facts.PieceIsLong) != 0)
            facts |= Facts.SomePieceIsLong;
        return state with { Piece = -1, Pieces = Math.Min(state.Pieces + 1, 3), Facts = facts };
    }

    private bool Ends(State state)
    {
        List<WordEnds> ends = words.Ends(state.Node);
        if (ends.Count == 0 || state.Piece < 0)
            return false;
        bool starts = IsEdgeBefore(_first), stops = IsEdgeBehind(state.At);
        if (IsNumber(state) && (IsDigit(_first - 1) || IsDigit(state.At)))
            return false;    // part of a longer number
        if (state.Pieces == 0)
            return HasLetter(state) && ends.Exists(each => (starts || (each & WordEnds.OpenStart) != 0) && (stops || (each & WordEnds.OpenEnd) != 0));

        if (!starts || !stops)
            return false;
        State whole = Close(state);
        bool spelled = whole.Pieces > 2 && (whole.Facts & Facts.SomePieceIsLong) == 0;
        return HasLetter(whole) && (spelled || (whole.Facts & (Facts.SomePieceIsStrange | Facts.SomePieceIsLeet)) == Facts.SomePieceIsStrange);
    }

    // A number is no word, whatever it looks like, unless the word is a number itself.
    private bool HasLetter(State state) => (state.Facts & Facts.HasLetter) != 0 || IsNumber(state);

    private bool IsNumber(State state) => words.Symbol(state.Node) is >= '0' and <= '9';

    private bool IsDigit(int at) => at >= 0 && at < _signs.Count && _signs[at].Kind == SignKind.Digit;

    private bool IsOrdinary(int first, int end)
    {
        string word = text[_signs[first].Start.._signs[end - 1].End];
        return OrdinaryWords.Contain(word) || (first > 0 && _signs[first - 1].Kind == SignKind.Apostrophe && OrdinaryWords.IsEnding(word));
    }

    // Digits belong to what they touch: "ass1" is a word and a number, "cl4ss" is one word.
    private bool IsEdgeBefore(int at)
    {
        int before = at - 1;
        while (before >= 0 && _signs[before].Kind == SignKind.Digit)
            before--;
        if (before < 0)
            return true;
        return _signs[before].Kind switch
        {
            SignKind.Letter or SignKind.Echo => false,
            SignKind.Apostrophe => before == 0 || _signs[before - 1].Kind is not (SignKind.Letter or SignKind.Echo or SignKind.Digit),
            _ => true,
        };
    }

    private bool IsEdgeBehind(int at)
    {
        while (at < _signs.Count && _signs[at].Kind is SignKind.Digit or SignKind.Echo)
            at++;
        return at >= _signs.Count || _signs[at].Kind != SignKind.Letter;
    }
}
