namespace Twitch.Media;

/// <summary>How ffmpeg is told to read a source, and to give its picture and its sound on one clock.</summary>
internal static class SourceArguments
{
    /// <summary>Formats that hold all they play: no playlists, descriptions or scripts, which lead to other files or addresses.</summary>
    public const string Containers = "mov,matroska,webm,mpegts,mpeg,flv,avi,asf,ogg,wav,flac,mp3,aac,ac3,eac3";

    // The picture of a second is the last one at or before it, as in a recording: with times rounded up, the last one of (s − 1, s].
    private const string PicturePerSecond = "fps=1:round=up:start_time=0,format=yuv420p";

    // Where the pictures' size changes, as at an advertisement, that filter is made anew and begins at zero again: of what it gives then, the seconds that were given are dropped.
    private static readonly string[] EachSecondOnce = ["-fps_mode", "cfr", "-frame_drop_threshold", "0.5"];

    // Some formats open connections of their own (sdp, rtsp), which no proxy sees.
    private const string ThroughProxy = "hls,webvtt,mpjpeg," + Containers;

    /// <summary>All arguments. Pictures go to a named pipe as YUV4MPEG2, one a second, and sound to stdout as f32le.</summary>
    /// <param name="source">What to read; opened once.</param>
    /// <param name="options">How.</param>
    /// <param name="sound">What takes the sound.</param>
    /// <param name="channels">Channels of the sound where they are known, for the same mix as a recording's.</param>
    /// <param name="pictures">The named pipe.</param>
    public static IEnumerable<string> For(StreamSource source, LiveCaptureOptions options, ClockedSound sound, int? channels, string pictures) =>
    [
        "-v", "level+info", "-hide_banner", "-nostats", .. (string[])(source.Kind == SourceKind.StandardInput ? [] : ["-nostdin"]),
        .. Input(source, options),
        "-map", "0:V:0?", "-map", "0:a:0?", "-sn", "-dn",
        "-vf", PicturePerSecond, "-c:v", "wrapped_avframe", .. EachSecondOnce, "-af", sound.Filter(channels), "-c:a", "pcm_f32le",
        // A source without one of the tracks is no error: its output is left out.
        "-f", "tee", $"[f=yuv4mpegpipe:select=v:flush_packets=1:onfail=ignore]{pictures}|[f=f32le:select=a:flush_packets=1:onfail=ignore]pipe:1",
    ];

    private static IEnumerable<string> Input(StreamSource source, LiveCaptureOptions options) => source.Kind switch
    {
        SourceKind.File =>
        [
            .. (string[])(options.Realtime ? ["-re"] : []), .. (string[])(options.Loop ? ["-stream_loop", "-1"] : []),
            .. File(options), "-i", FfmpegProgram.FileArgument(source.Address),
        ],
        SourceKind.NamedPipe => [.. File(options), "-i", FfmpegProgram.FileArgument(source.Address)],
        SourceKind.StandardInput => [.. Allow("pipe,fd"), "-i", source.Address],
        // Of the proxy's own protocols plain http alone: with httpproxy or tls allowed, a playlist could name a proxy of its own.
        SourceKind.Http when options.HttpProxy is not null => [.. Allow("http,tcp,crypto"), "-format_whitelist", ThroughProxy, "-i", HttpsMark.Put(source.Address)],
        SourceKind.Http => [.. Allow("http,https,tcp,tls,crypto,httpproxy"), "-i", source.Address],
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
