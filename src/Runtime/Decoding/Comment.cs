namespace Twitch.Runtime;

/// <summary>What the model said.</summary>
/// <param name="Text">The words, with one space between them, as they may be said (<see cref="SpeechRules.Clean"/>).</param>
/// <param name="Tokens">Their ids as they were drawn, without the start and the end mark.</param>
/// <param name="LogProbabilities">Natural logarithm of each token's probability (<see cref="Token.LogProbability"/>).</param>
public sealed record Comment(string Text, IReadOnlyList<int> Tokens, IReadOnlyList<float> LogProbabilities)
{
    /// <summary>Natural logarithm of each word's probability; absent where every token is a word.</summary>
    public IReadOnlyList<float>? WordLogProbabilities { get; init; }

    /// <summary>The words that were drawn, each with the tokens that spell it; a last word that does not end is left out.</summary>
    /// <param name="vocabulary">The words of the ids.</param>
    public IReadOnlyList<DrawnWord> Words(Vocabulary vocabulary)
    {
        int[] tokens = [.. Tokens];
        var words = new List<DrawnWord>();
        for (int start = 0, end = 1; end <= tokens.Length; end++)
        {
            if (!vocabulary.EndsWord(tokens[end - 1]))
                continue;
            words.Add(new DrawnWord(vocabulary.WordOf(tokens.AsSpan(start, end - start)), end - start, LogProbabilities.Skip(start).Take(end - start).Sum()));
            start = end;
        }
        return words;
    }

    /// <summary>What a moment has when nothing that was drawn may be said: no text and no tokens.</summary>
    public static Comment Withheld { get; } = new("", [], []);

    /// <summary>Whether this is <see cref="Withheld"/>; do not show it.</summary>
    public bool IsWithheld => ReferenceEquals(this, Withheld);
}

/// <summary>A word of a comment.</summary>
/// <param name="Text">The word.</param>
/// <param name="TokenCount">Tokens that it is spelt in.</param>
/// <param name="LogProbability">Natural logarithm of its probability: the sum over its tokens.</param>
public readonly record struct DrawnWord(string Text, int TokenCount, float LogProbability);

/// <summary>A comment and the moment of the recording it is about.</summary>
/// <param name="Time">Since the start of the recording.</param>
/// <param name="Comment">What is said.</param>
public sealed record TimedComment(TimeSpan Time, Comment Comment);
