namespace Twitch;

/// <summary>How each token of a comment is drawn from its logits. Immutable; change it with <c>with</c>.</summary>
/// <remarks>The steps apply in this order: bans and penalties, temperature, top-k, top-p, min-p, draw.</remarks>
public sealed record SamplingOptions
{
    /// <summary>Divides the logits; 0 always takes the largest one (greedy). In [0, 10].</summary>
    public float Temperature { get; init; } = 0.8f;

    /// <summary>Draw among this many most likely tokens; 0 keeps every token.</summary>
    public int TopK { get; init; } = 5;

    /// <summary>Nucleus sampling: draw among the fewest most likely tokens whose probabilities reach this sum. In (0, 1]; 1 keeps all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Drop tokens less likely than this share of the most likely one. In [0, 1); 0 keeps all.</summary>
    public float MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens already said (CTRL, Keskar et al. 2019). In [1, 10]; 1 changes nothing.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>No sequence of this many tokens comes twice in a comment; 0 allows it.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>Fewest words of a comment; the end mark is not drawn before.</summary>
    public int MinLength { get; init; } = 1;

    /// <summary>Most words of a comment, however many tokens they are spelt in; see <see cref="MostTokens"/>. In [1, 500].</summary>
    public int MaxLength { get; init; } = 20;

    /// <summary>Seed of the draws. The same seed, bundle and provider give the same comment.</summary>
    public ulong Seed { get; init; }

    /// <summary>Most tokens of a comment: eight a word, so that a script without spaces, which spells a comment as one word, has room too.</summary>
    /// <param name="words">Most words.</param>
    public static int MostTokens(int words) => 8 * words;

    /// <summary>Checks every option against its range; messages use the command line's names.</summary>
    /// <param name="vocabularySize">Tokens of the model's vocabulary, the upper bound of top-k.</param>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public SamplingOptions Validate(int vocabularySize)
    {
        Check(Temperature is >= 0 and <= 10, "--temperature", Temperature, "in [0, 10], where 0 always takes the most likely token");
        Check(TopK >= 0 && TopK <= vocabularySize, "--top-k", TopK, $"in [0, {vocabularySize}], where 0 keeps every token");
        Check(TopP is > 0 and <= 1, "--top-p", TopP, "in (0, 1], where 1 keeps every token");
        Check(MinP is >= 0 and < 1, "--min-p", MinP, "in [0, 1), where 0 keeps every token");
        Check(RepetitionPenalty is >= 1 and <= 10, "--repetition-penalty", RepetitionPenalty, "in [1, 10], where 1 changes nothing");
        Check(NoRepeatNgram is >= 0 and <= 16, "--no-repeat-ngram", NoRepeatNgram, "in [0, 16], where 0 allows repetition");
        Check(MaxLength is >= 1 and <= 500, "--max-length", MaxLength, "in [1, 500]");
        Check(MinLength >= 0 && MinLength <= MaxLength, "--min-length", MinLength, $"in [0, {MaxLength}], the --max-length");
        return this;

        static void Check<T>(bool valid, string name, T value, string range)
        {
            if (!valid)
                throw new TwitchException($"{name} is {value}; it must be {range}.", ExitCode.Usage);
        }
    }
}
