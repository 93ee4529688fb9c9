using System.Diagnostics;
using System.Diagnostics.Metrics;
using Twitch.Runtime;

namespace Twitch.Serving.Telemetry;

/// <summary>What is counted and measured, under the names that Prometheus and OTLP show.</summary>
internal sealed class ServeMetrics
{
    /// <summary>Name of the meter and of the traces' source.</summary>
    public const string Name = "Twitch";

    private static readonly double[] Milliseconds = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
    private static readonly int[] Rows = [1, 2, 4, 8, 16, 32, 64, 128];

    private readonly UpDownCounter<int> _sessions, _uploads;
    private readonly Counter<long> _comments, _tokens, _dropped, _reconnects;
    private readonly Counter<long> _clips;
    private readonly Histogram<double> _firstToken, _clipTime;
    private readonly Histogram<int> _batch;

    public ServeMetrics(IMeterFactory meters)
    {
        Meter meter = meters.Create(Name);
        _sessions = meter.CreateUpDownCounter<int>("twitch.sessions.running", "{session}", "Sessions whose source is watched.");
        _comments = meter.CreateCounter<long>("twitch.comments", "{comment}", "Comments of sessions.");
        _tokens = meter.CreateCounter<long>("twitch.tokens", "{token}", "Tokens of sessions' comments.");
        _dropped = meter.CreateCounter<long>("twitch.frames.dropped", "{frame}", "Sampled frames, one a second with its sound, that were dropped because their session was late.");
        _reconnects = meter.CreateCounter<long>("twitch.source.reconnects", "{reconnect}", "Sources that came back.");
        _firstToken = meter.CreateHistogram("twitch.first_token.duration", "s", "From the newest frame to the first token.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Milliseconds });
        _batch = meter.CreateHistogram("twitch.decode.batch.rows", "{row}", "Comments that a decoder step moves on together.", advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = Rows });
        _uploads = meter.CreateUpDownCounter<int>("twitch.clips.waiting", "{clip}", "Uploaded clips that wait or are decoded.");
        _clips = meter.CreateCounter<long>("twitch.clips", "{clip}", "Uploaded clips that were commented on.");
        _clipTime = meter.CreateHistogram("twitch.clip.duration", "s", "From an uploaded clip's last byte to its comments.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = Milliseconds });
    }

    /// <summary>Spans of clips (what they wait for, decoding, writing) and of sessions' comments.</summary>
    public static ActivitySource Traces { get; } = new(Name);

    public void SessionBegan() => _sessions.Add(1);

    public void SessionEnded() => _sessions.Add(-1);

    public void Reconnected() => _reconnects.Add(1);

    public void Dropped(long seconds)
    {
        if (seconds > 0)
            _dropped.Add(seconds);
    }

    public void Commented(CommentMade made)
    {
        _comments.Add(1);
        _tokens.Add(made.Comment.Tokens.Count);
        _firstToken.Record(made.FirstTokenAfter.TotalSeconds);
    }

    public void Stepped(int rows) => _batch.Record(rows);

    public void ClipBegan() => _uploads.Add(1);

    public void ClipEnded() => _uploads.Add(-1);

    public void ClipCommented(TimeSpan time)
    {
        _clips.Add(1);
        _clipTime.Record(time.TotalSeconds);
    }
}

/// <summary>Counts the rows of each step of the shared decoder.</summary>
internal sealed class MeasuredDecoder(IBatchDecoderStep decoder, ServeMetrics metrics) : IBatchDecoderStep, IDisposable
{
    public int Capacity => decoder.Capacity;

    public int VocabularySize => decoder.VocabularySize;

    public void Reset(int row, ClipContext clip) => decoder.Reset(row, clip);

    public void Move(int source, int target) => decoder.Move(source, target);

    public ReadOnlySpan<float> Advance(ReadOnlySpan<int> tokens)
    {
        metrics.Stepped(tokens.Length);
        return decoder.Advance(tokens);
    }

    public StepLogits AdvanceToDraw(ReadOnlySpan<int> tokens)
    {
        metrics.Stepped(tokens.Length);
        return decoder.AdvanceToDraw(tokens);
    }

    public void Dispose() => (decoder as IDisposable)?.Dispose();
}
