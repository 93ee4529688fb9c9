using System.Text;

namespace Twitch;

/// <summary>Words that are neither learnt nor said, however they are dressed up: case, styles and alphabets, look-alikes, digits and signs
/// for letters, repeated letters, marks and invisible characters, and gaps between the letters. Immutable; for any number of threads.</summary>
/// <remarks>
/// A list is UTF-8 text with an entry a line; lines that begin with <c>#</c> are remarks. <c>word</c> is found as a word of its own, <c>word*</c>
/// where a word begins with it, <c>*word</c> where one ends with it, and <c>*word*</c> anywhere in a word; <c>two words</c> also without the
/// space. A letter that the entry has twice must be there twice at least: <c>boob</c> does not find "bob".
/// </remarks>
public sealed class BannedWords
{
    private const int MostLetters = 100;

    private readonly WordTrie _words = new();
    private readonly string[] _entries;

    private BannedWords(IEnumerable<string> lines, string source)
    {
        _entries = [.. lines];
        int number = 0;
        foreach (string line in _entries)
        {
            number++;
            string entry = line.Trim().TrimStart('\uFEFF');
            if (entry.Length > 0 && entry[0] != '#')
            {
                Add(entry, $"{source}:{number}");
                Count++;
            }
        }
    }

    /// <summary>No words.</summary>
    public static BannedWords None { get; } = new([], "");

    /// <summary>A short list of slurs and of calls to hurt oneself.</summary>
    public static BannedWords Default { get; } = new(DefaultBannedWords.Entries, "the built-in list");

    /// <summary>How many entries.</summary>
    public int Count { get; }

    /// <summary>The lines they were read from.</summary>
    public IReadOnlyList<string> Lines => _entries;

    /// <summary>Reads the lines of a list.</summary>
    /// <param name="lines">An entry or a remark each.</param>
    /// <param name="source">What messages call the list.</param>
    /// <exception cref="TwitchException">An entry has fewer than two letters, too many, or a <c>*</c> within.</exception>
    public static BannedWords Parse(IEnumerable<string> lines, string source) => new(lines, source);

    /// <summary>Reads a list file.</summary>
    /// <param name="path">UTF-8 text.</param>
    /// <exception cref="TwitchException">The file cannot be read, is no text, or an entry is wrong.</exception>
    public static BannedWords Load(string path)
    {
        try
        {
            return Parse(File.ReadAllLines(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)), path);
        }
        catch (DecoderFallbackException)
        {
            throw new TwitchException($"{path}: is not UTF-8 text; save the list as UTF-8, an entry a line.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>These words and others.</summary>
    public BannedWords And(BannedWords others) => others.Count == 0 ? this : Count == 0 ? others : new(_entries.Concat(others._entries), "list");

    /// <summary>Whether a text holds one of them.</summary>
    public bool AreIn(string text) => Count > 0 && new WordSearch(_words, text).Finds();

    private void Add(string entry, string where)
    {
        WordEnds ends = (entry[0] == '*' ? WordEnds.OpenStart : 0) | (entry[^1] == '*' ? WordEnds.OpenEnd : 0);
        string word = entry.Trim('*').Trim();
        if (word.Contains('*', StringComparison.Ordinal))
            throw new TwitchException($"{where}: '*' stands within an entry; it may only begin and end one, as in '*word*'.");
        List<Sign> signs = FoldedText.Fold(word.ToLowerInvariant());
        int letters = signs.Count(sign => sign.Kind is not (SignKind.Gap or SignKind.Apostrophe or SignKind.Echo));
        if (letters is < 2 or > MostLetters)
            throw new TwitchException($"{where}: the entry has {letters} letters; it must have 2 to {MostLetters}.");

        int[] symbols = [.. signs.Where(sign => sign.Kind is not (SignKind.Apostrophe or SignKind.Echo)).Select(Symbol)];
        _words.Add(symbols, ends);
        if (symbols.Contains(WordTrie.Space))
            _words.Add(symbols.Where(symbol => symbol != WordTrie.Space), ends);
    }

    // A letter of an entry is what it looks like most: other alphabets that pass for Latin letters are found, and find, through these.
    private static int Symbol(Sign sign) => sign switch
    {
        { Kind: SignKind.Gap } => WordTrie.Space,
        { Other: not 0 } => sign.Other,
        _ => Lookalikes.Main(sign.Letters),
    };
}
