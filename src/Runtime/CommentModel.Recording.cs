using System.Runtime.CompilerServices;
using Twitch.Media;

namespace Twitch.Runtime;

public sealed partial class CommentModel
{
    /// <summary>Looks at a recording as this model sees and hears it.</summary>
    /// <exception cref="TwitchException">A file is missing, is no recording, or has neither picture nor sound.</exception>
    public Recording OpenRecording(MediaSource source) => Recording.Open(source, Config.Frame, Config.Mel, Config.FrameSampling);

    /// <summary>A recording that was looked at, as this model sees and hears it.</summary>
    public Recording OpenRecording(InspectedMedia media) => Recording.Open(media, Config.Frame, Config.Mel, Config.FrameSampling);

    /// <summary>Comments on a recording at regular moments, in one pass; each comment comes as soon as it is made.</summary>
    /// <param name="recording">From <see cref="OpenRecording(MediaSource)"/>.</param>
    /// <param name="every">Time between two moments, at least 0.1 s.</param>
    /// <param name="from">The first moment; absent: <paramref name="every"/> after the beginning, or the end of a recording that is shorter.</param>
    /// <param name="to">No moment after it; absent: to the end of the recording.</param>
    /// <param name="options">How each token is drawn; each moment's seed is derived from this one and its time. Absent: the bundle's defaults.</param>
    /// <param name="count">Different comments on each moment.</param>
    /// <param name="chat">What was said before each moment; what is said here is added to it. Absent: what is said here alone.</param>
    /// <param name="cancellation">Stops between two comments.</param>
    /// <exception cref="TwitchException">The first moment is after the recording's end, or the recording cannot be decoded.</exception>
    public IAsyncEnumerable<TimedComment> CommentEveryAsync(
        Recording recording, TimeSpan every, TimeSpan? from = null, TimeSpan? to = null, SamplingOptions? options = null, int count = 1,
        ChatHistory? chat = null, CancellationToken cancellation = default)
    {
        if (every < TimeSpan.FromSeconds(0.1))
            throw new TwitchException($"--every is {every.TotalSeconds} s; it must be at least 0.1 s.", ExitCode.Usage);
        return CommentAsync(recording, Moments(), endIsExpected: true, isFirstGiven: from is not null, options ?? Sampling, count, chat, cancellation);

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
    /// <param name="chat">What was said before each moment; what is said here is added to it. Absent: what is said here alone.</param>
    /// <param name="cancellation">Stops between two comments.</param>
    /// <exception cref="TwitchException">A moment is after the recording's end, or the recording cannot be decoded.</exception>
    public IAsyncEnumerable<TimedComment> CommentAtAsync(
        Recording recording, IEnumerable<TimeSpan> moments, SamplingOptions? options = null, int count = 1, ChatHistory? chat = null,
        CancellationToken cancellation = default)
    {
        TimeSpan[] ordered = [.. moments.Order().Distinct()];
        if (ordered.Length > 0 && ordered[^1] > recording.Length)
            throw After(ordered[^1], recording.Length);
        return CommentAsync(recording, ordered, endIsExpected: false, isFirstGiven: true, options ?? Sampling, count, chat, cancellation);
    }

    /// <summary>Comments on a recording when its chat would, in one pass: each second the network says how often people comment then, and
    /// chance does the rest.</summary>
    /// <param name="recording">From <see cref="OpenRecording(MediaSource)"/>.</param>
    /// <param name="pace">How often, measured by people; its seed decides the moments. Absent: as often as they.</param>
    /// <param name="from">Nothing is said before it; absent: the recording's beginning.</param>
    /// <param name="to">Nothing is said after it; absent: to the end of the recording.</param>
    /// <param name="options">How each token is drawn; each comment's seed is derived from this one and its time. Absent: the bundle's defaults.</param>
    /// <param name="chat">What was said before each moment; what is said here is added to it. Absent: what is said here alone.</param>
    /// <param name="cancellation">Stops between two comments.</param>
    /// <exception cref="TwitchException">The bundle does not say when to comment, the pace is out of range, or the recording cannot be
    /// decoded or ends before <paramref name="from"/>.</exception>
    public IAsyncEnumerable<TimedComment> CommentWhenDueAsync(
        Recording recording, CommentPace? pace = null, TimeSpan? from = null, TimeSpan? to = null, SamplingOptions? options = null,
        ChatHistory? chat = null, CancellationToken cancellation = default)
    {
        RequireRate();
        TimeSpan start = from ?? TimeSpan.Zero;
        var clock = new CommentClock(pace ?? new CommentPace(), start);
        return CommentWhenDueAsync(recording, clock, start, to ?? TimeSpan.MaxValue, options ?? Sampling, chat ?? CreateChatHistory(), cancellation);
    }

    private async IAsyncEnumerable<TimedComment> CommentWhenDueAsync(
        Recording recording, CommentClock clock, TimeSpan start, TimeSpan end, SamplingOptions options, ChatHistory chat, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var reader = new RecordingReader(recording, Config, cancellation);
        for (TimeSpan second = start; second < end; second += TimeSpan.FromSeconds(1))
        {
            ClipContext? clip = await EncodeAsync(reader, second, chat, cancellation);
            if (clip is null && second > start)
                break;
            if (clip is null)
                throw After(second, reader.End ?? recording.Length);
            foreach (TimeSpan moment in clock.Advance(second + TimeSpan.FromSeconds(1), Rate(clip, chat.PaceBefore(second))))
            {
                if (moment > end || await EncodeAsync(reader, moment, chat, cancellation) is not ClipContext now)
                    yield break;
                Comment comment = Generate(now, At(moment, options));
                if (comment.IsWithheld)
                    continue;
                chat.AddOwn(moment, comment.Text);
                yield return new TimedComment(moment, comment);
            }
        }
    }

    private async IAsyncEnumerable<TimedComment> CommentAsync(
        Recording recording, IEnumerable<TimeSpan> moments, bool endIsExpected, bool isFirstGiven, SamplingOptions options, int count, ChatHistory? chat, [EnumeratorCancellation] CancellationToken cancellation)
    {
        chat ??= CreateChatHistory();
        using var reader = new RecordingReader(recording, Config, cancellation);
        bool any = false;
        foreach (TimeSpan wanted in moments)
        {
            TimeSpan moment = wanted;
            ClipContext? clip = await EncodeAsync(reader, moment, chat, cancellation);
            if (clip is null && any && endIsExpected)
                break;
            if (clip is null && endIsExpected && !isFirstGiven && reader.End is { } end && end > TimeSpan.Zero)    // too short for one such time: its end is commented on
                clip = await EncodeAsync(reader, moment = end, chat, cancellation);
            if (clip is null)
                throw After(moment, reader.End ?? recording.Length);

            any = true;
            foreach (Comment comment in GenerateDistinct(clip, At(moment, options), count))
            {
                cancellation.ThrowIfCancellationRequested();
                chat.AddOwn(moment, comment.Text);
                yield return new TimedComment(moment, comment);
            }
        }
    }

    // Decoding and encoding take long and wait for nothing: off the caller's thread. Null after the recording's end.
    private Task<ClipContext?> EncodeAsync(RecordingReader reader, TimeSpan moment, ChatHistory chat, CancellationToken cancellation) =>
        Task.Run(() => reader.ReadTo(moment) ? reader.Encode(this, moment, chat) : null, cancellation);

    private static SamplingOptions At(TimeSpan moment, SamplingOptions options) =>
        options with { Seed = Xoshiro256.Derive(options.Seed, (long)moment.TotalMilliseconds) };

    private static TwitchException After(TimeSpan moment, TimeSpan? end) =>
        new($"there is nothing to comment on at {StreamTime.Format(moment)}: the recording ends {(end < moment ? $"at {StreamTime.Format(end.Value)}" : "before")}; give an earlier time.");
}
