using System.Text.RegularExpressions;

namespace Twitch.Media;

/// <summary>Where a stream comes from.</summary>
public enum SourceKind
{
    /// <summary>A file that begins and ends.</summary>
    File,

    /// <summary>A named pipe in the file system.</summary>
    NamedPipe,

    /// <summary>Our own stdin.</summary>
    StandardInput,

    /// <summary>A playlist (HLS) or a file behind http or https.</summary>
    Http,

    /// <summary>RTMP or RTMPS.</summary>
    Rtmp,

    /// <summary>RTSP or RTSPS.</summary>
    Rtsp,

    /// <summary>SRT.</summary>
    Srt,

    /// <summary>MPEG-TS or RTP in datagrams.</summary>
    Udp,

    /// <summary>A byte stream behind a TCP port.</summary>
    Tcp,

    /// <summary>A Video4Linux device.</summary>
    Camera,

    /// <summary>An X11 display.</summary>
    Screen,
}

/// <summary>A source as the command line names it, and a name of it that may be shown to anybody.</summary>
public sealed partial class StreamSource
{
    private IReadOnlyList<string> _secrets = [];

    private StreamSource(SourceKind kind, string address, string name) => (Kind, Address, Name) = (kind, address, name);

    /// <summary>What it is.</summary>
    public SourceKind Kind { get; }

    /// <summary>What to show: without user, password, query and stream key.</summary>
    public string Name { get; }

    /// <summary>It begins and ends and is not live: its end ends the run, and nothing of it has to be dropped.</summary>
    public bool IsRecording => Kind == SourceKind.File;

    /// <summary>It can be opened again after it was lost.</summary>
    public bool CanReconnect => Kind is not (SourceKind.File or SourceKind.StandardInput);

    /// <summary>Path, URL, device or display; may hold secrets.</summary>
    internal string Address { get; }

    /// <summary>Reads a source: a path, a URL, <c>-</c> for stdin, <c>/dev/video0</c> or <c>camera:0</c>, <c>screen:</c> or <c>screen::0.0</c>.</summary>
    /// <exception cref="TwitchException">It is empty, or a URL of a kind that is not read (exit code 2).</exception>
    public static StreamSource Parse(string text)
    {
        if (text.Length == 0)
            throw new TwitchException("the source is empty; give a file, a URL, '-', camera:0 or screen:.", ExitCode.Usage);
        if (text == "-")
            return new StreamSource(SourceKind.StandardInput, "pipe:0", "stdin");
        if (Camera().Match(text) is { Success: true } camera)
            return new StreamSource(SourceKind.Camera, "/dev/video" + camera.Groups[1].Value, text);
        if (text.StartsWith("screen:", StringComparison.Ordinal))
        {
            string display = text.Length > "screen:".Length ? text["screen:".Length..] : Environment.GetEnvironmentVariable("DISPLAY") ?? ":0.0";
            return new StreamSource(SourceKind.Screen, display, text);
        }
        if (Url().Match(text) is { Success: true } url)
            return FromUrl(text, url);
        if (!File.Exists(text))
            throw new TwitchException($"{text}: there is no such file; give a recording, a URL, '-', camera:0 or screen:.");
        return new StreamSource(FileSystem.IsNamedPipe(text) ? SourceKind.NamedPipe : SourceKind.File, text, text);
    }

    /// <summary>Takes out of a program's message what <see cref="Name"/> hides, and shows https addresses as they were given.</summary>
    public string Redact(string message)
    {
        message = HttpsMark.RemoveAll(message).Replace(Address, Name, StringComparison.Ordinal);
        foreach (string secret in _secrets)
            message = message.Replace(secret, "…", StringComparison.Ordinal);
        return AnyUserInfo().Replace(message, "://");
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static SourceKind KindOf(string scheme, string text) => scheme.ToLowerInvariant() switch
    {
        "http" or "https" => SourceKind.Http,
        "rtmp" or "rtmps" => SourceKind.Rtmp,
        "rtsp" or "rtsps" => SourceKind.Rtsp,
        "srt" => SourceKind.Srt,
        "udp" or "rtp" => SourceKind.Udp,
        "tcp" => SourceKind.Tcp,
        _ => throw new TwitchException($"the source is a '{scheme}' URL of {text.Length} signs; http, https, rtmp, rtmps, rtsp, rtsps, srt, udp, rtp and tcp are read.", ExitCode.Usage),
    };

    // What an address hides: user and password, query, and of RTMP the last part of the path, which is the stream key.
    private static StreamSource FromUrl(string text, Match url)
    {
        SourceKind kind = KindOf(url.Groups["scheme"].Value, text);
        string path = url.Groups["path"].Value, key = "";
        if (kind == SourceKind.Rtmp && path.LastIndexOf('/') is > 0 and int slash)
            (path, key) = (path[..slash] + "/…", path[(slash + 1)..]);
        IEnumerable<string> secrets = [url.Groups["user"].Value, url.Groups["query"].Value.TrimStart('?', '#'), key];
        return new StreamSource(kind, text, $"{url.Groups["scheme"].Value}://{url.Groups["host"].Value}{path}") { _secrets = [.. secrets.Where(secret => secret.Length > 3)] };
    }

    [GeneratedRegex(@"^(?:camera:|/dev/video)(\d{1,3})$")]
    private static partial Regex Camera();

    [GeneratedRegex(@"^(?<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?<user>[^/?#]*)@)?(?<host>[^/?#]*)(?<path>[^?#]*)(?<query>.*)$", RegexOptions.Singleline)]
    private static partial Regex Url();

    [GeneratedRegex(@"://[^/\s@]*@")]
    private static partial Regex AnyUserInfo();
}
