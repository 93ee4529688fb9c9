using System.Runtime.InteropServices;

namespace Twitch;

/// <summary>Learns which pieces words are spelt in: again and again the most frequent pair of neighbours becomes a piece.</summary>
internal static class BytePairTraining
{
    /// <summary>The merges, in the order in which they were found.</summary>
    /// <param name="words">Different words; each counts once, since it is new words that are spelt.</param>
    /// <param name="most">Most merges.</param>
    /// <param name="leastCount">In how many places a pair must stand at least.</param>
    public static (int Left, int Right)[] Learn(IEnumerable<string> words, int most, int leastCount)
    {
        var plain = new BytePairs([]);
        List<int>[] spelt = [.. words.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(plain.Encode)];
        var counts = new Dictionary<(int, int), int>();
        var places = new Dictionary<(int, int), HashSet<int>>();    // words that have had the pair
        for (int i = 0; i < spelt.Length; i++)
            Count(i, 1);

        var merges = new List<(int Left, int Right)>();
        var pieces = new List<(string Bytes, bool Ends)>(Enumerable.Range(0, BytePairs.BaseCount).Select(symbol => (Convert.ToHexString(plain.Bytes(symbol)), plain.Ends(symbol))));
        var known = pieces.ToHashSet();
        while (merges.Count < most)
        {
            (int Left, int Right) best = default;
            int found = 0;
            foreach (((int, int) pair, int count) in counts)
            {
                if (count >= leastCount && (count > found || (count == found && pair.CompareTo(best) < 0)) && IsPiece(Joined(pair)))
                    (best, found) = (pair, count);
            }
            if (found < Math.Max(1, leastCount))
                break;

            int symbol = BytePairs.BaseCount + merges.Count;
            merges.Add(best);
            pieces.Add(Joined(best));
            known.Add(Joined(best));
            foreach (int word in places[best])
            {
                Count(word, -1);
                BytePairs.Merge(spelt[word], best, symbol);
                Count(word, 1);
            }
            counts.Remove(best);
        }
        return [.. merges];

        // None comes twice, and each is whole characters or the beginning of one.
        bool IsPiece((string Bytes, bool Ends) joined)
        {
            byte[] bytes = Convert.FromHexString(joined.Bytes);
            WordState state = WordStates.After(WordState.Between, bytes, joined.Ends);
            bool whole = state is WordState.Within || (joined.Ends && state is WordState.Between), begins = state is not WordState.Impossible && bytes.Count(b => (b & 0xC0) != 0x80) == 1;
            return (whole || begins) && !known.Contains(joined);
        }

        (string, bool) Joined((int Left, int Right) pair) => (pieces[pair.Left].Bytes + pieces[pair.Right].Bytes, pieces[pair.Right].Ends);

        void Count(int word, int change)
        {
            List<int> symbols = spelt[word];
            for (int i = 0; i + 1 < symbols.Count; i++)
            {
                (int, int) pair = (symbols[i], symbols[i + 1]);
                ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, pair, out _);
                count += change;
                if (change < 0)
                    continue;
                if (!places.TryGetValue(pair, out HashSet<int>? having))
                    places[pair] = having = [];
                having.Add(word);
            }
        }
    }
}
