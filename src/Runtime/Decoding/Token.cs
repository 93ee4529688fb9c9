namespace Twitch.Runtime;

/// <summary>One word of a comment.</summary>
/// <param name="Id">Its id in the vocabulary.</param>
/// <param name="LogProbability">Natural logarithm of the probability that the model gave it among all words, before temperature,
/// penalties and bans.</param>
public readonly record struct Token(int Id, float LogProbability);
