using System.Globalization;

namespace Twitch.Media;

/// <summary>What ffmpeg is to read, and how it is told so: all that stands before its filters.</summary>
/// <param name="Arguments">Up to and with <c>-i</c> and the address, of each input in turn.</param>
internal sealed record SourceInput(IReadOnlyList<string> Arguments)
{
    /// <summary>Formats that hold all they play: no playlists, descriptions or scripts, which lead to other files or addresses.</summary>
    public const string Containers = "mov,matroska,webm,mpegts,mpeg,flv,avi,asf,ogg,wav,flac,mp3,aac,ac3,eac3";

    private const double LeastRateToSkip = 20;    // of so many a second, the one before is less than a sixth of a second older

    // Some formats open connections of their own (sdp, rtsp), which no proxy sees.
    private const string ThroughProxy = "hls,webvtt,mpjpeg," + Containers;
    private static readonly string[] HttpTimeout = ["-rw_timeout", "15000000"];    // µs in which not a byte came

    /// <summary>How the program is started.</summary>
    public ChildOptions Child { get; init; } = new();

    /// <summary>Which pictures are taken.</summary>
    public FrameSampling Sampling { get; init; }

    /// <summary>Track of the picture, as ffmpeg's -map names it; absent: there is none.</summary>
    public string? Picture { get; init; } = "0:V:0?";

    /// <summary>Track of the sound, as above.</summary>
    public string? Sound { get; init; } = "0:a:0?";

    /// <summary>The tracks were looked at before, so both are there.</summary>
    public bool TracksAreKnown { get; init; }

    /// <summary>What is shown of the source in complaints.</summary>
    public Func<string, string> Redact { get; init; } = message => message;

    /// <summary>A source as it happens.</summary>
    /// <param name="source">What to read.</param>
    /// <param name="options">How.</param>
    /// <param name="frameRate">Its frames per second; 0: not known.</param>
    public static SourceInput Live(StreamSource source, LiveCaptureOptions options, double frameRate = 0) => new(
    [
        .. (string[])(source.Kind == SourceKind.StandardInput ? [] : ["-nostdin"]), .. Decoder(options.Sampling, frameRate), .. Address(source, options),
    ])
    {
        Child = new ChildOptions
        {
            KeepsInput = source.Kind == SourceKind.StandardInput,
            Memory = options.FfmpegMemory,
            HttpProxy = source.Kind == SourceKind.Http ? options.HttpProxy : null,
        },
        Sampling = options.Sampling,
        Redact = source.Redact,
    };

    /// <summary>A recording, from a second of it on.</summary>
    /// <param name="media">Its files, which were looked at.</param>
    /// <param name="sampling">Which pictures are taken.</param>
    /// <param name="from">Where to begin, in seconds; ffmpeg begins with the keyframe before.</param>
    public static SourceInput Recorded(InspectedMedia media, FrameSampling sampling, int from)
    {
        string[] seek = from > 0 ? ["-noaccurate_seek", "-ss", from.ToString(CultureInfo.InvariantCulture)] : [];
        bool apart = media.Source.Audio is not null;
        return new SourceInput(
        [
            "-nostdin", .. Decoder(sampling, media.Video.FrameRate), .. seek, "-protocol_whitelist", "file", "-i", FileArgument(media.Source.Video),
            .. apart ? (string[])[.. seek, "-protocol_whitelist", "file", "-i", FileArgument(media.Source.Audio!)] : [],
        ])
        {
            Sampling = sampling,
        }.Of(media);
    }

    /// <summary>The same input, of which is known which tracks there are.</summary>
    /// <param name="media">Its file, which was looked at.</param>
    public SourceInput Of(InspectedMedia media) => this with
    {
        Picture = media.Video.HasVideo ? $"0:{media.Video.VideoIndex}" : null,
        Sound = media.Sound.HasAudio ? $"{(media.Source.Audio is null ? 0 : 1)}:{media.Sound.AudioIndex}" : null,
        TracksAreKnown = true,
    };

    /// <summary>How ffmpeg is told that a path is a file, whatever signs are in it.</summary>
    public static string FileArgument(string path) => "file:" + path;

    /// <summary>Options of the decoder, which stand before the input. One thread: several would give pictures later, and a process for each stream uses
    /// all cores anyway. Of many pictures a second, those that no other depends on are passed over: that halves the work.</summary>
    /// <param name="sampling">Which pictures are taken.</param>
    /// <param name="frameRate">Frames per second; 0: not known.</param>
    public static string[] Decoder(FrameSampling sampling, double frameRate = 0) =>
    [
        "-threads", "1",
        .. sampling == FrameSampling.Keyframes ? (string[])["-skip_frame", "nokey"] : frameRate is 0 or >= LeastRateToSkip ? ["-skip_frame", "noref"] : [],
    ];

