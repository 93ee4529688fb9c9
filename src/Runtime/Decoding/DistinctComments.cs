namespace Twitch.Runtime;

/// <summary>Which comments on one clip are drawn to find some with different texts, and which of them count.</summary>
/// <param name="options">How each token is drawn; every try has a seed derived from this one's.</param>
/// <param name="count">How many are wanted.</param>
internal sealed class DistinctComments(SamplingOptions options, int count)
{
    private const int TriesPerComment = 20;    // a sharp distribution has few different comments

    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);
    private readonly int _most = options.Temperature == 0 ? 1 : TriesPerComment * count;    // greedy has one comment only
    private int _tried;

    /// <summary>The next tries: as many as comments are missing, so that none is drawn in vain. Empty when enough were found or tried.</summary>
    public SamplingOptions[] NextTries()
    {
        int first = _tried, together = Math.Min(count - _texts.Count, _most - first);
        _tried += together;
        return [.. Enumerable.Range(first, together).Select(i => options with { Seed = Xoshiro256.Derive(options.Seed, i) })];
    }

    /// <summary>Whether a comment that was drawn counts: it may be said, and its text is new.</summary>
    public bool Add(Comment comment) => !comment.IsWithheld && _texts.Add(comment.Text);
}
