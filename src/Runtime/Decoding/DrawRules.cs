namespace Twitch.Runtime;

/// <summary>Which tokens may be drawn at all, and which after what was drawn: pieces that make a word, and words that may be said. Immutable; shared by all
/// samplers of a model.</summary>
public sealed class DrawRules
{
    private readonly ulong[] _hashes = [];    // of the whole words, for runs

    /// <summary>Every token is a word, and only the given ones are never drawn.</summary>
    /// <param name="vocabularySize">Logits of a step.</param>
    /// <param name="banned">Ids that are never drawn, besides the special ones; see <see cref="SpeechRules.Unsayable"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is none of the vocabulary.</exception>
    public DrawRules(int vocabularySize, int[]? banned = null)
    {
        (VocabularySize, Banned, IsBanned) = (vocabularySize, banned ?? [], new bool[vocabularySize]);
        foreach (int id in Banned)
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)id, (uint)vocabularySize, nameof(banned));
        foreach (int id in (int[])[.. Banned, Vocabulary.Pad, Vocabulary.Unknown, Vocabulary.Start])
            IsBanned[id] = true;
    }

    /// <summary>What a vocabulary can spell, less what may not be said.</summary>
    /// <param name="vocabulary">The words of the ids.</param>
    /// <param name="rules">What may be said.</param>
    /// <param name="blocked">Runs of words that are not said; absent: none.</param>
    public DrawRules(Vocabulary vocabulary, SpeechRules rules, BlockedRuns? blocked = null) : this(vocabulary.Count, rules.Unsayable(vocabulary))
    {
        Subwords = vocabulary.HasSubwords ? vocabulary : null;
        (Rules, Blocked) = (rules, blocked);
        if (blocked is not null)
            _hashes = [.. Enumerable.Range(0, vocabulary.WordCount).Select(id => BlockedRuns.HashOf(vocabulary[id]))];
    }

    /// <summary>Logits of a step.</summary>
    public int VocabularySize { get; }

    /// <summary>Ids that are never drawn, besides the special ones.</summary>
    internal int[] Banned { get; }

    /// <summary>The special ones too, [vocabulary].</summary>
    internal bool[] IsBanned { get; }

    /// <summary>The vocabulary, if it spells words in pieces.</summary>
    internal Vocabulary? Subwords { get; }

    /// <summary>What may be said; absent: everything.</summary>
    internal SpeechRules? Rules { get; }

    /// <summary>Runs of words that are not said.</summary>
    internal BlockedRuns? Blocked { get; }

    /// <summary>Most tokens of a comment of so many words.</summary>
    internal int MostTokens(int words) => Subwords is null ? words : SamplingOptions.MostTokens(words);

    /// <summary>A whole word's number in <see cref="Blocked"/>.</summary>
    internal ulong HashOf(int id) => _hashes[id];
}

/// <summary>The words of a comment under way: how far the last one is spelt, and whether a token that ends it may be said.</summary>
/// <param name="rules">What may be drawn.</param>
internal sealed class WordsSaid(DrawRules rules)
{
    private int[] _tokens = [];
    private ulong[] _hashes = [];    // of the words, where runs are blocked
    private int _start;              // token that the word under way begins with

    /// <summary>How far the word under way is spelt.</summary>
    public WordState State { get; private set; }

    /// <summary>Words that ended.</summary>
    public int Count { get; private set; }

    /// <summary>Tokens that were said.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, TokenCount);

    /// <summary>How many.</summary>
    public int TokenCount { get; private set; }

    /// <summary>Begins a comment.</summary>
    /// <param name="most">Most tokens.</param>
    public void Begin(int most)
    {
        (State, Count, TokenCount, _start) = (WordState.Between, 0, 0, 0);
        if (_tokens.Length < most)
            (_tokens, _hashes) = (new int[most], new ulong[rules.Blocked is null ? 0 : most]);
    }

    /// <summary>Whether the pieces so far can go on with a token; the end of the comment comes between two words only.</summary>
    public bool CanBe(int id) => rules.Subwords is null || (id == Vocabulary.End ? State == WordState.Between : rules.Subwords.After(State, id) != WordState.Impossible);

    /// <summary>Whether a token may be said. One that does not end a word may: what it becomes is not known yet.</summary>
    /// <param name="id">One that can be.</param>
    public bool MayBe(int id)
    {
        if (!EndsWord(id))
            return true;
        bool isSpelt = IsSpelt(id);
        string spelt = isSpelt ? Spelt(id) : "";
        if (isSpelt && (Placeholders.IsReserved(spelt) || CommentText.Clean(spelt) != spelt || rules.Rules?.Banned.AreIn(spelt) == true))
            return false;    // white space and what is not seen come in many bytes
        if (rules.Blocked is not { } blocked || Count + 1 < blocked.Length)
            return true;
        _hashes[Count] = isSpelt ? BlockedRuns.HashOf(spelt) : rules.HashOf(id);
        return !blocked.Holds(_hashes.AsSpan(Count + 1 - blocked.Length, blocked.Length));
    }

    /// <summary>Says a token.</summary>
    public void Add(int id)
    {
        bool ends = EndsWord(id);
        if (ends && rules.Blocked is not null)
            _hashes[Count] = IsSpelt(id) ? BlockedRuns.HashOf(Spelt(id)) : rules.HashOf(id);
        _tokens[TokenCount++] = id;
        State = rules.Subwords?.After(State, id) ?? WordState.Between;
        if (!ends)
            return;
        Count++;
        _start = TokenCount;
    }

    private bool EndsWord(int id) => rules.Subwords?.EndsWord(id) ?? true;

    private bool IsSpelt(int id) => rules.Subwords is { } vocabulary && id >= vocabulary.WordCount;

    private string Spelt(int id)
    {
        _tokens[TokenCount] = id;    // behind the last one; overwritten by what is said
        return rules.Subwords!.WordOf(_tokens.AsSpan(_start, TokenCount + 1 - _start));
    }
}
