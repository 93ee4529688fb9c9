using System.Text;

namespace Twitch;

/// <summary>Token ids and what they stand for; <c>vocabulary.json</c>. Words are separated by white space; emotes and frequent words are tokens of their own.
/// What is no such word is <see cref="Unknown"/>, or, where the vocabulary has subwords, spelt in pieces, so that nothing is unknown.</summary>
/// <remarks>Ids: the special ones, the whole words, the pieces (<see cref="BytePairs"/>). A word has its most frequent spelling. Immutable; for any number of
/// threads.</remarks>
public sealed partial class Vocabulary
{
    /// <summary>Fills a batch's short rows; never generated.</summary>
    public const int Pad = 0;

    /// <summary>Stands for every word that is not in a vocabulary without subwords; never generated.</summary>
    public const int Unknown = 1;

    /// <summary>The first input of the decoder; never generated.</summary>
    public const int Start = 2;

    /// <summary>Ends a comment.</summary>
    public const int End = 3;

    /// <summary>How many ids are special: <c>&lt;PAD&gt; &lt;UNK&gt; &lt;SOS&gt; &lt;EOS&gt;</c>.</summary>
    public const int SpecialCount = 4;

    private static readonly string[] SpecialWords = ["<PAD>", "<UNK>", "<SOS>", "<EOS>"];

    // Whether a word spells a special id, in any case.
    internal static bool IsMark(string word) => SpecialWords.Contains(word, StringComparer.OrdinalIgnoreCase);

    private readonly string[] _words;      // whole ones, special ones included
    private readonly string[] _shown;      // of every id
    private readonly BytePairs? _pieces;
    private readonly WordState[] _after;   // [states, pieces]
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _folded = new(StringComparer.Ordinal);

    private Vocabulary(string[] words, BytePairs? pieces, string source)
    {
        (_words, _pieces, _after) = (words, pieces, []);
        for (int id = SpecialCount; id < words.Length; id++)
        {
            if (!_exact.TryAdd(words[id], id))
                throw new TwitchException($"{source}: word {id} '{words[id]}' stands there twice; use the file that was saved with the model.");
            if (!Placeholders.Contain(words[id]))    // these have one spelling
                _folded.TryAdd(Fold(words[id]), id);
        }

        _shown = words;
        if (pieces is null)
            return;
        _shown = [.. words, .. Enumerable.Range(0, pieces.Count).Select(pieces.Show)];
        _after = new WordState[WordStates.Count * pieces.Count];
        for (int state = 0; state < WordStates.Count; state++)
        {
            for (int piece = 0; piece < pieces.Count; piece++)
                _after[state * pieces.Count + piece] = WordStates.After((WordState)state, pieces.Bytes(piece), pieces.Ends(piece));
        }
    }

    /// <summary>Number of ids, special ones included.</summary>
    public int Count => _shown.Length;

    /// <summary>Number of the ids below which all are special or whole words; the others are pieces.</summary>
    public int WordCount => _words.Length;

    /// <summary>Whether words that are none of it are spelt in pieces.</summary>
    public bool HasSubwords => _pieces is not null;

    /// <summary>The words and pieces by id, special ones included.</summary>
    public IReadOnlyList<string> Words => _shown;

    /// <summary>The word of an id; of a piece, its text as the file has it.</summary>
    public string this[int id] => _shown[id];

    /// <summary>A vocabulary of given words, without the special ones and without subwords.</summary>
    public static Vocabulary FromWords(IEnumerable<string> words) => new([.. SpecialWords, .. words], null, "vocabulary");

    /// <summary>Ids of a text's words, without start and end marks; a word is looked up as it is spelt, then without its case.</summary>
    public int[] Encode(string text)
    {
        var ids = new List<int>();
        foreach (string word in Split(text))
            Encode(word, ids);
        return [.. ids];
    }

    /// <summary>Ids of a text's first words.</summary>
    /// <param name="text">The text.</param>
    /// <param name="most">Most words.</param>
    /// <param name="mostTokens">Most ids; a word that does not fit whole is left out, and what follows it.</param>
    public int[] Encode(string text, int most, int mostTokens = int.MaxValue)
    {
        var ids = new List<int>();
        foreach (string word in Split(text).Take(most))
        {
            int before = ids.Count;
            Encode(word, ids);
            if (ids.Count > mostTokens)
            {
                ids.RemoveRange(before, ids.Count - before);
                break;
            }
        }
        return [.. ids];
    }

    private void Encode(string word, List<int> ids)
    {
        int id = Find(word);
        if (id == Unknown && _pieces is not null)
            ids.AddRange(_pieces.Encode(word).Select(symbol => _words.Length + symbol));
        else
            ids.Add(id);
    }

    /// <summary>Id of one whole word, or <see cref="Unknown"/>.</summary>
    public int Find(string word) =>
        _exact.TryGetValue(word, out int id) || _folded.TryGetValue(Fold(word), out id) ? id : Unknown;

    /// <summary>A text as the vocabulary writes it: a word that it has whole in its own spelling, others as they are.</summary>
    public string Spell(string text) => string.Join(' ', Split(text).Select(word => Find(word) is not Unknown and int id ? _words[id] : word));

    /// <summary>Whether a word ends with a token; special ids are words of their own.</summary>
    public bool EndsWord(int id) => id < _words.Length || _pieces!.Ends(id - _words.Length);

    /// <summary>How far a word is spelt behind a token, which is <see cref="WordState.Impossible"/> where the token cannot stand.</summary>
    /// <param name="state">Before it; at a comment's start, and behind each word, <see cref="WordState.Between"/>.</param>
    /// <param name="id">The token.</param>
    public WordState After(WordState state, int id) => id < _words.Length
        ? state == WordState.Between ? WordState.Between : WordState.Impossible
        : _after[(int)state * _pieces!.Count + id - _words.Length];

    /// <summary>The words of the ids, with one space between them; special ids, <see cref="Placeholders"/> and a last word that does not end are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var words = new List<string>(ids.Length);
        int start = 0;
        for (int i = 0; i < ids.Length; i++)
        {
            if (!EndsWord(ids[i]))
                continue;
            if (WordOf(ids[start..(i + 1)]) is { Length: > 0 } word && !Placeholders.Contain(word))
                words.Add(word);
            start = i + 1;
        }
        return string.Join(' ', words);
    }

    /// <summary>The word that some tokens spell; empty for a special id.</summary>
    /// <param name="ids">All tokens of a word, or its first ones.</param>
    public string WordOf(ReadOnlySpan<int> ids)
    {
        if (ids is [int only] && only < _words.Length)
            return only < SpecialCount ? "" : _words[only];
        var bytes = new List<byte>();
        foreach (int id in ids)
        {
            if (id >= _words.Length)
                bytes.AddRange(_pieces!.Bytes(id - _words.Length));
            else if (id >= SpecialCount)    // no comment has a word within a word; said whole, it is seen
                bytes.AddRange(Encoding.UTF8.GetBytes(_words[id]));
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string[] Split(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Fold(string word) => word.ToLowerInvariant();
}
