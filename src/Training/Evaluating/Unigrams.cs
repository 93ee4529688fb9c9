namespace Twitch.Training.Evaluating;

/// <summary>What is said without looking: likelihoods of comments from how often words and whole comments were said before.</summary>
/// <remarks>Words have add-one smoothing over the network's vocabulary, and share <c>&lt;UNK&gt;</c> as its score does. Whole comments fall
/// back on their words, smoothed as Witten and Bell, "The zero-frequency problem", 1991: p = (count + different · p_words) / (all + different).</remarks>
internal sealed class Unigrams
{
    private readonly Vocabulary _vocabulary;
    private readonly Dictionary<string, int> _comments = new(StringComparer.Ordinal);
    private readonly double[] _words;    // ln p of each id
    private readonly int _count;

    /// <summary>Counts what was learned from.</summary>
    public Unigrams(HeldOut heldOut)
    {
        _vocabulary = heldOut.Vocabulary;
        var counts = new double[_vocabulary.Count];
        Array.Fill(counts, 1);
        counts[Vocabulary.Pad] = counts[Vocabulary.Start] = 0;
        foreach (string text in heldOut.Training)
        {
            foreach (int token in _vocabulary.Encode(text))
                counts[token]++;
            counts[Vocabulary.End]++;
            string key = ChatText.Key(text);
            _comments[key] = _comments.GetValueOrDefault(key) + 1;
            _count++;
        }
        double sum = counts.Sum();
        _words = [.. counts.Select(count => Math.Log(count / sum))];
        _words[Vocabulary.Unknown] -= Math.Log(Math.Max(1, heldOut.UnseenWords));
    }

    /// <summary>ln p of a comment as words that are drawn one by one, up to <c>&lt;EOS&gt;</c>.</summary>
    public double Words(string text) => _vocabulary.Encode(text).Sum(token => _words[token]) + _words[Vocabulary.End];

    /// <summary>ln p of a comment as one that is drawn whole.</summary>
    public double Comment(string text) => Math.Log((Said(text) + _comments.Count * Math.Exp(Words(text))) / (_count + _comments.Count));

    /// <summary>How often a comment was said.</summary>
    public int Said(string text) => _comments.GetValueOrDefault(ChatText.Key(text));
}
