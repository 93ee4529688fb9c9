using System.Globalization;
using System.Text;

namespace Twitch;

/// <summary>Spells any word in pieces: bytes of its UTF-8, and what was merged of them. Immutable; for any number of threads.</summary>
/// <remarks>Sennrich et al., "Neural machine translation of rare words with subword units", 2016, over bytes. Symbols are numbered: 0 to 255 the bytes, then
/// the end of a word, then one for each merge.</remarks>
internal sealed class BytePairs
{
    /// <summary>The symbol behind a word's last byte.</summary>
    public const int End = 256;

    /// <summary>Symbols that are there without a merge.</summary>
    public const int BaseCount = 257;

    private readonly Dictionary<(int, int), int> _merged = [];    // symbol of a pair; earlier merges have lower ones
    private readonly List<byte[]> _bytes = [.. Enumerable.Range(0, 256).Select(b => (byte[])[(byte)b]), []];
    private readonly List<bool> _ends = [.. Enumerable.Repeat(false, 256), true];
    private readonly Dictionary<string, int> _shown = new(StringComparer.Ordinal);
    private readonly List<(int Left, int Right)> _merges = [];

    private BytePairs()
    {
        for (int symbol = 0; symbol < BaseCount; symbol++)
            _shown.Add(Show(symbol), symbol);
    }

    /// <param name="merges">Pairs of symbols in the order in which they were learnt.</param>
    /// <exception cref="TwitchException">A pair has a symbol that is not there yet, goes on behind the end of a word, or makes what is there already.</exception>
    public BytePairs(IEnumerable<(int Left, int Right)> merges) : this()
    {
        foreach ((int left, int right) in merges)
            Add(left, right, "merges");
    }

    /// <summary>Reads pairs of symbols as <see cref="Show"/> writes them.</summary>
    /// <param name="merges">In the order in which they were learnt.</param>
    /// <param name="source">Where they come from, for messages.</param>
    /// <exception cref="TwitchException">As of the constructor.</exception>
    public static BytePairs Parse(IEnumerable<IReadOnlyList<string>> merges, string source)
    {
        var pairs = new BytePairs();
        foreach (IReadOnlyList<string> merge in merges)
        {
            if (merge is not [string left, string right])
                throw new TwitchException($"{source}: merge {pairs._merges.Count} has {merge.Count} pieces; it must have two; use the file that was saved with the model.");
            pairs.Add(pairs._shown.GetValueOrDefault(left, -1), pairs._shown.GetValueOrDefault(right, -1), source);
        }
        return pairs;
    }

    private void Add(int left, int right, string source)
    {
        int symbol = Count;
        if (left < 0 || left >= symbol || right < 0 || right >= symbol || _ends[left])
            throw new TwitchException($"{source}: merge {_merges.Count} cannot be: a piece is not there before it, or goes on behind the end of a word; use the file that was saved with the model.");
        _bytes.Add([.. _bytes[left], .. _bytes[right]]);
        _ends.Add(_ends[right]);
        if (!_shown.TryAdd(Show(symbol), symbol))
            throw new TwitchException($"{source}: merge {_merges.Count} makes '{Show(symbol)}', which is there already; use the file that was saved with the model.");
        _merged.Add((left, right), symbol);
        _merges.Add((left, right));
    }

    /// <summary>Number of symbols.</summary>
    public int Count => _bytes.Count;

    /// <summary>Pairs of symbols in the order in which they were learnt.</summary>
    public IReadOnlyList<(int Left, int Right)> Merges => _merges;

    /// <summary>The bytes of a symbol.</summary>
    public ReadOnlySpan<byte> Bytes(int symbol) => _bytes[symbol];

    /// <summary>Whether a symbol ends a word.</summary>
    public bool Ends(int symbol) => _ends[symbol];

    /// <summary>The symbols of a word, of which the last ends it.</summary>
    /// <param name="word">Not empty.</param>
    public List<int> Encode(string word)
    {
        var symbols = new List<int>(word.Length + 1);
        foreach (byte each in Encoding.UTF8.GetBytes(word))
            symbols.Add(each);
        symbols.Add(End);
        while (true)
        {
            int best = int.MaxValue;
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                if (_merged.TryGetValue((symbols[i], symbols[i + 1]), out int symbol))
                    best = Math.Min(best, symbol);
            }
            if (best == int.MaxValue)
                return symbols;
            Merge(symbols, _merges[best - BaseCount], best);
        }
    }

    /// <summary>Puts a symbol in the place of every pair.</summary>
    public static void Merge(List<int> symbols, (int Left, int Right) pair, int symbol)
    {
        int kept = 0;
        for (int i = 0; i < symbols.Count; i++)
        {
            bool found = i + 1 < symbols.Count && symbols[i] == pair.Left && symbols[i + 1] == pair.Right;
            symbols[kept++] = found ? symbol : symbols[i];
            i += found ? 1 : 0;
        }
        symbols.RemoveRange(kept, symbols.Count - kept);
    }

    /// <summary>A symbol as people read it: text, bytes that are none as <c>\xE3</c>, and a space where it ends a word.</summary>
    public string Show(int symbol)
    {
        var text = new StringBuilder();
        ReadOnlySpan<byte> rest = Bytes(symbol);
        while (!rest.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(rest, out Rune rune, out int length) == System.Buffers.OperationStatus.Done && rune.Value > ' ' && rune.Value is not (0x7F or '\\');
            if (valid)
                text.Append(rune);
            for (int i = 0; !valid && i < length; i++)
                text.Append(CultureInfo.InvariantCulture, $"\\x{rest[i]:X2}");
            rest = rest[length..];
        }
        return Ends(symbol) ? text.Append(' ').ToString() : text.ToString();
    }
}
