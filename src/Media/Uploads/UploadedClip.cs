using System.Globalization;

namespace Twitch.Media.Uploads;

/// <summary>A short clip of a stranger's, decoded whole by a confined ffmpeg into what a model sees and hears of it.</summary>
/// <remarks>
/// Frames and mel steps are those of <see cref="Recording.Seconds"/>. The clip is ffmpeg's stdin, the only thing it can read: of its protocols it has
/// <c>pipe</c>, and <c>cache</c> around it, which keeps what went by in an unlinked temporary file so that an MP4 with its index at the end can be sought
/// in. The reader is given, not guessed, and is the only one it may use; so are a few well-kept decoders. Address space, processor time and file size
/// are limited by the system, which ends what exceeds them. The environment is empty.
/// </remarks>
public sealed class UploadedClip
{
    private const string Decoders =
        "h264,hevc,av1,libdav1d,vp8,vp9,libvpx,libvpx-vp9,mpeg1video,mpeg2video,mpeg4,mjpeg,flv,h263,theora,prores,ffv1,rawvideo,wmv2,msmpeg4v3,"
        + "aac,aac_latm,mp3,mp3float,mp2,mp2float,opus,libopus,vorbis,flac,alac,ac3,eac3,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_alaw,pcm_mulaw,adpcm_ms";

    private readonly ModelConfig _config;
    private readonly byte[] _frames;    // [FrameCount, height, width, 3]
    private readonly float[] _mel;      // [steps, n_mels]

    private UploadedClip(ModelConfig config, byte[] frames, float[] mel, TimeSpan length, IReadOnlyList<string> warnings) =>
        (_config, _frames, _mel, Length, Warnings) = (config, frames, mel, length, warnings);

    /// <summary>The longer of its picture and its sound.</summary>
    public TimeSpan Length { get; }

    /// <summary>One for each second.</summary>
    public int FrameCount => _frames.Length / _config.Frame.ByteCount;

    /// <summary>What a person should know: a track that is missing or damaged, a clock that jumps.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Decodes a clip.</summary>
    /// <param name="path">The file; nothing else is opened, whatever is in it.</param>
    /// <param name="container">What it is, from <see cref="ClipContainer.Detect"/>.</param>
    /// <param name="config">How frames and sound are sampled.</param>
    /// <param name="limits">What may be spent on it.</param>
    /// <param name="cancellation">Ends the decoders.</param>
    /// <exception cref="ClipRefusedException">It is too long, takes too long, or holds nothing that can be decoded.</exception>
    public static async Task<UploadedClip> DecodeAsync(string path, ClipContainer container, ModelConfig config, UploadLimits limits, CancellationToken cancellation = default)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        time.CancelAfter(limits.Time);
        try
        {
            InspectedMedia media = await InspectAsync(path, container, limits, time.Token);
            ThrowIfLonger(media.Length ?? default, limits);
            return await Task.Run(() => Decode(media, path, container, config, limits, time.Token), time.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ClipRefusedException(string.Create(CultureInfo.InvariantCulture, $"decoding the clip took longer than {limits.Time.TotalSeconds} s; give a shorter or a smaller one."));
        }
    }

    /// <summary>Frames and mel steps that explain a moment.</summary>
    /// <param name="moment">Since the start of the clip.</param>
    public RecordedWindow Window(TimeSpan moment)
    {
        ClipWindow window = ClipWindow.Before(moment, _config, FrameCount, _config.Ears is null ? _mel.Length / _config.Mel.MelCount : FrameCount);
        byte[] frames = _frames.AsSpan(window.FirstFrame * _config.Frame.ByteCount, window.FrameCount * _config.Frame.ByteCount).ToArray();
        return new RecordedWindow(window, frames, _config.Ears is not null
            ? SoundSteps.OfSeconds(window.FirstFrame, window.FrameCount, 0, _mel, _config.Mel, _config.MelStride)
            : _mel.AsSpan((int)window.FirstStep * _config.Mel.MelCount, window.StepCount * _config.Mel.MelCount).ToArray());
    }

    // Names the clip as the input, with all that confines it.
    private static string[] Input(ClipContainer container) =>
    [
        "-protocol_whitelist", "cache,pipe", "-format_whitelist", container.Demuxer, "-codec_whitelist", Decoders, "-f", container.Demuxer,
        "-read_ahead_limit", "-1", "-i", "cache:pipe:0",
    ];

    private static ChildOptions Confined(string path, UploadLimits limits) => new()
    {
        InputFile = Path.GetFullPath(path),
        Memory = limits.MemoryBytes,
        ProcessorTime = limits.Time * 2,
        FileSize = new FileInfo(path).Length + (1 << 20),
        EmptyEnvironment = true,
    };

    private static async Task<InspectedMedia> InspectAsync(string path, ClipContainer container, UploadLimits limits, CancellationToken cancellation)
    {
        (int status, byte[] answer, string[] errors) = await ChildProcess.RunAsync(
            "ffprobe", ["-v", "repeat+error", .. MediaProbe.Questions, .. Input(container)], Confined(path, limits), cancellation);
        if (status != 0)
        {
            string complaint = errors.FirstOrDefault(line => !line.Contains("Inner protocol failed to seekback", StringComparison.Ordinal)) ?? "";    // cache says so of every pipe
            throw new ClipRefusedException($"the clip is no recording that ffmpeg can read: {MediaProbe.WithoutAddress(complaint)}");
        }
        MediaProbe probe = MediaProbe.Parse(answer);
        return probe.HasVideo || probe.HasAudio
            ? InspectedMedia.Of("the clip", probe)
            : throw new ClipRefusedException("the clip has neither a picture nor a sound track that can be read; give a recording of a stream.");
    }

    private static UploadedClip Decode(InspectedMedia media, string path, ClipContainer container, ModelConfig config, UploadLimits limits, CancellationToken cancellation)
    {
        Recording recording = Recording.Open(media, config.Frame, config.Mel, config.FrameSampling);
        recording.Confine(sampling => new SourceInput(["-nostdin", .. SourceInput.Decoder(sampling, media.Video.FrameRate), .. Input(container)])
        {
            Child = Confined(path, limits),
            Sampling = sampling,
        });
        using var frames = new MemoryStream();
        var mel = new List<float>();
        try
        {
            foreach (StreamSecond second in recording.Seconds(cancellationToken: cancellation))
            {
                frames.Write(second.Frame.Span);
                mel.AddRange(second.Mel.Span);
                ThrowIfLonger(TimeSpan.FromSeconds(second.Index - 1), limits);    // a codec's last packet is no reason
            }
        }
        catch (TwitchException e) when (e.ExitCode == ExitCode.BadInput)
        {
            throw new ClipRefusedException(e.Message.Replace("the clip: nothing in it", "nothing in the clip", StringComparison.Ordinal));
        }
        MediaReport report = recording.Report;
        TimeSpan length = report.Picture > report.Sound ? report.Picture : report.Sound;
        return new UploadedClip(config, frames.ToArray(), [.. mel], length, report.Warnings);
    }

    private static void ThrowIfLonger(TimeSpan length, UploadLimits limits)
    {
        if (length > limits.Length)
            throw new ClipRefusedException(string.Create(CultureInfo.InvariantCulture, $"the clip is {length.TotalSeconds:0.#} s long; at most {limits.Length.TotalSeconds:0.#} s are read: cut it."));
    }
}
