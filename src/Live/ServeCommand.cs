using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Twitch.Serving;
using Twitch.Serving.Emotes;
using Twitch.Serving.Http;

namespace Twitch.Live;

/// <summary><c>twitch serve</c>: sessions on sources and comments on clips over HTTP.</summary>
internal sealed class ServeCommand
{
    private static readonly ServeOptions Usual = new();

    private readonly ModelArguments _model = new();
    private readonly PostArguments _post = new("Post only what a person approved in the console; sessions ask unless they say otherwise.", reads: false);
    private readonly Option<string> _address = New("--address", "Where to listen; other than loopback needs a token.", Usual.Address, "ip");
    private readonly Option<int> _port = New("--port", "Port; 0 takes a free one.", Usual.Port, "n");
    private readonly Option<string?> _tokenFile = New<string?>("--token-file", $"File with the token, mode 0600; else {TokenFile.Variable} has it.", null, "file");
    private readonly Option<string[]> _sources = New<string[]>("--allow-source", "What a session may watch: https:, rtmp://host/app/, camera: …; may be given again.", [], "source");
    private readonly Option<string?> _media = New<string?>("--media", "Folder whose files a session may watch.", null, "folder");
    private readonly Option<string[]> _hosts = New<string[]>("--allow-host", "A name of this server; may be given again.", [], "name");
    private readonly Option<string[]> _origins = New<string[]>("--allow-origin", "Origin of another page that may use it; may be given again.", [], "origin");
    private readonly Option<int> _sessions = New("--max-sessions", "Sessions at a time.", Usual.MaxSessions, "n");
    private readonly Option<int> _subscribers = New("--max-subscribers", "Event streams of a session.", Usual.MaxSubscribers, "n");
    private readonly Option<int> _uploads = New("--max-uploads", "Clips that are decoded at a time.", Usual.MaxUploads, "n");
    private readonly Option<int> _waiting = New("--max-waiting", "Clips that may wait beside them.", Usual.MaxWaitingUploads, "n");
    private readonly Option<long> _body = New("--max-body", "Most bytes of a clip.", Usual.MaxBody, "bytes");
    private readonly Option<double> _clip = New("--max-clip", "Longest clip, in seconds.", Usual.MaxClip.TotalSeconds, "s");
    private readonly Option<long> _memory = New("--ffmpeg-memory", "Most address space of an ffmpeg.", Usual.FfmpegMemory, "bytes");
    private readonly Option<int> _batch = New("--batch", "Comments written together.", Usual.BatchRows, "n");
    private readonly Option<string?> _emotes = New<string?>("--emotes", $"JSON object from emotes to pictures at {string.Join(", ", EmoteOptions.KnownHosts)}.", null, "file");
    private readonly Option<Uri?> _otlp = new("--otlp") { Description = "Where metrics and traces go by OTLP; else OTEL_EXPORTER_OTLP_ENDPOINT says.", HelpName = "url", CustomParser = ParseUri };

    private ServeCommand()
    {
    }

    public static Command Create() => new ServeCommand().Build();

    private Command Build() => Verb.Of(
        "serve", "Serves sessions on sources and comments on clips over HTTP.",
        [_address, _port, _tokenFile, _sources, _media, _hosts, _origins, _sessions, _subscribers, _uploads, _waiting, _body, _clip, _memory, _batch, _emotes, _otlp],
        [_model, _post], RunAsync);

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        TextWriter error = parsed.InvocationConfiguration.Error;
        string? token = TokenFile.Read(parsed.GetValue(_tokenFile));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Warning).AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);    // what it would say is thrown, and told below
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.AddTwitch(options => Bind(options, parsed, token));
        builder.Services.AddEmotes(new EmoteOptions { File = parsed.GetValue(_emotes) });
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            kestrel.AddServerHeader = false;
            IPAddress address = parsed.GetRequiredValue(_address) is "localhost" or { Length: 0 } ? IPAddress.Loopback : IPAddress.TryParse(parsed.GetRequiredValue(_address), out IPAddress? given) ? given : IPAddress.Loopback;
            kestrel.Listen(address, Math.Clamp(parsed.GetValue(_port), 0, 65535));
        });

        await using ChatLink chat = await _post.OpenAsync(parsed, error.WriteLine, cancellation);
        if (chat.Poster is { } poster)
            builder.Services.AddSingleton(poster);
        await using WebApplication app = builder.Build();
        try
        {
            app.MapTwitch();
            await app.StartAsync(cancellation);
        }
        catch (OptionsValidationException e)
        {
            throw new TwitchException(string.Join(' ', e.Failures), ExitCode.Usage);
        }
        catch (Exception e) when (e is IOException or SocketException)    // the port is taken or not ours to take, or the address is another machine's
        {
            throw new TwitchException(
                $"--address {parsed.GetValue(_address)} --port {parsed.GetValue(_port)}: cannot listen there: {e.Message.TrimEnd('.')}; give an address of this machine and a port that is free.", ExitCode.Failed);
        }
        string where = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        await error.WriteLineAsync($"serving {app.Services.GetRequiredService<ServedModel>().Name} on {where}{(token is null ? "" : ", with a token")}; Ctrl-C stops.");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        finally
        {
            await app.StopAsync(CancellationToken.None);
            if (chat.Poster is { } posted)
                await error.WriteLineAsync($"{posted.Counts}; to {posted.Description}");
        }
        return (int)ExitCode.Done;
    }

    private void Bind(ServeOptions options, ParseResult parsed, string? token)
    {
        options.Bundle = parsed.GetRequiredValue(_model.Bundle);
        options.Runtime = _model.Options(parsed);
        options.Address = parsed.GetRequiredValue(_address);
        options.Port = parsed.GetValue(_port);
        options.Token = token;
        options.MediaFolder = parsed.GetValue(_media);
        options.MaxSessions = parsed.GetValue(_sessions);
        options.MaxSubscribers = parsed.GetValue(_subscribers);
        options.MaxUploads = parsed.GetValue(_uploads);
        options.MaxWaitingUploads = parsed.GetValue(_waiting);
        options.MaxBody = parsed.GetValue(_body);
        options.MaxClip = TimeSpan.FromSeconds(Math.Clamp(parsed.GetValue(_clip), 0, 1e6));
        options.FfmpegMemory = parsed.GetValue(_memory);
        options.BatchRows = parsed.GetValue(_batch);
        options.OtlpEndpoint = parsed.GetValue(_otlp);
        AddAll(options.AllowedSources, parsed.GetValue(_sources));
        AddAll(options.AllowedHosts, parsed.GetValue(_hosts));
        AddAll(options.AllowedOrigins, parsed.GetValue(_origins));

        static void AddAll(IList<string> list, string[]? values)
        {
            foreach (string value in values ?? [])
                list.Add(value);
        }
    }

    // Whether it is an address to send to is checked with the other options.
    private static Uri? ParseUri(ArgumentResult result)
    {
        if (Uri.TryCreate(result.Tokens[^1].Value, UriKind.RelativeOrAbsolute, out Uri? uri))
            return uri;
        result.AddError($"--otlp is '{CommentText.Clean(result.Tokens[^1].Value)}'; it must be an address such as http://localhost:4317.");
        return null;
    }

    private static Option<T> New<T>(string name, string description, T usual, string sign) => new(name)
    {
        Description = description,
        HelpName = sign,
        DefaultValueFactory = _ => usual,
    };

    /// <summary>The program handles Ctrl-C itself; the host's own handler would compete for it.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
