namespace Twitch.Training.Chat;

/// <summary>One comment of a chat log.</summary>
/// <param name="Time">Time since the start of the stream.</param>
/// <param name="Text">What was said, trimmed; emotes as their names.</param>
/// <param name="Author">Which author said it: a number counted from 0 within one log. Names are never kept.</param>
public readonly record struct ChatComment(TimeSpan Time, string Text, int Author);
