using System.Buffers;
using System.Diagnostics;

namespace Twitch.Media;

/// <summary>A recorded stream, read second by second in one pass.</summary>
/// <remarks>Both tracks are laid on one clock that begins where the container begins and goes on where its timestamps jump. The stream is as long as
/// the longer of them: a track that is missing or ends early is black or stands still, or is silent, and the report says so.</remarks>
public sealed class Recording
{
    private const int QueueSeconds = 16, PatienceSeconds = 30, TrustedSeconds = 12;
    private static readonly int[] SeekBackSeconds = [2, 10, 40, 160];    // a transport stream is entered anywhere, and decoded from its next keyframe on

    private readonly InspectedMedia _media;
    private readonly FrameSpec _frameSpec;
    private readonly MelSpec _melSpec;
    private bool? _canSeek;
    private string? _samplingNote;
    private Func<FrameSampling, SourceInput>? _confined;

    private Recording(InspectedMedia media, FrameSpec frameSpec, MelSpec melSpec, FrameSampling sampling)
    {
        (_media, _frameSpec, _melSpec, Sampling) = (media, frameSpec, melSpec, sampling);
        Report = new MediaReport(Length, default, default, 0, default, default, media.Notes);
    }

    /// <summary>Length that the container promises; absent if it states none.</summary>
    public TimeSpan? Length => _media.Length;

    /// <summary>Which pictures stand for the seconds. Keyframes become exact where they turn out to come too seldom, or not at all; the report says so.</summary>
    public FrameSampling Sampling { get; private set; }

    /// <summary>What has been got; complete once <see cref="Seconds"/> has ended.</summary>
    public MediaReport Report { get; private set; }

    /// <summary>A time leads to a place in the file. In a transport stream whose clock jumps it does not: there everything before is read too.</summary>
    public bool CanSeek => _canSeek ??= !_media.Video.IsTransportStream || !TransportScan.HasJumps(_media);

    /// <summary>Looks at a recording without decoding it.</summary>
    /// <param name="source">Its files.</param>
    /// <param name="frames">Size of the frames.</param>
    /// <param name="mel">How sound is analysed.</param>
    /// <param name="sampling">Which pictures stand for the seconds.</param>
    /// <exception cref="TwitchException">A file is missing, is no recording, or has neither picture nor sound.</exception>
    public static Recording Open(MediaSource source, FrameSpec frames, MelSpec mel, FrameSampling sampling = FrameSampling.Exact) =>
        Open(InspectedMedia.Of(source), frames, mel, sampling);

    /// <summary>A recording whose files were looked at before.</summary>
    /// <param name="media">Its files.</param>
    /// <param name="frames">Size of the frames.</param>
    /// <param name="mel">How sound is analysed.</param>
    /// <param name="sampling">Which pictures stand for the seconds.</param>
    public static Recording Open(InspectedMedia media, FrameSpec frames, MelSpec mel, FrameSampling sampling = FrameSampling.Exact) => new(media, frames, mel, sampling);

    /// <summary>Reads the stream's seconds in order.</summary>
    /// <param name="first">The first second to read. A late one is sought, not decoded up to.</param>
    /// <param name="end">The second to stop before; absent: read to the end.</param>
    /// <param name="cancellationToken">Stops between two seconds.</param>
    /// <exception cref="TwitchException">A track cannot be decoded, or nothing is in the file.</exception>
    public IEnumerable<StreamSecond> Seconds(int first = 0, int? end = null, CancellationToken cancellationToken = default)
    {
        var work = Stopwatch.StartNew();
        int next = first;
        bool again = true;
        while (again && !(next >= end))
        {
            again = false;
            using Reading reading = Begin(next, cancellationToken);
            while (reading.MoveNext(cancellationToken))
            {
                if (reading.Source.KeyframeFailure is { } failure)
                {
                    TakeAllPictures(failure);
                    again = true;
                    break;
                }
                StreamSecond second = reading.Queue.Take().Second;
                Report = Describe(reading.Source, second.Index + 1, first, work.Elapsed, ended: reading.IsAtEnd);
                next = second.Index + 1;
                yield return second;
                if (next >= end)
                    yield break;
            }
            if (reading.Source.KeyframeFailure is { } late && !again)
            {
                TakeAllPictures(late);
                again = next == first;
            }
            if (!again)
            {
                reading.Source.Ended.Wait(cancellationToken);
                ThrowIfNothing(reading.Source, next == 0);
                Report = Describe(reading.Source, next, first, work.Elapsed, ended: true);
            }
        }
    }

