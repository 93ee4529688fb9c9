using System.Globalization;
using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>Says whether a comment is due.</summary>
/// <param name="time">A second of the stream, since its first one.</param>
/// <param name="clip">What was seen and heard in the window that ends there.</param>
/// <remarks>Called once for every second, in order.</remarks>
public delegate bool CommentDue(TimeSpan time, ClipContext clip);

/// <summary>Writes one comment; <see cref="BatchScheduler.GenerateAsync(ClipContext, SamplingOptions, Action{Token}?, CancellationToken)"/> is one, with
/// which many streams share one running batch.</summary>
/// <param name="clip">What was seen and heard.</param>
/// <param name="options">How each token is drawn.</param>
/// <param name="drawn">Is told each token once the comment may be said, on any thread; must not block.</param>
/// <param name="cancellation">Stops it.</param>
public delegate Task<Comment> CommentWriter(ClipContext clip, SamplingOptions options, Action<Token>? drawn, CancellationToken cancellation);

/// <summary>How a stream is watched. Immutable; change it with <c>with</c>.</summary>
public sealed record WatchOptions
{
    /// <summary>Time between two comments, whole seconds, at least 1; unused where <see cref="Pace"/> or <see cref="Due"/> is given.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Comments when the channel's chat would, at most once a second; absent: every <see cref="Every"/>. Needs a model that says when
    /// people comment.</summary>
    public CommentPace? Pace { get; init; }

    /// <summary>What is said on the stream meanwhile, for a model that reads past chat; others may add to it, and what is said here is added.
    /// Absent: what is said here alone.</summary>
    public ChatHistory? Chat { get; init; }

    /// <summary>Says when a comment is due, for example from what is seen and heard; absent: <see cref="Pace"/> does, or <see cref="Every"/>.</summary>
    /// <remarks>After a reconnect, a comment is made one window after it is back at the latest, whatever this says.</remarks>
    public CommentDue? Due { get; init; }

    /// <summary>How each token is drawn at first; each moment's seed is derived from this one and its time. Absent: the bundle's defaults.</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Writes the comments; absent: a decoder of the watcher's own.</summary>
    public CommentWriter? Writer { get; init; }

    /// <summary>How the source is read.</summary>
    public LiveCaptureOptions Capture { get; init; } = new();

    /// <summary>How often in a row a source that was lost is opened again before it is given up; absent: for ever.</summary>
    public int? Reconnects { get; init; }

    /// <summary>Waits for a source that is not there yet, as for one that was lost; without it that is an error.</summary>
    public bool WaitForSource { get; init; }

    /// <summary>Says anew for every connection what is to be opened, for a source whose address expires, see <see cref="StreamResolver"/>; absent: the source itself.
    /// A <see cref="TwitchException"/> with <see cref="ExitCode.SourceLost"/> is a source that is not there now.</summary>
    public Func<CancellationToken, Task<StreamSource>>? Resolve { get; init; }

    /// <summary>Clock of waits, timestamps and stalls.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Spreads the reconnects of many.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>Checks every option against its range; messages use the command line's names.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public WatchOptions Validate()
    {
        if (Every < TimeSpan.FromSeconds(1) || Every.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new TwitchException(string.Create(CultureInfo.InvariantCulture, $"--every is {Every.TotalSeconds} s; a stream is watched in whole seconds, so it must be 1, 2, 3 …"), ExitCode.Usage);
        if (Reconnects < 0)
            throw new TwitchException($"--reconnects is {Reconnects}; it must be 0 or more.", ExitCode.Usage);
        Pace?.Validate();
        Capture.Validate();
        return this;
    }
}
