using System.Buffers;
using System.Diagnostics;
using Twitch.Runtime.Features;

namespace Twitch.Runtime.Capture;

/// <summary>A recorded stream, read second by second: OpenCV decodes the picture, one ffmpeg the sound, both once and in order.</summary>
/// <remarks>Both tracks are laid on one clock that begins where the container begins. The stream is as long as the longer of them:
/// a track that is missing or ends early is black or stands still, or is silent, and the report says so.</remarks>
public sealed class Recording
{
    private readonly MediaSource _source;
    private readonly FrameSpec _frameSpec;
    private readonly MelSpec _melSpec;
    private readonly MediaProbe _video, _sound;

    private Recording(MediaSource source, FrameSpec frameSpec, MelSpec melSpec, MediaProbe video, MediaProbe sound)
    {
        (_source, _frameSpec, _melSpec, _video, _sound) = (source, frameSpec, melSpec, video, sound);
        Report = new MediaReport(Length, default, default, 0, default, default, []);
    }

    /// <summary>Length that the container promises; absent if it states none.</summary>
    public TimeSpan? Length => (_video.HasVideo || _source.Audio is null ? _video.Length : _sound.Length) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>What has been got; complete once <see cref="Seconds"/> has ended.</summary>
    public MediaReport Report { get; private set; }

    /// <summary>Looks at a recording without decoding it.</summary>
    /// <param name="source">Its files.</param>
    /// <param name="frames">Size of the frames.</param>
    /// <param name="mel">How sound is analysed.</param>
    /// <exception cref="TwitchException">A file is missing, is no recording, or has neither picture nor sound.</exception>
    public static Recording Open(MediaSource source, FrameSpec frames, MelSpec mel) => Open(InspectedMedia.Of(source), frames, mel);

    /// <summary>A recording whose files were looked at before.</summary>
    /// <param name="media">Its files.</param>
    /// <param name="frames">Size of the frames.</param>
    /// <param name="mel">How sound is analysed.</param>
    public static Recording Open(InspectedMedia media, FrameSpec frames, MelSpec mel) => new(media.Source, frames, mel, media.Video, media.Sound);

    /// <summary>Reads the stream's seconds in order.</summary>
    /// <param name="first">The first second to read. A late one is sought, not decoded up to.</param>
    /// <param name="end">The second to stop before; absent: read to the end.</param>
    /// <param name="seekSound">False: the sound before <paramref name="first"/> is decoded too, at a few hundred times its
    /// speed, and what follows has the same bits in any container.</param>
    /// <param name="damage">Damage to the picture before <paramref name="first"/> that is known, for the report.</param>
    /// <param name="cancellationToken">Stops between two seconds.</param>
    /// <exception cref="TwitchException">A track cannot be decoded, or nothing is in the file.</exception>
    public IEnumerable<StreamSecond> Seconds(
        int first = 0, int? end = null, bool seekSound = true, IReadOnlyList<TimeSpan>? damage = null, CancellationToken cancellationToken = default)
    {
        var clock = Stopwatch.StartNew();
        int rate = _melSpec.SampleRate;
        long firstStep = _melSpec.StepsEndingBy(TimeSpan.FromSeconds(first - 1));
        var mel = new MelSpectrogram(_melSpec, first > 0 ? firstStep : 0);
        // The sound first: its program starts while OpenCV opens the picture.
        using SoundReader? sound = _sound.HasAudio ? new SoundReader(_source.Audio ?? _source.Video, _sound.AudioChannels, rate, mel.FirstSample, seekSound, besidePicture: _source.Audio is null && _video.HasVideo) : null;
        using PictureReader? pictures = _video.HasVideo ? new PictureReader(_source.Video, _video, _frameSpec, first, damage) : null;

        var steps = new ArrayBufferWriter<float>(2 * _melSpec.MelCount * rate / _melSpec.HopLength);
        var now = new LoadedSecond(_frameSpec, rate);
        var next = new LoadedSecond(_frameSpec, rate);
        var before = new float[first * (long)rate - mel.FirstSample];
        sound?.Read(before);
        mel.Append(before, steps);

        bool more = now.Load(first, pictures, sound);
        if (!more && first == 0)
            throw new TwitchException($"{_source.Video}: nothing in it can be decoded; give a recording of a stream.");
        for (int second = first; more && !(second >= end); second++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            more = next.Load(second + 1, pictures, sound);    // the last second brings what is left, so it has to be known
            if (!more)
                Finish(mel, steps, now, next, second, pictures);
            Report = Describe(second + 1, first, pictures, sound, clock.Elapsed, ended: !more);
            yield return new StreamSecond(second, now.Frame, mel.NextStep - steps.WrittenCount / _melSpec.MelCount, steps.WrittenMemory);

            steps.ResetWrittenCount();
            if (more)
                mel.Append(now.Samples, steps);
            (now, next) = (next, now);
        }
    }

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
        Recording recording = Open(source, config.Frame, config.Mel);
        foreach (StreamSecond second in recording.Seconds(wanted.FirstFrame, wanted.FirstFrame + wanted.FrameCount + 1, cancellationToken: cancellationToken))
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

    // The stream ends with the longer of its tracks; where the sound is the shorter, it is silent up to there.
    private void Finish(MelSpectrogram mel, ArrayBufferWriter<float> steps, LoadedSecond last, LoadedSecond after, int second, PictureReader? pictures)
    {
        int pictureSamples = pictures is null ? 0 : (int)Math.Round((pictures.End.TotalSeconds - second) * _melSpec.SampleRate);
        mel.Append(last.Samples[..Math.Clamp(pictureSamples, last.SampleCount, last.Samples.Length)], steps);
        mel.Append(after.Sound, steps);
        mel.Complete(steps);
    }

    private MediaReport Describe(int seconds, int first, PictureReader? pictures, SoundReader? sound, TimeSpan work, bool ended)
    {
        var heard = TimeSpan.FromSeconds((double)(sound?.Position ?? 0) / _melSpec.SampleRate);
        TimeSpan seen = pictures is null ? default : ended ? pictures.End : TimeSpan.FromSeconds(seconds);
        TimeSpan read = TimeSpan.FromSeconds(seconds - first);
        if (!ended)
            return Report with { Picture = seen, Sound = heard, FramesDecoded = pictures?.FramesDecoded ?? 0, Work = work, Read = read, Damage = pictures?.Damage ?? [] };
        return new MediaReport(Length, seen, heard, pictures?.FramesDecoded ?? 0, work, read,
            [.. MediaWarnings.Of(_source, Length, pictures, seen, sound, heard)]);
    }
}

/// <summary>Frames and sound of one window of a recording.</summary>
/// <param name="Range">Which ones they are.</param>
/// <param name="Frames">Pixels, [frames, height, width, 3] RGB.</param>
/// <param name="Mel">Log-mel in <see cref="SoundSteps"/>, [steps, stride, n_mels].</param>
public sealed record RecordedWindow(ClipWindow Range, byte[] Frames, float[] Mel);
