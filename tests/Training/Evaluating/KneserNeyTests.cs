using Twitch.Training.Evaluating;

namespace Twitch.Training.Tests;

public class KneserNeyTests
{
    private static int[] Symbols(string text) => [.. text.Select(c => c - 'a')];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(8)]
    public void The_probabilities_of_all_short_sequences_leave_the_rest_to_longer_ones(int order)
    {
        var counts = new KneserNey(((string[])["ab", "abc", "abab", "c", "aab", "ab", "b", ""]).Select(Symbols), alphabet: 4);

        // Σ p over all sequences of up to n symbols grows to 1 from below.
        double sum = 0, last = 0;
        IEnumerable<string> texts = [""];
        for (int length = 0; length < 8; length++)
        {
            last = texts.Sum(text => Math.Exp(counts.Score(Symbols(text), order)));
            sum += last;
            texts = [.. texts.SelectMany(text => "abcd".Select(c => text + c))];
        }
        Assert.InRange(sum, 0.9, 1.0);
        Assert.True(last < 0.05, $"{last} at length 7");
    }

    [Fact]
    public void A_longer_context_foresees_better_what_depends_on_it()
    {
        int[][] texts = [.. Enumerable.Repeat("abcabdabc", 20).Select(Symbols)];
        var counts = new KneserNey(texts, alphabet: 26);

        Assert.True(counts.Score(texts[0], 5) > counts.Score(texts[0], 2));
        Assert.True(counts.Score(Symbols("abcabdabc"), 5) > counts.Score(Symbols("abdabcabd"), 5));
        Assert.True(double.IsFinite(counts.Score([25, 24, 23], 8)));
    }

    [Fact]
    public void Bigrams_agree_with_the_formula()
    {
        // Twelve runs of two symbols; ab comes three times, ca twice, the others once, so that the discounts can be reckoned by hand.
        var counts = new KneserNey(((string[])["ab", "ab", "ab", "ca", "ca", "bd"]).Select(Symbols), alphabet: 4);

        // Of two symbols (or a symbol and the end): S a 3, a b 3, b E 3, S c 2, c a 2, a E 2, S b 1, b d 1, d E 1: n1 3, n2 3, n3 3.
        const double Y = 3 / 9.0;
        double d1 = 1 - 2 * Y * 3 / 3, d2 = 2 - 3 * Y * 3 / 3, d3 = 3;    // n4 is 0
        // Of one: different symbols before a: S, c; b: a, S; c: S (2, as counted); d: b; E: b, a, d. Starts are counted as they are seen only as part of longer runs.
        double[] kn = [Unigram(2), Unigram(2), Unigram(1), Unigram(1)];
        Assert.Equal(Math.Log(Bigram(3, 6, d3, 1, 1, 1, kn[0])) + Math.Log(Bigram(3, 5, d3, 0, 1, 1, kn[1])) + Math.Log(Bigram(3, 4, d3, 1, 0, 1, Unigram(3))), counts.Score(Symbols("ab"), 2), 1e-9);

        // Counts 2, 2, 1, 1, 3 of 9: n1 2, n2 2, n3 1, n4 0.
        static double Unigram(int count)
        {
            const double Share = 2 / 6.0;
            double u1 = 1 - 2 * Share * 2 / 2, u2 = 2 - 3 * Share * 1 / 2, u3 = 3;
            double discount = count switch { 1 => u1, 2 => u2, _ => u3 };
            return (Math.Max(0, count - discount) + (u1 * 2 + u2 * 2 + u3 * 1) / 5) / 9;
        }

        double Bigram(int count, int total, double discount, int once, int twice, int more, double lower) =>
            (count - discount + (d1 * once + d2 * twice + d3 * more) * lower) / total;
    }
}
