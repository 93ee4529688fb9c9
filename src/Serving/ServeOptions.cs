using System.Globalization;
using System.Net;
using Microsoft.Extensions.Options;
using Twitch.Runtime;

namespace Twitch.Serving;

/// <summary>How a model is served. Every limit is there from the start; the messages of the check use the command line's names.</summary>
public sealed class ServeOptions
{
    /// <summary>Folder of the bundle.</summary>
    public string Bundle { get; set; } = "";

    /// <summary>The model's name under <c>/v2/models</c>; absent: the name of the bundle's folder.</summary>
    public string? ModelName { get; set; }

    /// <summary>How the model is run.</summary>
    public RuntimeOptions Runtime { get; set; } = new();

    /// <summary>Address to listen on; another than loopback needs a <see cref="Token"/>. A host that sets up its own server does not use it.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port to listen on; 0 takes a free one.</summary>
    public int Port { get; set; } = 8080;

    /// <summary>What a request must bear; absent: only requests over loopback are answered, and they need none.</summary>
    public string? Token { get; set; }

    /// <summary>Names in <c>Host</c> that are ours, beside localhost, the machine's name and addresses.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Origins of other pages that may use the interface, such as <c>https://tools.example</c>.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Sources that may be watched: a scheme (<c>https:</c>), a host (<c>rtmp://ingest.example/</c>) or a place on it, <c>camera:</c>, <c>screen:</c>.
    /// None is unless it is named. A scheme alone must be http: or https:, and does not reach private addresses.</summary>
    public IList<string> AllowedSources { get; } = [];

    /// <summary>Folder whose files may be watched; absent: none.</summary>
    public string? MediaFolder { get; set; }

    /// <summary>Most bytes of a request's body.</summary>
    public long MaxBody { get; set; } = 64 << 20;

    /// <summary>Longest clip that is commented on.</summary>
    public TimeSpan MaxClip { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Most comments written on one clip.</summary>
    public int MaxClipComments { get; set; } = 100;

    /// <summary>Clips that are decoded at the same time.</summary>
    public int MaxUploads { get; set; } = 2;

    /// <summary>Clips that may wait beside them.</summary>
    public int MaxWaitingUploads { get; set; } = 8;

    /// <summary>Longest time to receive a clip.</summary>
    public TimeSpan ReceiveTime { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Longest time that a decoder of a clip may run.</summary>
    public TimeSpan DecodeTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most address space of an ffmpeg, in bytes.</summary>
    public long FfmpegMemory { get; set; } = 1L << 30;

    /// <summary>Sessions that may run at a time.</summary>
    public int MaxSessions { get; set; } = 8;

    /// <summary>Event streams of one session.</summary>
    public int MaxSubscribers { get; set; } = 32;

    /// <summary>Events of a session that are kept for those who come back.</summary>
    public int EventBuffer { get; set; } = 512;

    /// <summary>Comments of a session that are kept.</summary>
    public int KeptComments { get; set; } = 200;

    /// <summary>Of them, how many keep their window, so that they can be written again.</summary>
    public int ReplayableComments { get; set; } = 16;

    /// <summary>Comments that are written together at most; others wait.</summary>
    public int BatchRows { get; set; } = 32;

    /// <summary>Where metrics and traces are sent by OTLP; absent: where OTEL_EXPORTER_OTLP_ENDPOINT says, or nowhere.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>How long a ticket opens an event stream.</summary>
    public TimeSpan TicketLife { get; set; } = TimeSpan.FromSeconds(30);

    internal bool IsLoopback => IPAddress.TryParse(Address, out IPAddress? address) ? IPAddress.IsLoopback(address) : Address == "localhost";
}

/// <summary>Checks the options before anything is opened.</summary>
internal sealed class ServeOptionsCheck : IValidateOptions<ServeOptions>
{
    public const int ShortestToken = 16;

    public ValidateOptionsResult Validate(string? name, ServeOptions options)
    {
        var errors = new List<string>();
        Need(options.Bundle.Length > 0, "--bundle is missing; give the folder that 'twitch-train export' made.");
        Need(options.Address == "localhost" || IPAddress.TryParse(options.Address, out _), $"--address is '{options.Address}'; it must be an IP address or localhost.");
        Need(options.Port is >= 0 and <= 65535, Range("--port", options.Port, 0, 65535));
        Need(options.IsLoopback || options.Token is not null,
            $"--address is {options.Address}, which others reach, and there is no token; give --token-file, or set TWITCH_TOKEN, or listen on 127.0.0.1.");
        Need(options.Token is null || options.Token.Length >= ShortestToken, $"the token has {options.Token?.Length} signs; at least {ShortestToken} are needed: openssl rand -hex 32");
        Need(options.MediaFolder is null || Directory.Exists(options.MediaFolder), $"--media is '{options.MediaFolder}'; there is no such folder.");
        Need(options.MaxBody is >= 1024 and <= 1L << 34, Range("--max-body", options.MaxBody, 1024, 1L << 34));
        Need(options.MaxClip.TotalSeconds is >= 1 and <= 3600, Range("--max-clip", options.MaxClip.TotalSeconds, 1, 3600));
        Need(options.MaxClipComments is >= 1 and <= 10_000, Range("comments on a clip", options.MaxClipComments, 1, 10_000));
        Need(options.MaxUploads is >= 1 and <= 256, Range("--max-uploads", options.MaxUploads, 1, 256));
        Need(options.MaxWaitingUploads is >= 0 and <= 10_000, Range("--max-waiting", options.MaxWaitingUploads, 0, 10_000));
        Need(options.FfmpegMemory is >= 64L << 20 and <= 1L << 40, Range("--ffmpeg-memory", options.FfmpegMemory, 64L << 20, 1L << 40));
        Need(options.MaxSessions is >= 1 and <= 1000, Range("--max-sessions", options.MaxSessions, 1, 1000));
        Need(options.MaxSubscribers is >= 1 and <= 10_000, Range("--max-subscribers", options.MaxSubscribers, 1, 10_000));
        Need(options.EventBuffer is >= 16 and <= 100_000, Range("events kept", options.EventBuffer, 16, 100_000));
        Need(options.KeptComments is >= 1 and <= 10_000, Range("comments kept", options.KeptComments, 1, 10_000));
        Need(options.ReplayableComments >= 0 && options.ReplayableComments <= options.KeptComments, Range("comments that can be replayed", options.ReplayableComments, 0, options.KeptComments));
        Need(options.BatchRows is >= 1 and <= 1024, Range("--batch", options.BatchRows, 1, 1024));
        Need(options.OtlpEndpoint is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }, $"--otlp is '{options.OtlpEndpoint}'; it must be an address such as http://localhost:4317.");
        foreach (string source in options.AllowedSources)
        {
            Sessions.AllowedSource? allowed = Sessions.AllowedSource.TryParse(source);
            Need(allowed is not { IsEnforced: false }, $"--allow-source is '{source}'; name a host, such as {source}//ingest.example/app/: only http: and https: can be watched without one.");
            Need(allowed is not null, $"--allow-source is '{source}'; it must be a scheme such as https:, a place such as rtmp://ingest.example/app/, camera: or screen:.");
        }
        foreach (string origin in options.AllowedOrigins)
            Need(Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) && uri.GetLeftPart(UriPartial.Authority) == origin, $"--allow-origin is '{origin}'; it must be scheme and host, such as https://tools.example.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Need(bool valid, string message)
        {
            if (!valid)
                errors.Add(message);
        }
    }

    private static string Range(string name, double value, double least, double most) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; it must be in [{least}, {most}].");
}
