using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Twitch.Chat.Tests;
using Twitch.Runtime.Tests;
using Twitch.Serving.Net;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Tests.Net;

/// <summary>Where sources may lead, with real connections on loopback and name servers that say what a test wants.</summary>
public sealed class SourceProxyTests : IDisposable
{
    private readonly TcpListener _inside = new(IPAddress.Loopback, 0);    // what must not be reached, or what is named
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _names = new();

    public SourceProxyTests() => _inside.Start();

    private static CancellationToken Cancellation => Patience.Token;

    private int Port => ((IPEndPoint)_inside.LocalEndpoint).Port;

    [Theory]
    [InlineData("GET http://rebound.test:{0}/ HTTP/1.1")]
    [InlineData("GET http://127.0.0.1:{0}/ HTTP/1.1")]
    [InlineData("GET http://2130706433:{0}/ HTTP/1.1")]
    [InlineData("GET http://0x7f.1:{0}/ HTTP/1.1")]
    [InlineData("GET http://localhost:{0}/ HTTP/1.1")]
    [InlineData("GET http://[::ffff:127.0.0.1]:{0}/ HTTP/1.1")]
    [InlineData("GET http://169.254.169.254/latest/meta-data/ HTTP/1.1")]
    [InlineData("GET http://named.test:{0}/other/place HTTP/1.1")]
    [InlineData("GET http://named.test:{0}/live/../other HTTP/1.1")]
    [InlineData("CONNECT rebound.test:{0} HTTP/1.1")]
    [InlineData("CONNECT 127.0.0.1:{0} HTTP/1.1")]
    [InlineData("CONNECT [::1]:{0} HTTP/1.1")]
    [InlineData("CONNECT named.test:{0} HTTP/1.1")]    // named for http, not for https
    public async Task What_is_not_public_is_refused_when_it_is_connected_to(string request)
    {
        Names("rebound.test", "127.0.0.1");
        Names("named.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync($"http://named.test:{Port}/live/", "http:", "https:");

        string answer = await AskAsync(proxy, string.Format(null, request, Port));

        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", answer, StringComparison.Ordinal);
        Assert.False(_inside.Pending(), "it was connected to");
        await proxy.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData("GET /relative HTTP/1.1")]
    [InlineData("GET file:///etc/passwd HTTP/1.1")]
    [InlineData("GET tcp://127.0.0.1:22/ HTTP/1.1")]
    [InlineData("POST http://named.test/ HTTP/1.1")]
    [InlineData("CONNECT user@named.test:443 HTTP/1.1")]
    [InlineData("CONNECT named.test:443/path HTTP/1.1")]
    [InlineData("nonsense")]
    public async Task What_is_no_request_for_a_source_is_not_answered(string request)
    {
        using SourceProxy proxy = await StartAsync("http:");

        Assert.StartsWith("HTTP/1.1 400 Bad Request\r\n", await AskAsync(proxy, request), StringComparison.Ordinal);
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_named_host_is_asked_once_a_connection_without_what_is_the_proxys()
    {
        Names("named.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync($"http://named.test:{Port}/live/");
        Task<string> asking = AskAsync(proxy, $"GET http://named.test:{Port}/live/a.ts?key=1 HTTP/1.1\r\nHost: evil.test\r\nProxy-Authorization: x\r\nConnection: keep-alive\r\nRange: bytes=0-");
        using TcpClient server = await _inside.AcceptTcpClientAsync(Cancellation);
        var head = new byte[4096];
        int count = await server.GetStream().ReadAsync(head, Cancellation);
        await server.GetStream().WriteAsync("HTTP/1.1 200 OK\r\n\r\nhello"u8.ToArray(), Cancellation);
        server.Close();

        Assert.Equal($"GET /live/a.ts?key=1 HTTP/1.1\r\nHost: named.test:{Port}\r\nRange: bytes=0-\r\nConnection: close\r\n\r\n", Encoding.ASCII.GetString(head, 0, count));
        Assert.Equal("HTTP/1.1 200 OK\r\n\r\nhello", await asking);
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_tunnel_carries_bytes_both_ways_until_one_side_closes()
    {
        Names("named.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync($"https://named.test:{Port}/");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Address.Port, Cancellation);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"CONNECT named.test:{Port} HTTP/1.1\r\n\r\nearly"), Cancellation);
        using TcpClient server = await _inside.AcceptTcpClientAsync(Cancellation);
        var heard = new byte[10];
        await server.GetStream().ReadExactlyAsync(heard.AsMemory(0, 5), Cancellation);
        await stream.WriteAsync(" late"u8.ToArray(), Cancellation);
        await server.GetStream().ReadExactlyAsync(heard.AsMemory(5, 5), Cancellation);
        await server.GetStream().WriteAsync("answer"u8.ToArray(), Cancellation);
        server.Close();

        Assert.Equal("early late", Encoding.ASCII.GetString(heard));
        using var reader = new StreamReader(stream);
        Assert.Equal("HTTP/1.1 200 Connection established\r\n\r\nanswer", await reader.ReadToEndAsync(Cancellation));
        await proxy.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData(false)]    // the name is asked again and leads inside
    [InlineData(true)]     // the source itself is a redirect
    public async Task A_source_that_turns_inside_after_it_was_checked_reaches_nothing(bool redirects)
    {
        using var outside = new ScriptedWeb();
        outside.Answers["/live.m3u8"] = ($"302 Found\r\nLocation: http://127.0.0.1:{Port}/live.m3u8", "");
        Names("stream.test", redirects ? ["127.0.0.1"] : ["1.1.1.1", "127.0.0.1"]);
        (string allowed, string source) = redirects ? ($"http://stream.test:{outside.Port}/", $"http://stream.test:{outside.Port}/live.m3u8") : ("http:", $"http://stream.test:{Port}/live.m3u8");

        string why = await WhyAsync(allowed, source);

        Assert.Contains("403", why, StringComparison.Ordinal);
        Assert.False(_inside.Pending(), "it was connected to");
    }

    [Fact]
    public async Task A_playlist_on_a_named_host_that_points_inside_reaches_nothing_there()
    {
        using var outside = new ScriptedWeb();
        Names("stream.test", "127.0.0.1");
        Names("metadata.test", "169.254.169.254");
        string[] inside = [$"http://127.0.0.1:{Port}/secret.ts", $"http://localhost:{Port}/secret.ts", "http://metadata.test/latest/meta-data/", "http://169.254.169.254/latest/", $"tcp://127.0.0.1:{Port}", "file:///etc/passwd",
            $"https://127.0.0.1:{Port}/secret.ts"];
        outside.Answers["/live.m3u8"] = ("200 OK", $"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI=\"http://127.0.0.1:{Port}/key\"\n{string.Concat(inside.Select(segment => $"#EXTINF:2,\n{segment}\n"))}#EXT-X-ENDLIST\n");

        string why = await WhyAsync($"http://stream.test:{outside.Port}/", $"http://stream.test:{outside.Port}/live.m3u8");

        Assert.NotEmpty(why);
        Assert.Contains("/live.m3u8", outside.Asked);
        Assert.False(_inside.Pending(), "it was connected to");
    }

    [Fact]
    public async Task A_description_that_would_open_connections_of_its_own_is_not_read()
    {
        using var outside = new ScriptedWeb();
        Names("stream.test", "127.0.0.1");
        outside.Answers["/a.sdp"] = ("200 OK\r\nContent-Type: application/sdp", $"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {Port} RTP/AVP 96\na=rtpmap:96 H264/90000\n");

        string why = await WhyAsync($"http://stream.test:{outside.Port}/", $"http://stream.test:{outside.Port}/a.sdp");

        Assert.Contains("not on whitelist", why, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_stream_of_a_named_host_is_watched_through_the_proxy()
    {
        using var recording = new TinyRecording();
        using var outside = new ScriptedWeb();
        Names("stream.test", "127.0.0.1");
        outside.Files["/playlist.ts"] = await TransportStreamAsync(recording.Path);
        outside.Answers["/live.m3u8"] = ("200 OK", "#EXTM3U\n#EXT-X-TARGETDURATION:25\n#EXTINF:24.4,\nplaylist.ts\n#EXT-X-ENDLIST\n");
        await using TwitchServer server = await ServeAsync($"http://stream.test:{outside.Port}/");

        JsonNode session = await server.CreateAsync(new { source = $"http://stream.test:{outside.Port}/live.m3u8" });
        using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{session["id"]}/events?last_event_id=0", Cancellation));
        ReceivedEvent first = (await events.UntilAsync("status"))[^1];
        ReceivedEvent second = first.Id is null ? (await events.UntilAsync("status"))[^1] : first;    // the first may be of before

        Assert.Equal("watching", (string)second.Json["state"]!);
        Assert.Equal(["/live.m3u8", "/playlist.ts"], outside.Asked.Distinct());
    }

    private static async Task<byte[]> TransportStreamAsync(string path)
    {
        using Process remux = Process.Start(new ProcessStartInfo("ffmpeg", ["-v", "error", "-nostdin", "-i", path, "-c", "copy", "-f", "mpegts", "pipe:1"]) { RedirectStandardOutput = true })!;
        using var stream = new MemoryStream();
        await remux.StandardOutput.BaseStream.CopyToAsync(stream, Cancellation);
        return stream.ToArray();
    }

    public void Dispose() => _inside.Dispose();

    // What a session says of a source that cannot be watched.
    private async Task<string> WhyAsync(string allowed, string source)
    {
        await using TwitchServer server = await ServeAsync(allowed);
        JsonNode session = await server.CreateAsync(new { source });
        using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{session["id"]}/events?last_event_id=0", Cancellation));
        while (true)
        {
            JsonNode status = (await events.UntilAsync("status"))[^1].Json;
            if ((string)status["state"]! is "reconnecting" or "failed")
                return (string)status["detail"]!;
        }
    }

    private Task<TwitchServer> ServeAsync(string allowed) => TwitchServer.StartAsync(
        options => options.AllowedSources.Add(allowed), scripted: false, build: (builder, _) => builder.Services.AddSingleton<ResolveHost>(ResolveAsync));

    private async Task<SourceProxy> StartAsync(params string[] allowed)
    {
        var options = new ServeOptions();
        foreach (string source in allowed)
            options.AllowedSources.Add(source);
        var proxy = new SourceProxy(new SourcePolicy(Options.Create(options), ResolveAsync), ResolveAsync, NullLogger<SourceProxy>.Instance);
        await proxy.StartAsync(Cancellation);
        return proxy;
    }

    private void Names(string host, params string[] addresses) => _names[host] = new(addresses);

    // A name's addresses one after the other, the last for ever; addresses are themselves; there is no other name.
    private Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host, out IPAddress? address))
            return Task.FromResult<IPAddress[]>([address]);
        if (host == "localhost")
            return Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
        if (!_names.TryGetValue(host, out ConcurrentQueue<string>? next))
            throw new SocketException((int)SocketError.HostNotFound);
        return Task.FromResult<IPAddress[]>([IPAddress.Parse(next.Count > 1 && next.TryDequeue(out string? now) ? now : next.First())]);
    }

    private static async Task<string> AskAsync(SourceProxy proxy, string head)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Address.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + "\r\n\r\n"), Cancellation);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(Cancellation);
    }
}
