using System.Diagnostics;
using Twitch.Runtime;
using Twitch.Media;
using Twitch.Serving.Telemetry;

namespace Twitch.Serving.Sessions;

/// <summary>What a session watches: a <see cref="Watcher"/>, or a script.</summary>
internal interface ISessionFeed
{
    /// <inheritdoc cref="Watcher.Sampling"/>
    SamplingOptions Sampling { get; set; }

    /// <inheritdoc cref="Watcher.Statistics"/>
    WatchStatistics Statistics { get; }

    /// <summary>What the last comment began from.</summary>
    ClipContext? LastClip { get; }

    /// <inheritdoc cref="Watcher.CopyWindow"/>
    RecordedWindow? CopyWindow();

    /// <inheritdoc cref="Watcher.RunAsync"/>
    IAsyncEnumerable<WatchEvent> RunAsync(CancellationToken cancellation);
}

/// <summary>Makes a feed of a source.</summary>
internal delegate ISessionFeed OpenFeed(StreamSource source, WatchOptions options);

/// <summary>A watcher whose comments are written in the batch that all sessions share.</summary>
internal sealed class WatcherFeed : ISessionFeed
{
    private readonly Watcher _watcher;

    public WatcherFeed(ServedModel served, StreamSource source, WatchOptions options) => _watcher = new Watcher(served.Model, source, options with
    {
        Writer = async (clip, sampling, drawn, cancellation) =>
        {
            using Activity? span = ServeMetrics.Traces.StartActivity("session.comment");
            LastClip = clip;
            Comment comment = await served.Scheduler.GenerateAsync(clip, sampling, drawn, cancellation);
            span?.SetTag("twitch.source", source.Name).SetTag("twitch.tokens", comment.Tokens.Count);
            return comment;
        },
    });

    public SamplingOptions Sampling
    {
        get => _watcher.Sampling;
        set => _watcher.Sampling = value;
    }

    public WatchStatistics Statistics => _watcher.Statistics;

    public ClipContext? LastClip { get; private set; }

    public RecordedWindow? CopyWindow() => _watcher.CopyWindow();

    public IAsyncEnumerable<WatchEvent> RunAsync(CancellationToken cancellation) => _watcher.RunAsync(cancellation);
}
