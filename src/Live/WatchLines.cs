using System.Globalization;
using Twitch.Runtime;

namespace Twitch.Live;

/// <summary>A line of <c>watch --json</c>.</summary>
/// <param name="Event">comment, token, connected, lost or ended.</param>
/// <param name="Time">Seconds since the first second of the stream.</param>
internal sealed record WatchLine(string Event, double Time)
{
    /// <summary>Which comment of the run, from 1.</summary>
    public long? Comment { get; init; }

    /// <summary>Of a comment, the words; of a token, what it adds to them.</summary>
    public string? Text { get; init; }

    /// <summary>Id of a token.</summary>
    public int? Token { get; init; }

    /// <summary>Ids of a comment.</summary>
    public IReadOnlyList<int>? Tokens { get; init; }

    /// <summary>Draws the comment again from the same window.</summary>
    public ulong? Seed { get; init; }

    /// <summary>From the newest picture to the first token, in milliseconds.</summary>
    public double? FirstTokenMs { get; init; }

    /// <summary>1 at first, more after each reconnect.</summary>
    public int? Connection { get; init; }

    /// <summary>Why the source was lost.</summary>
    public string? Reason { get; init; }

    /// <summary>Seconds until it is opened again.</summary>
    public double? RetryS { get; init; }
}

/// <summary>A line of <c>watch --report</c>: the figures of a run so far.</summary>
internal sealed record WatchReport(
    double ElapsedS, long Seconds, long Comments, long Tokens, long Dropped, int Reconnects, int Waiting, double RealTimeFactor, double? SoundDriftMs, double? ClockDriftMs,
    double FirstTokenP50Ms, double FirstTokenP95Ms, double FirstTokenP99Ms,
    double ReadingS, double PicturesS, double FeaturesS, double EncodingS, double DecodingS, double RssMb, int Threads, int Handles)
{
    public static WatchReport Of(WatchStatistics s) => new(
        Math.Round(s.Elapsed.TotalSeconds, 1), s.Seconds, s.Comments, s.Tokens, s.Dropped, s.Reconnects, s.Waiting, Math.Round(s.RealTimeFactor, 3),
        s.SoundDrift is { } sound ? Ms(sound) : null, s.ClockDrift is { } clock ? Ms(clock) : null, Ms(s.FirstToken.P50), Ms(s.FirstToken.P95), Ms(s.FirstToken.P99),
        S(s.Work.Reading), S(s.Work.Pictures), S(s.Work.Features), S(s.Work.Encoding), S(s.Work.Decoding),
        Math.Round(Environment.WorkingSet / 1e6, 1), Directory.GetFileSystemEntries("/proc/self/task").Length, Directory.GetFileSystemEntries("/proc/self/fd").Length);

    private static double Ms(TimeSpan time) => Math.Round(time.TotalMilliseconds, 2);

    private static double S(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}

/// <summary>What a person reads at the end of a run.</summary>
internal static class WatchSummary
{
    public static string Text(WatchStatistics s)
    {
        double second = Math.Max(1, s.Seconds) / 1000.0;    // work per second of stream, in milliseconds
        return string.Create(CultureInfo.InvariantCulture, $"""
            {s.Seconds} s seen, {s.Comments} comments, {s.Dropped} s dropped, {s.Reconnects} reconnects, {s.RealTimeFactor:0.00} x real time
            newest frame to first token: p50 {s.FirstToken.P50.TotalMilliseconds:0.0} ms, p95 {s.FirstToken.P95.TotalMilliseconds:0.0} ms, p99 {s.FirstToken.P99.TotalMilliseconds:0.0} ms
            drift: sound against picture {Drift(s.SoundDrift)}, stream against the clock {Drift(s.ClockDrift)}
            work per second of stream: ffmpeg {s.Work.Reading.TotalSeconds / second:0.0} ms, pictures {s.Work.Pictures.TotalSeconds / second:0.0} ms, features {s.Work.Features.TotalSeconds / second:0.0} ms, encode {s.Work.Encoding.TotalSeconds / second:0.0} ms, decode {s.Work.Decoding.TotalSeconds / second:0.0} ms
            """);
    }

    private static string Drift(TimeSpan? drift) => drift is { } time ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:+0;-0;0} ms") : "not measured";
}
