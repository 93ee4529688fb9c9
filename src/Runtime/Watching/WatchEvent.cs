namespace Twitch.Runtime;

/// <summary>Something that happened while a stream was watched.</summary>
/// <param name="Time">When, on the stream's clock: since its first second. It goes on over reconnects, by the time that they took.</param>
public abstract record WatchEvent(TimeSpan Time);

/// <summary>The source brings pictures or sound: its first second is there.</summary>
/// <param name="Time">When.</param>
/// <param name="Connection">1 for the first time, more after each reconnect.</param>
public sealed record SourceConnected(TimeSpan Time, int Connection) : WatchEvent(Time);

/// <summary>A token of a comment. None comes before it is known that the whole comment may be said.</summary>
/// <param name="Time">Moment that the comment is on.</param>
/// <param name="CommentNumber">Which comment of this run, from 1.</param>
/// <param name="Token">Its id and probability.</param>
/// <param name="Text">What it adds to the comment's text: of a word that is spelt in several tokens, the last brings the word, and the others nothing. All of
/// them joined are the text.</param>
public sealed record TokenDrawn(TimeSpan Time, long CommentNumber, Token Token, string Text) : WatchEvent(Time);

/// <summary>A whole comment. Until the next event is asked for, <see cref="Watcher.CopyWindow"/> gives what it was made from.</summary>
/// <param name="Time">Moment that it is on; nothing after it was seen.</param>
/// <param name="Number">Which comment of this run, from 1.</param>
/// <param name="Comment">What is said.</param>
/// <param name="Options">How it was drawn, with the seed that draws it again from the same window.</param>
/// <param name="FirstTokenAfter">From the moment that the newest picture was there to the first token.</param>
public sealed record CommentMade(TimeSpan Time, long Number, Comment Comment, SamplingOptions Options, TimeSpan FirstTokenAfter) : WatchEvent(Time);

/// <summary>The source ended, failed or stalled, and will be opened again.</summary>
/// <param name="Time">When.</param>
/// <param name="Reason">Why, in words that may be shown.</param>
/// <param name="RetryIn">Time until it is opened again.</param>
public sealed record SourceLost(TimeSpan Time, string Reason, TimeSpan RetryIn) : WatchEvent(Time);

/// <summary>The recording or stdin has ended, which ends the run; nothing follows.</summary>
/// <param name="Time">When.</param>
public sealed record SourceEnded(TimeSpan Time) : WatchEvent(Time);