    /// <summary>All arguments.</summary>
    /// <param name="frames">Size of the pictures.</param>
    /// <param name="sound">Makes the filters of the sound.</param>
    /// <param name="pictures">The named pipe that takes the pictures, as YUV4MPEG2; sound goes to stdout as f32le.</param>
    public IEnumerable<string> All(FrameSpec frames, StampedSound sound, string pictures)
    {
        string[] seen = Picture is null ? [] : ["-map", Picture], heard = Sound is null ? [] : ["-map", Sound];
        string[] seenAs =
        [
            "-vf", string.Create(CultureInfo.InvariantCulture, $"scale={frames.Width}:{frames.Height}:flags=area+accurate_rnd+full_chroma_int,format=yuv444p,showinfo@picture=checksum=0,setpts=N"),
            "-fps_mode", "passthrough", "-c:v", "wrapped_avframe",
        ];
        string[] heardAs = ["-af", sound.Filter, "-c:a", "pcm_f32le"];
        string[] packets = Sampling == FrameSampling.Keyframes && Picture is not null ? ["-map", Picture, "-c", "copy", "-f", "framecrc", "pipe:2"] : [];
        return
        [
            // Repeated lines count, and times are those of the container, from its start on.
            "-v", "repeat+level+info", "-hide_banner", "-nostats", "-copyts", "-start_at_zero", .. Arguments, "-sn", "-dn",
            .. TracksAreKnown
                ? (string[])
                [
                    .. Picture is null ? [] : (string[])[.. seen, .. seenAs, "-f", "yuv4mpegpipe", "-flush_packets", "1", "-y", pictures],
                    .. Sound is null ? [] : (string[])[.. heard, .. heardAs, "-f", "f32le", "-flush_packets", "1", "pipe:1"],
                ]
                // A source without one of the tracks is no error: its output is left out. Neither waits for the other.
                :
                [
                    .. seen, .. heard, .. seenAs, .. heardAs, "-max_interleave_delta", "1", "-f", "tee",
                    $"[f=yuv4mpegpipe:select=v:flush_packets=1:onfail=ignore]{pictures}|[f=f32le:select=a:flush_packets=1:onfail=ignore]pipe:1",
                ],
            .. packets,
        ];
    }

    private static IEnumerable<string> Address(StreamSource source, LiveCaptureOptions options) => source.Kind switch
    {
        SourceKind.File =>
        [
            .. (string[])(options.Realtime ? ["-re"] : []), .. (string[])(options.Loop ? ["-stream_loop", "-1"] : []),
            .. File(options), "-i", FileArgument(source.Address),
        ],
        SourceKind.NamedPipe => [.. File(options), "-i", FileArgument(source.Address)],
        SourceKind.StandardInput => [.. Allow("pipe,fd"), "-i", source.Address],
        // Of the proxy's own protocols plain http alone: with httpproxy or tls allowed, a playlist could name a proxy of its own.
        SourceKind.Http when options.HttpProxy is not null =>
            [.. HttpTimeout, .. Allow("http,tcp,crypto"), "-format_whitelist", ThroughProxy, "-i", HttpsMark.Put(source.Address)],
        SourceKind.Http => [.. HttpTimeout, .. Allow("http,https,tcp,tls,crypto,httpproxy"), "-i", source.Address],
        SourceKind.Rtmp => [.. Allow("rtmp,rtmps,tcp,tls"), "-i", source.Address],
        SourceKind.Rtsp => [.. Allow("rtsp,rtsps,rtp,srtp,rtcp,udp,tcp,tls"), "-rtsp_flags", "prefer_tcp", "-i", source.Address],
        SourceKind.Srt => [.. Allow("srt"), "-i", source.Address],
        SourceKind.Udp => [.. Allow("udp,rtp,rtcp"), "-i", source.Address],
        SourceKind.Tcp => [.. Allow("tcp"), "-i", source.Address],
        SourceKind.Camera => ["-f", "v4l2", "-i", source.Address],
        _ => ["-f", "x11grab", "-framerate", "5", "-i", source.Address],
    };

    private static string[] File(LiveCaptureOptions options) => options.ContainersOnly ? [.. Allow("file"), "-format_whitelist", Containers] : Allow("file");

    // What the source may lead to: a playlist of the net does not reach files, and a file does not reach the net.
    private static string[] Allow(string protocols) => ["-protocol_whitelist", protocols];
}