    /// <summary>Reads it in another way than its files say; it is not sought in then.</summary>
    /// <param name="input">How ffmpeg is told to read it.</param>
    internal void Confine(Func<FrameSampling, SourceInput> input) => (_confined, _canSeek) = (input, false);

    /// <summary>Reads what explains a moment: the frames with time in (from, to] and the mel steps that end in it, without decoding
    /// what lies before.</summary>
    /// <param name="source">The recording.</param>
    /// <param name="config">How frames and sound are sampled.</param>
    /// <param name="from">Start of the window; a window that begins before the stream is cut there.</param>
    /// <param name="to">End of the window; nothing after it is in the result.</param>
    /// <param name="cancellationToken">Stops between two seconds.</param>
    public static RecordedWindow ReadWindow(MediaSource source, ModelConfig config, TimeSpan from, TimeSpan to, CancellationToken cancellationToken = default)
    {
        ModelConfig windowed = config with { WindowSeconds = (int)Math.Ceiling((to - from).TotalSeconds) };
        ClipWindow wanted = ClipWindow.Before(to, windowed, int.MaxValue, long.MaxValue);
        var frames = new ArrayBufferWriter<byte>();
        var mel = new ArrayBufferWriter<float>();
        long? firstStep = null;
        int endSecond = wanted.FirstFrame;

        // One second more than the frames need: it brings the steps of the last, broken second.
        Recording recording = Open(source, config.Frame, config.Mel, config.FrameSampling);
        foreach (StreamSecond second in recording.Seconds(wanted.FirstFrame, wanted.FirstFrame + wanted.FrameCount + 1, cancellationToken))
        {
            endSecond = second.Index + 1;
            firstStep ??= second.FirstStep;
            if (second.Index < wanted.FirstFrame + wanted.FrameCount)
                frames.Write(second.Frame.Span);
            mel.Write(second.Mel.Span);
        }
        long start = firstStep ?? 0, steps = start + mel.WrittenCount / config.Mel.MelCount;
        ClipWindow got = ClipWindow.Before(to, windowed, endSecond, config.Ears is null ? steps : endSecond);
        if (config.Ears is not null)
            return new RecordedWindow(got, frames.WrittenSpan.ToArray(), SoundSteps.OfSeconds(got.FirstFrame, got.FrameCount, start, mel.WrittenSpan, config.Mel, config.MelStride));
        int offset = (int)(got.FirstStep - start) * config.Mel.MelCount;
        return new RecordedWindow(
            got, frames.WrittenSpan.ToArray(),
            got.StepCount == 0 ? [] : mel.WrittenSpan.Slice(offset, got.StepCount * config.Mel.MelCount).ToArray());
    }

    // Decoding begins far enough before the second for a picture to be there.
    private Reading Begin(int second, CancellationToken cancellation)
    {
        if (second > 0 && CanSeek)
        {
            foreach (int back in SeekBackSeconds.Where(back => back < second))
            {
                var reading = new Reading(this, second, second - back);
                reading.WaitForFirst(cancellation);
                if (!_media.Video.HasVideo || reading.Source.FirstPicture <= TimeSpan.FromSeconds(second))
                    return reading;
                reading.Dispose();
            }
        }
        var whole = new Reading(this, second, from: 0);
        whole.WaitForFirst(cancellation);
        return whole;
    }

    private void TakeAllPictures(string failure)
    {
        Sampling = FrameSampling.Exact;
        _samplingNote = $"{_media.Source.Video}: {failure}, so keyframes cannot stand for the seconds; all pictures are decoded.";
    }

