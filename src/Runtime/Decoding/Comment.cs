namespace Twitch.Runtime;

/// <summary>What the model said.</summary>
/// <param name="Text">The words, with one space between them.</param>
/// <param name="Tokens">Their ids, without the start and the end mark.</param>
/// <param name="LogProbabilities">Natural logarithm of each token's probability (<see cref="Token.LogProbability"/>).</param>
public sealed record Comment(string Text, IReadOnlyList<int> Tokens, IReadOnlyList<float> LogProbabilities);

/// <summary>A comment and the moment of the recording it is about.</summary>
/// <param name="Time">Since the start of the recording.</param>
/// <param name="Comment">What is said.</param>
public sealed record TimedComment(TimeSpan Time, Comment Comment);
