using System.Runtime.CompilerServices;
using Twitch.Runtime.Capture;

namespace Twitch.Runtime;

public sealed partial class CommentModel
{
    /// <summary>Looks at a recording as this model sees and hears it.</summary>
    /// <exception cref="TwitchException">A file is missing, is no recording, or has neither picture nor sound.</exception>
    public Recording OpenRecording(MediaSource source) => Recording.Open(source, Config.Frame, Config.Mel);

    /// <summary>A recording that was looked at, as this model sees and hears it.</summary>
    public Recording OpenRecording(InspectedMedia media) => Recording.Open(media, Config.Frame, Config.Mel);

    /// <summary>Comments on a recording at regular moments, in one pass; each comment comes as soon as it is made.</summary>
    /// <param name="recording">From <see cref="OpenRecording(MediaSource)"/>.</param>
    /// <param name="every">Time between two moments, at least 0.1 s.</param>
    /// <param name="from">The first moment; absent: <paramref name="every"/> after the beginning.</param>
    /// <param name="to">No moment after it; absent: to the end of the recording.</param>
    /// <param name="options">How each token is drawn; each moment's seed is derived from this one and its time. Absent: the bundle's defaults.</param>
    /// <param name="count">Different comments on each moment.</param>
    /// <param name="cancellation">Stops between two comments.</param>
    /// <exception cref="TwitchException">The first moment is after the recording's end, or the recording cannot be decoded.</exception>
    public IAsyncEnumerable<TimedComment> CommentEveryAsync(
        Recording recording, TimeSpan every, TimeSpan? from = null, TimeSpan? to = null, SamplingOptions? options = null, int count = 1,
        CancellationToken cancellation = default)
    {
        if (every < TimeSpan.FromSeconds(0.1))
            throw new TwitchException($"--every is {every.TotalSeconds} s; it must be at least 0.1 s.", ExitCode.Usage);
        return CommentAsync(recording, Moments(), endIsExpected: true, options ?? Sampling, count, cancellation);

        IEnumerable<TimeSpan> Moments()
        {
            for (TimeSpan moment = from ?? every; !(moment > to); moment += every)
                yield return moment;
        }
    }

    /// <summary>Comments on some moments of a recording, in order of time; what lies between them is skipped.</summary>
    /// <param name="recording">From <see cref="OpenRecording(MediaSource)"/>.</param>
    /// <param name="moments">Times since the start of the recording.</param>
    /// <param name="options">How each token is drawn; each moment's seed is derived from this one and its time. Absent: the bundle's defaults.</param>
    /// <param name="count">Different comments on each moment.</param>
    /// <param name="cancellation">Stops between two comments.</param>
    /// <exception cref="TwitchException">A moment is after the recording's end, or the recording cannot be decoded.</exception>
    public IAsyncEnumerable<TimedComment> CommentAtAsync(
        Recording recording, IEnumerable<TimeSpan> moments, SamplingOptions? options = null, int count = 1, CancellationToken cancellation = default)
    {
        TimeSpan[] ordered = [.. moments.Order().Distinct()];
        if (ordered.Length > 0 && ordered[^1] > recording.Length)
            throw After(ordered[^1], recording.Length);
        return CommentAsync(recording, ordered, endIsExpected: false, options ?? Sampling, count, cancellation);
    }

    private async IAsyncEnumerable<TimedComment> CommentAsync(
        Recording recording, IEnumerable<TimeSpan> moments, bool endIsExpected, SamplingOptions options, int count, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new RecordingReader(recording, Config, cancellation);
        bool any = false;
        foreach (TimeSpan moment in moments)
        {
            // Decoding and encoding take long and wait for nothing: off the caller's thread.
            ClipContext? clip = await Task.Run(() => reader.ReadTo(moment) ? reader.Encode(this, moment) : null, cancellation);
            if (clip is null && any && endIsExpected)
                break;
            if (clip is null)
                throw After(moment, reader.End ?? recording.Length);

            any = true;
            SamplingOptions here = options with { Seed = Xoshiro256.Derive(options.Seed, (long)moment.TotalMilliseconds) };
            foreach (Comment comment in GenerateDistinct(clip, here, count))
            {
                cancellation.ThrowIfCancellationRequested();
                yield return new TimedComment(moment, comment);
            }
        }
    }

    private static TwitchException After(TimeSpan moment, TimeSpan? end) =>
        new($"there is nothing to comment on at {StreamTime.Format(moment)}: the recording ends {(end < moment ? $"at {StreamTime.Format(end.Value)}" : "before")}; give an earlier time.");
}