    private void ThrowIfNothing(SourceReader source, bool isEmpty)
    {
        if (source.Failure is { } failure)
            throw failure is TwitchException ? failure : new TwitchException($"{_media.Source.Video}: cannot be read: {failure.Message}", ExitCode.Failed, failure);
        string said = source.Complaints is [{ } first, ..] ? $": {first.Text}" : "";
        if (isEmpty)
            throw new TwitchException($"{_media.Source.Video}: nothing in it can be decoded{said}; give a recording of a stream.");
        if (_media.Video.HasVideo && source.PictureCount == 0 && source.SoundEnd == TimeSpan.Zero)
            throw new TwitchException($"{_media.Source.Video}: none of its pictures ({_media.Video.VideoCodec}) can be decoded{said}; convert it with another program.");
    }

    private MediaReport Describe(SourceReader source, int seconds, int first, TimeSpan work, bool ended)
    {
        TimeSpan most = TimeSpan.FromSeconds(seconds);
        TimeSpan seen = source.PictureCount == 0 ? default : ended ? source.PictureEnd : most, heard = ended || source.SoundEnd < most ? source.SoundEnd : most;
        var read = new ReadMedia(seen, heard, source.Jumps, source.LeftOut, source.Damage, source.Complaints);
        string[] notes = _samplingNote is null ? [] : [_samplingNote];
        return new MediaReport(Length, seen, heard, source.PictureCount, work, TimeSpan.FromSeconds(seconds - first), [.. notes, .. MediaWarnings.Of(_media, read, ended)])
        {
            Damage = read.Damage,
        };
    }

    private ReaderOptions ReaderOptionsFrom(int second, int from) => new()
    {
        From = from,
        FirstSecond = second,
        Promised = Length,
        Patience = TimeSpan.FromSeconds(PatienceSeconds),
        PictureEnd = !_media.Video.IsTransportStream && _media.Video.VideoEnd is { } end ? TimeSpan.FromSeconds(end) : null,
        FrameDuration = Sampling == FrameSampling.Exact ? _media.Video.FrameDuration : null,
        // Where times stand in an index, they are right.
        LongestGap = !_media.Video.IsTransportStream && Length > StreamClock.LongestGap ? Length.Value : StreamClock.LongestGap,
    };

    // One pass of ffmpeg over the files.
    private sealed class Reading : IDisposable
    {
        public Reading(Recording recording, int second, int from)
        {
            Queue = new SecondQueue(recording._frameSpec, recording._melSpec, QueueSeconds, PatienceSeconds, drops: false, TimeProvider.System, second);
            Source = new SourceReader(
                recording._confined?.Invoke(recording.Sampling).Of(recording._media) ?? SourceInput.Recorded(recording._media, recording.Sampling, from), recording._frameSpec, recording._melSpec, Queue, recording.ReaderOptionsFrom(second, from));
        }

        public SecondQueue Queue { get; }

        public SourceReader Source { get; }

        public bool IsAtEnd => Source.Ended.IsCompleted && Queue.Counts.Waiting == 0;

        public bool MoveNext(CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return Queue.WaitAsync(cancellation).GetAwaiter().GetResult();
        }

        public void WaitForFirst(CancellationToken cancellation)
        {
            Queue.WaitAsync(cancellation).GetAwaiter().GetResult();
            Task.WhenAny(Source.Confirmed, Queue.WaitAsync(cancellation, TrustedSeconds)).GetAwaiter().GetResult();
        }

        public void Dispose()
        {
            Queue.Close();
            Source.Dispose();
        }
    }
}

/// <summary>Frames and sound of one window of a recording.</summary>
/// <param name="Range">Which ones they are.</param>
/// <param name="Frames">Pixels, [frames, height, width, 3] RGB.</param>
/// <param name="Mel">Log-mel in <see cref="SoundSteps"/>, [steps, stride, n_mels].</param>
public sealed record RecordedWindow(ClipWindow Range, byte[] Frames, float[] Mel);
