namespace Twitch.Training.Evaluating;

/// <summary>Likelihoods of comments by <see cref="KneserNey"/>, over tokens or over characters, of the order that foresees the held-out comments best: a
/// baseline may be helped so, the network is not.</summary>
internal sealed class NgramBaseline
{
    /// <summary>Orders that are tried.</summary>
    public const int LeastOrder = 3, MostOrder = KneserNey.MostOrder;

    private const int MostTexts = 50_000;       // the last ones: more would not fit in memory
    private const int UnicodeSize = 150_000;    // characters that there are, about

    private readonly Func<string, int[]> _symbols;
    private readonly KneserNey _counts;
    private readonly Dictionary<string, double> _scores = new(StringComparer.Ordinal);

    private NgramBaseline(IReadOnlyList<string> training, IReadOnlyList<string> heldOut, Func<string, int[]> symbols, int alphabet)
    {
        _symbols = symbols;
        _counts = new KneserNey(training.Skip(training.Count - MostTexts).Select(symbols), alphabet);
        int[][] judged = [.. heldOut.Select(symbols)];
        Order = Enumerable.Range(LeastOrder, MostOrder - LeastOrder + 1).MaxBy(order => judged.Sum(sequence => _counts.Score(sequence, order)));
    }

    /// <summary>Symbols of the longest runs.</summary>
    public int Order { get; }

    /// <summary>Over the network's tokens.</summary>
    public static NgramBaseline OfTokens(HeldOut heldOut)
    {
        double share = Math.Log(Math.Max(1, heldOut.UnseenWords));
        return new NgramBaseline(heldOut.Training, Texts(heldOut), heldOut.Vocabulary.Encode, heldOut.Vocabulary.Count - Vocabulary.SpecialCount)
        {
            Penalty = text => heldOut.Vocabulary.HasSubwords ? 0 : share * heldOut.Vocabulary.Encode(text).Count(token => token == Vocabulary.Unknown),
        };
    }

    /// <summary>Over characters (Unicode scalars), words spelt as the network has them, one space between them.</summary>
    public static NgramBaseline OfCharacters(HeldOut heldOut) =>
        new(heldOut.Training, Texts(heldOut), text => [.. heldOut.Vocabulary.Spell(text).EnumerateRunes().Select(rune => rune.Value)], UnicodeSize);

    // What a word costs that is none of the vocabulary's.
    private Func<string, double> Penalty { get; init; } = _ => 0;

    /// <summary>ln p of a comment.</summary>
    public double Score(string text)
    {
        if (!_scores.TryGetValue(text, out double score))
            _scores[text] = score = _counts.Score(_symbols(text), Order) - Penalty(text);
        return score;
    }

    private static IReadOnlyList<string> Texts(HeldOut heldOut) => [.. heldOut.Comments.Select(comment => comment.Text)];
}
