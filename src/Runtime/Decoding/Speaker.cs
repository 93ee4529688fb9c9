namespace Twitch.Runtime;

/// <summary>Decides about each comment that was drawn: said, drawn again with another seed, or withheld. Counts what was not said.
/// For any number of threads.</summary>
/// <param name="rules">What may be said.</param>
/// <param name="vocabulary">The words of the ids.</param>
/// <param name="blocked">Runs of words that are not said; absent: none.</param>
public sealed class Speaker(SpeechRules rules, Vocabulary vocabulary, BlockedRuns? blocked = null)
{
    /// <summary>Most times that one comment is drawn.</summary>
    public const int MostDraws = 5;

    private long _drawnAgain, _withheld;

    /// <summary>What may be said.</summary>
    public SpeechRules Rules => rules;

    /// <summary>What may be drawn.</summary>
    internal DrawRules DrawRules { get; } = new(vocabulary, rules, blocked);

    /// <summary>Comments that might not be said and were drawn once more.</summary>
    public long DrawnAgainCount => Interlocked.Read(ref _drawnAgain);

    /// <summary>Comments that were given up.</summary>
    public long WithheldCount => Interlocked.Read(ref _withheld);

    /// <summary>The options of the next draw of a comment; the first has those that were asked for.</summary>
    /// <param name="options">Those that were asked for.</param>
    /// <param name="draw">0 for the first.</param>
    internal static SamplingOptions OptionsOf(SamplingOptions options, int draw) =>
        options with { Seed = Xoshiro256.Derive(options.Seed, -draw) };

    /// <summary>The comment of some tokens as it may be said, or null if it is to be drawn again.</summary>
    /// <param name="tokens">Ids as they were drawn.</param>
    /// <param name="logProbabilities">Of each.</param>
    /// <param name="options">How they were drawn.</param>
    /// <param name="draw">How many draws there were before.</param>
    internal Comment? Decide(IReadOnlyList<int> tokens, IReadOnlyList<float> logProbabilities, SamplingOptions options, int draw)
    {
        if (tokens.Count == 0)
            return new Comment("", tokens, logProbabilities);    // the model has nothing to say
        // What was cleaned may have other words than what was drawn.
        if (rules.Say(vocabulary.Decode([.. tokens])) is { } text && blocked?.AreIn(text) != true)
        {
            var comment = new Comment(text, tokens, logProbabilities);
            return vocabulary.HasSubwords ? comment with { WordLogProbabilities = [.. comment.Words(vocabulary).Select(word => word.LogProbability)] } : comment;
        }
        if (draw + 1 < MostDraws && options.Temperature > 0)    // greedy draws the same again
        {
            Interlocked.Increment(ref _drawnAgain);
            return null;
        }
        Interlocked.Increment(ref _withheld);
        return Comment.Withheld;
    }
}
