namespace Twitch.Runtime;

/// <summary>What the model said.</summary>
/// <param name="Text">The words, with one space between them, as they may be said (<see cref="SpeechRules.Clean"/>).</param>
/// <param name="Tokens">Their ids as they were drawn, without the start and the end mark.</param>
/// <param name="LogProbabilities">Natural logarithm of each token's probability (<see cref="Token.LogProbability"/>).</param>
public sealed record Comment(string Text, IReadOnlyList<int> Tokens, IReadOnlyList<float> LogProbabilities)
{
    /// <summary>What a moment has when nothing that was drawn may be said: no text and no tokens.</summary>
    public static Comment Withheld { get; } = new("", [], []);

    /// <summary>Whether this is <see cref="Withheld"/>; do not show it.</summary>
    public bool IsWithheld => ReferenceEquals(this, Withheld);
}

/// <summary>A comment and the moment of the recording it is about.</summary>
/// <param name="Time">Since the start of the recording.</param>
/// <param name="Comment">What is said.</param>
public sealed record TimedComment(TimeSpan Time, Comment Comment);
