using System.Runtime.InteropServices;

namespace Twitch;

public sealed partial class Vocabulary
{
    /// <summary>Fewest ids of a vocabulary with subwords: the special ones, the placeholders and the bytes.</summary>
    public static int LeastSubwords => SpecialCount + Placeholders.Words.Count + BytePairs.BaseCount;

    // Pieces that are learnt at most, and in how many different words one must stand.
    private const int MostMerges = 512, LeastPlaces = 5;

    /// <summary>Learns a vocabulary: the most frequent words, each in its most frequent spelling (ties in ordinal order).</summary>
    /// <param name="texts">Comments to learn from.</param>
    /// <param name="maxSize">Most ids, special ones included.</param>
    /// <param name="minCount">Words seen less often are left out.</param>
    public static Vocabulary Build(IEnumerable<string> texts, int maxSize, int minCount = 1) =>
        FromWords(Counted(texts).Where(entry => entry.Count >= minCount && !SpecialWords.Contains(entry.Word)).Take(Math.Max(0, maxSize - SpecialCount)).Select(entry => entry.Word));

    /// <summary>Learns a vocabulary with subwords: the <see cref="Placeholders"/>, the most frequent words, and pieces that the others are spelt in.</summary>
    /// <param name="texts">Comments to learn from.</param>
    /// <param name="maxSize">Most ids, at least <see cref="LeastSubwords"/>; up to an eighth of them are pieces of several bytes, but at most 512.</param>
    /// <param name="minCount">Words seen less often are spelt; an emote that was seen twice is not.</param>
    public static Vocabulary BuildSubwords(IEnumerable<string> texts, int maxSize, int minCount = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSize, LeastSubwords);
        (string Word, int Count)[] counted = [.. Counted(texts).Where(entry => !Placeholders.IsReserved(entry.Word))];
        (int, int)[] merges = BytePairTraining.Learn(counted.Select(entry => entry.Word), Math.Min(MostMerges, Math.Min(maxSize / 8, maxSize - LeastSubwords)), LeastPlaces);
        IEnumerable<string> words = counted.Where(entry => entry.Count >= minCount || (entry.Count > 1 && EmoteNames.Contain(entry.Word))).Take(maxSize - LeastSubwords - merges.Length).Select(entry => entry.Word);
        return new Vocabulary([.. SpecialWords, .. Placeholders.Words.Order(StringComparer.Ordinal), .. words], new BytePairs(merges), "vocabulary");
    }

    // The most frequent first.
    private static IEnumerable<(string Word, int Count)> Counted(IEnumerable<string> texts)
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
        return spellings.Values
            .Select(counts => (Word: counts.OrderByDescending(s => s.Value).ThenBy(s => s.Key, StringComparer.Ordinal).First().Key, Count: counts.Values.Sum()))
            .OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Word, StringComparer.Ordinal);
    }
}
