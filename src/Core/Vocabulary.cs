using System.Runtime.InteropServices;

namespace Twitch;

/// <summary>Token ids and the words they stand for; <c>vocabulary.json</c>. Words are separated by white space and keep their
/// spelling, because emotes are case-sensitive names.</summary>
public sealed class Vocabulary
{
    /// <summary>Fills a batch's short rows; never generated.</summary>
    public const int Pad = 0;

    /// <summary>Stands for every word that is not in the vocabulary; never generated.</summary>
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

    private readonly string[] _words;
    private readonly Dictionary<string, int> _exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _folded = new(StringComparer.Ordinal);

    private Vocabulary(string[] words, string source)
    {
        _words = words;
        for (int id = SpecialCount; id < words.Length; id++)
        {
            if (!_exact.TryAdd(words[id], id))
                throw new TwitchException($"{source}: word {id} '{words[id]}' stands there twice; use the file that was saved with the model.");
            if (!Placeholders.Contain(words[id]))    // these have one spelling
                _folded.TryAdd(Fold(words[id]), id);
        }
    }

    /// <summary>Number of ids, special ones included.</summary>
    public int Count => _words.Length;

    /// <summary>The words by id, special ones included.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>The word of an id.</summary>
    public string this[int id] => _words[id];

    /// <summary>Learns a vocabulary: the most frequent words, each in its most frequent spelling (ties in ordinal order).</summary>
    /// <param name="texts">Comments to learn from.</param>
    /// <param name="maxSize">Most ids, special ones included.</param>
    /// <param name="minCount">Words seen less often are left out.</param>
    public static Vocabulary Build(IEnumerable<string> texts, int maxSize, int minCount = 1)
    {
        var spellings = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        foreach (string text in texts)
        {
            foreach (string word in Split(text))
            {
                string folded = Fold(word);
                if (!spellings.TryGetValue(folded, out Dictionary<string, int>? counts))
                    spellings[folded] = counts = new Dictionary<string, int>(StringComparer.Ordinal);
                CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _)++;
            }
        }

        IEnumerable<string> words = spellings.Values
            .Select(counts => (Count: counts.Values.Sum(), Word: counts.OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal).First().Key))
            .Where(entry => entry.Count >= minCount && !SpecialWords.Contains(entry.Word))
            .OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Word, StringComparer.Ordinal)
            .Take(Math.Max(0, maxSize - SpecialCount))
            .Select(entry => entry.Word);
        return new Vocabulary([.. SpecialWords, .. words], "vocabulary");
    }

    /// <summary>A vocabulary of given words, without the special ones.</summary>
    public static Vocabulary FromWords(IEnumerable<string> words) => new([.. SpecialWords, .. words], "vocabulary");

    /// <summary>Ids of a text's words, without start and end marks; a word is looked up as it is spelt, then without its case.</summary>
    public int[] Encode(string text)
    {
        string[] words = Split(text);
        var ids = new int[words.Length];
        for (int i = 0; i < words.Length; i++)
            ids[i] = Find(words[i]);
        return ids;
    }

    /// <summary>Id of one word, or <see cref="Unknown"/>.</summary>
    public int Find(string word) =>
        _exact.TryGetValue(word, out int id) || _folded.TryGetValue(Fold(word), out id) ? id : Unknown;

    /// <summary>The words of the ids, with one space between them; special ids and <see cref="Placeholders"/> are left out.</summary>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var words = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            if (id >= SpecialCount && !Placeholders.Contain(_words[id]))
                words.Add(_words[id]);
        }
        return string.Join(' ', words);
    }

    /// <summary>Reads <c>vocabulary.json</c>.</summary>
    /// <exception cref="TwitchException">The file is missing, is not such a file, or repeats a word.</exception>
    public static Vocabulary Load(string path)
    {
        VocabularyFile file = JsonFile.Read(path, CoreJson.Default.VocabularyFile);
        if (file.Words.Length <= SpecialCount || !file.Words.AsSpan(0, SpecialCount).SequenceEqual(SpecialWords))
            throw new TwitchException($"{path}: \"words\" begins with {string.Join(' ', file.Words.Take(SpecialCount))}; it must begin with {string.Join(' ', SpecialWords)} and hold a word more; use the file that was saved with the model.");
        return new Vocabulary(file.Words, path);
    }

    /// <summary>Writes <c>vocabulary.json</c>.</summary>
    public void Save(string path) => JsonFile.Write(path, new VocabularyFile(_words), CoreJson.Readable.VocabularyFile);

    private static string[] Split(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static string Fold(string word) => word.ToLowerInvariant();
}

/// <summary>The content of <c>vocabulary.json</c>.</summary>
/// <param name="Words">The words by id, special ones first.</param>
public sealed record VocabularyFile(string[] Words);
