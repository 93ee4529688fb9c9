using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
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
    [InlineData("GET http://rebound.test.https.invalid:{0}/ HTTP/1.1")]
    [InlineData("GET http://127.0.0.1.https.invalid:{0}/ HTTP/1.1")]
    [InlineData("GET http://--1.https6.invalid:{0}/ HTTP/1.1")]
    [InlineData("GET http://named.test.https.invalid:{0}/live/ HTTP/1.1")]    // named for http, not for https
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
    [InlineData("CONNECT named.test:443 HTTP/1.1")]
    [InlineData("GET https://named.test/ HTTP/1.1")]
    [InlineData("GET httpproxy://named.test/ HTTP/1.1")]
    [InlineData("GET http://user@named.test/ HTTP/1.1")]
    [InlineData("GET http://named.test/\n HTTP/1.1")]
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
        Assert.Equal("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", await asking);
        await proxy.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData("/a%2Fb/%C3%A4?sign=%7E%2f+[x]|{y}", "/a%2Fb/%C3%A4?sign=%7E%2f+[x]|{y}")]
    [InlineData("/Ã¤", "/%C3%A4")]    // as UTF-8 comes over the wire
    [InlineData("/a?b#c", "/a?b")]
    [InlineData("/a#b?c", "/a")]
    public async Task Paths_and_queries_arrive_as_they_were_asked_for(string asked, string expected)
    {
        Names("named.test", "127.0.0.1");
        using var web = new ScriptedWeb();
        using SourceProxy proxy = await StartAsync($"http://named.test:{web.Port}/");

        await AskAsync(proxy, $"GET http://named.test:{web.Port}{asked} HTTP/1.1");

        Assert.Equal([expected], web.Asked);
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_part_of_a_file_is_answered_as_its_server_answers_it()
    {
        using ScriptedWeb web = new();
        web.Answers["/a.mp4"] = ("206 Partial Content\r\nContent-Type: video/mp4\r\nContent-Range: bytes 2-6/9\r\nAccept-Ranges: bytes", "llo w");
        Names("named.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync($"http://named.test:{web.Port}/");

        string answer = await AskAsync(proxy, $"GET http://named.test:{web.Port}/a.mp4 HTTP/1.1\r\nRange: bytes=2-6");

        Assert.StartsWith("HTTP/1.1 206 Partial Content\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(["Accept-Ranges: bytes", "Connection: close", "Content-Length: 5", "Content-Range: bytes 2-6/9", "Content-Type: video/mp4"], HeadersOf(answer));
        Assert.EndsWith("\r\n\r\nllo w", answer, StringComparison.Ordinal);
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_radio_that_calls_http_icy_is_heard()
    {
        Names("named.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync($"http://named.test:{Port}/");
        Task<string> asking = AskAsync(proxy, $"GET http://named.test:{Port}/ HTTP/1.1\r\nIcy-MetaData: 1");
        using (TcpClient server = await _inside.AcceptTcpClientAsync(Cancellation))
        {
            await server.GetStream().ReadExactlyAsync(new byte[16], Cancellation);
            await server.GetStream().WriteAsync("ICY 200 OK\r\nicy-metaint: 8192\r\nContent-Type: audio/mpeg\r\n\r\nsound"u8.ToArray(), Cancellation);
            server.Client.Shutdown(SocketShutdown.Send);
            string answer = await asking;

            Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
            Assert.Equal(["Connection: close", "Content-Type: audio/mpeg", "icy-metaint: 8192"], HeadersOf(answer));
            Assert.EndsWith("\r\n\r\nsound", answer, StringComparison.Ordinal);
        }
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task What_goes_on_for_ever_comes_as_it_is_sent_and_ends_for_both()
    {
        Names("named.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync($"http://named.test:{Port}/");
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Address.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET http://named.test:{Port}/live.ts HTTP/1.1\r\n\r\n"), Cancellation);
        using TcpClient server = await _inside.AcceptTcpClientAsync(Cancellation);
        await server.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray(), Cancellation);
        foreach (string part in (string[])["HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nthe first second", "and the next"])
        {
            string body = part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and int end ? end + 4 : 0)..];
            await server.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{body.Length:x}\r\n{body}\r\n"), Cancellation);
            var heard = new byte[part.Length];
            await client.GetStream().ReadExactlyAsync(heard, Cancellation);

            Assert.Equal(part, Encoding.ASCII.GetString(heard));
        }
        client.Dispose();

        var rest = new byte[4096];
        while (await ReadAsync(server.GetStream(), rest) > 0)
        {
        }
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task What_is_cut_off_does_not_look_like_an_end()
    {
        Names("named.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync($"http://named.test:{Port}/");
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Address.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET http://named.test:{Port}/live.ts HTTP/1.1\r\n\r\n"), Cancellation);
        using (TcpClient server = await _inside.AcceptTcpClientAsync(Cancellation))
        {
            await server.GetStream().ReadExactlyAsync(new byte[16], Cancellation);
            await server.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\na part of it"u8.ToArray(), Cancellation);
        }

        using var reader = new StreamReader(client.GetStream());
        await Assert.ThrowsAsync<IOException>(() => reader.ReadToEndAsync(Cancellation));
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task An_https_server_is_asked_over_tls_and_what_it_leads_to_is_marked()
    {
        using X509Certificate2 certificate = ScriptedWeb.CertificateOf("secure.test");
        using ScriptedWeb web = new(certificate);
        web.Answers["/moved"] = ("302 Found\r\nLocation: https://cdn.test/a?b=https://c.test/\r\nSet-Cookie: a=b; Domain=.test; Path=/", "");
        web.Answers["/moved/host"] = ("302 Found\r\nLocation: //cdn.test:444/a", "");
        web.Answers["/moved/here"] = ("302 Found\r\nLocation: /a", "");
        web.Answers["/moved/down"] = ("302 Found\r\nLocation: http://cdn.test/a", "");
        web.Answers["/live.m3u8"] = ("206 Partial Content\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-2/3\r\nAccept-Ranges: bytes",
            "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.test:8443/k?a=\"\n#EXT-X-MAP:URI=\"//cdn.test/init.mp4\"\r\nhttps://u:p@cdn.test/1.ts?x=https://y.test/\nhttps://[2001:db8::1]/2.ts\n//cdn.test/3.ts\n/4.ts\nhttp://cdn.test/5.ts\nhttps://cdn.test");
        Names("secure.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync(certificate, $"https://secure.test:{web.Port}/");
        Task<string> Ask(string path) => AskAsync(proxy, $"GET http://secure.test.https.invalid:{web.Port}{path} HTTP/1.1");

        Assert.Contains("Location: http://cdn.test.https.invalid:443/a?b=https://c.test/", HeadersOf(await Ask("/moved")));
        Assert.Contains("Set-Cookie: a=b; Domain=.test.https.invalid; Path=/", HeadersOf(await Ask("/moved")));
        Assert.Contains("Location: http://cdn.test.https.invalid:444/a", HeadersOf(await Ask("/moved/host")));
        Assert.Contains("Location: /a", HeadersOf(await Ask("/moved/here")));
        Assert.Contains("Location: http://cdn.test/a", HeadersOf(await Ask("/moved/down")));
        Assert.Equal(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"http://keys.test.https.invalid:8443/k?a=\"\n#EXT-X-MAP:URI=\"http://cdn.test.https.invalid:443/init.mp4\"\r\n"
            + "http://u:p@cdn.test.https.invalid:443/1.ts?x=https://y.test/\nhttp://2001-db8--1.https6.invalid:443/2.ts\nhttp://cdn.test.https.invalid:443/3.ts\n/4.ts\nhttp://cdn.test/5.ts\nhttp://cdn.test.https.invalid:443",
            (await Ask("/live.m3u8")).Replace("Connection: close\r\nContent-Type: text/plain\r\n", "Content-Type: text/plain\r\nConnection: close\r\n", StringComparison.Ordinal));
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task An_http_playlist_leads_to_https_and_its_own_hosts_stay_http()
    {
        string lines = string.Concat(Enumerable.Range(0, 5000).Select(i => $"#EXTINF:2,\n//cdn.test/{i}.ts\nhttps://cdn.test/{i}.ts\n"));    // more than is read at once
        using ScriptedWeb web = new();
        web.Answers["/live.m3u8"] = ("200 OK", "#EXTM3U\n" + lines);
        web.Answers["/page.html"] = ("200 OK", "https://cdn.test/\n#EXTM3U\n");
        Names("named.test", "127.0.0.1");
        using SourceProxy proxy = await StartAsync($"http://named.test:{web.Port}/");

        string playlist = await AskAsync(proxy, $"GET http://named.test:{web.Port}/live.m3u8 HTTP/1.1"), page = await AskAsync(proxy, $"GET http://named.test:{web.Port}/page.html HTTP/1.1");

        Assert.Equal("#EXTM3U\n" + lines.Replace("https://cdn.test", "http://cdn.test.https.invalid:443", StringComparison.Ordinal), playlist[(playlist.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        Assert.EndsWith("\r\n\r\nhttps://cdn.test/\n#EXTM3U\n", page, StringComparison.Ordinal);
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_packed_playlist_is_unpacked()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
            gzip.Write("#EXTM3U\nhttps://cdn.test/1.ts\n"u8);
        using SourceProxy proxy = await StartAsync($"http://named.test:{Port}/");
        Names("named.test", "127.0.0.1");
        Task<string> asking = AskAsync(proxy, $"GET http://named.test:{Port}/live.m3u8 HTTP/1.1");
        using TcpClient server = await _inside.AcceptTcpClientAsync(Cancellation);
        await server.GetStream().ReadExactlyAsync(new byte[16], Cancellation);
        await server.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"), Cancellation);
        await server.GetStream().WriteAsync(packed.ToArray(), Cancellation);

        Assert.Equal("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n#EXTM3U\nhttp://cdn.test.https.invalid:443/1.ts\n", await asking);
        await proxy.StopAsync(Cancellation);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("[::]")]
    [InlineData("0.0.0.0.https.invalid")]
    public async Task An_address_that_stands_for_all_is_nobodys(string host)
    {
        using SourceProxy proxy = await StartAsync(Dns.GetHostAddressesAsync, "http:", "https:");

        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", await AskAsync(proxy, $"GET http://{host}:{Port}/ HTTP/1.1"), StringComparison.Ordinal);
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_connection_that_cannot_be_accepted_is_not_the_last_one()
    {
        Names("named.test", "127.0.0.1");
        using ScriptedWeb web = new();
        web.Answers["/"] = ("200 OK", "hello");
        int failures = 3;
        using SourceProxy proxy = await StartAsync(ProxyOf(
            ResolveAsync, null, [$"http://named.test:{web.Port}/"], (listener, cancellation) => failures-- > 0 ? throw new SocketException((int)SocketError.TooManyOpenSockets) : listener.AcceptSocketAsync(cancellation)));

        Assert.EndsWith("\r\n\r\nhello", await AskAsync(proxy, $"GET http://named.test:{web.Port}/ HTTP/1.1"), StringComparison.Ordinal);
        Assert.True(failures < 0);
        await proxy.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_refused_and_leads_nowhere()
    {
        using X509Certificate2 certificate = ScriptedWeb.CertificateOf("secure.test", issuerAt: $"http://127.0.0.1:{Port}/issuer.cer"), another = ScriptedWeb.CertificateOf("secure.test");
        using ScriptedWeb web = new(certificate);
        web.Answers["/"] = ("200 OK", "hello");
        Names("secure.test", "127.0.0.1");
        Names("else.test", "127.0.0.1");
        foreach ((X509Certificate2? trusted, string host) in ((X509Certificate2?, string)[])[(null, "secure.test"), (another, "secure.test"), (certificate, "else.test")])
        {
            using SourceProxy proxy = await StartAsync(trusted, $"https://{host}:{web.Port}/");

            Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", await AskAsync(proxy, $"GET http://{host}.https.invalid:{web.Port}/ HTTP/1.1"), StringComparison.Ordinal);
            Assert.Empty(web.Asked);
            Assert.False(_inside.Pending(), "the issuer was asked");
            await proxy.StopAsync(Cancellation);
        }
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
            $"https://127.0.0.1:{Port}/secret.ts", $"httpproxy://127.0.0.1:{Port}/evil.test:22/secret.ts", $"crypto+httpproxy://127.0.0.1:{Port}/evil.test:22/secret.ts", $"crypto+tcp://127.0.0.1:{Port}/secret.ts",
            $"http://127.0.0.1.https.invalid:{Port}/secret.ts", $"tls://127.0.0.1:{Port}", $"data+tcp://127.0.0.1:{Port}/secret.ts"];
        await using TwitchServer server = await ServeAsync($"http://stream.test:{outside.Port}/");
        foreach (string segment in inside)    // ffmpeg gives up at the first one
        {
            outside.Answers["/live.m3u8"] = ("200 OK", $"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI=\"http://127.0.0.1:{Port}/key\"\n#EXTINF:2,\n{segment}\n#EXT-X-ENDLIST\n");
            outside.Asked.Clear();

            string why = await WhyAsync(server, $"http://stream.test:{outside.Port}/live.m3u8");

            Assert.NotEmpty(why);
            Assert.Contains("/live.m3u8", outside.Asked);
            Assert.False(_inside.Pending(), $"{segment} was connected to");
        }
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

    [Fact]
    public async Task A_stream_of_an_https_host_is_watched_through_the_proxy()
    {
        using var recording = new TinyRecording();
        using X509Certificate2 certificate = ScriptedWeb.CertificateOf("secure.test");
        using var outside = new ScriptedWeb(certificate);
        Names("secure.test", "127.0.0.1");
        byte[] stream = await TransportStreamAsync(recording.Path);
        (outside.Files["/v/1.ts"], outside.Files["/v/2.ts"]) = (stream, stream);
        outside.Answers["/live.m3u8"] = ($"302 Found\r\nLocation: https://secure.test:{outside.Port}/v/live.m3u8", "");
        outside.Answers["/v/live.m3u8"] = ("200 OK", $"#EXTM3U\n#EXT-X-TARGETDURATION:25\n#EXTINF:24.4,\n1.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:24.4,\nhttps://secure.test:{outside.Port}/v/2.ts\n#EXT-X-ENDLIST\n");
        string source = $"https://secure.test:{outside.Port}/live.m3u8";
        await using TwitchServer server = await ServeAsync($"https://secure.test:{outside.Port}/", certificate);

        JsonNode session = await server.CreateAsync(new { source });
        using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{session["id"]}/events?last_event_id=0", Cancellation));
        await events.UntilAsync("comment");
        while (!outside.Asked.Contains("/v/2.ts"))
            await events.UntilAsync("status");

        Assert.Equal(source, (string)session["source"]!);
        Assert.Equal(["/live.m3u8", "/v/live.m3u8", "/v/1.ts", "/v/2.ts"], outside.Asked.Distinct());
    }

    [Fact]
    public async Task What_is_said_of_an_https_source_names_it_as_it_was_given()
    {
        using X509Certificate2 certificate = ScriptedWeb.CertificateOf("secure.test");
        using var outside = new ScriptedWeb(certificate);
        Names("secure.test", "127.0.0.1");

        string why = await WhyAsync($"https://secure.test:{outside.Port}/", $"https://secure.test:{outside.Port}/live.m3u8?key=secret", certificate);

        Assert.Contains($"https://secure.test:{outside.Port}/live.m3u8: ", why, StringComparison.Ordinal);
        Assert.Contains("404", why, StringComparison.Ordinal);
        Assert.DoesNotContain("invalid:", why, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", why, StringComparison.Ordinal);
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
    private async Task<string> WhyAsync(string allowed, string source, X509Certificate2? trusted = null)
    {
        await using TwitchServer server = await ServeAsync(allowed, trusted);
        return await WhyAsync(server, source);
    }

    private static async Task<string> WhyAsync(TwitchServer server, string source)
    {
        JsonNode session = await server.CreateAsync(new { source });
        using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{session["id"]}/events?last_event_id=0", Cancellation));
        while (true)
        {
            JsonNode status = (await events.UntilAsync("status"))[^1].Json;
            if ((string)status["state"]! is not ("reconnecting" or "failed"))
                continue;
            (await server.Client.DeleteAsync($"/v1/sessions/{session["id"]}", Cancellation)).EnsureSuccessStatusCode();
            return (string)status["detail"]!;
        }
    }

    private Task<TwitchServer> ServeAsync(string allowed, X509Certificate2? trusted = null) => TwitchServer.StartAsync(
        options => options.AllowedSources.Add(allowed), scripted: false, build: (builder, _) => builder.Services.AddSingleton<ResolveHost>(ResolveAsync).AddSingleton(RootsOf(trusted)));

    private Task<SourceProxy> StartAsync(params string[] allowed) => StartAsync(ProxyOf(ResolveAsync, null, allowed));

    private static Task<SourceProxy> StartAsync(ResolveHost resolve, params string[] allowed) => StartAsync(ProxyOf(resolve, null, allowed));

    private Task<SourceProxy> StartAsync(X509Certificate2? trusted, params string[] allowed) => StartAsync(ProxyOf(ResolveAsync, trusted, allowed));

    private static async Task<SourceProxy> StartAsync(SourceProxy proxy)
    {
        await proxy.StartAsync(Cancellation);
        return proxy;
    }

    private static SourceProxy ProxyOf(ResolveHost resolve, X509Certificate2? trusted, string[] allowed, Func<TcpListener, CancellationToken, ValueTask<Socket>>? accept = null)
    {
        var options = new ServeOptions();
        foreach (string source in allowed)
            options.AllowedSources.Add(source);
        return new SourceProxy(new SourcePolicy(Options.Create(options), resolve), resolve, RootsOf(trusted), NullLogger<SourceProxy>.Instance)
        {
            Accept = accept ?? ((listener, cancellation) => listener.AcceptSocketAsync(cancellation)),
        };
    }

    private static TrustedRoots RootsOf(X509Certificate2? trusted) => new(trusted is null ? null : [trusted]);

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

    private static IEnumerable<string> HeadersOf(string answer) => answer.Split("\r\n\r\n")[0].Split("\r\n").Skip(1).Order(StringComparer.Ordinal);

    // Zero when the other side has gone, in either way.
    private static async Task<int> ReadAsync(NetworkStream stream, byte[] buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer, Cancellation);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static async Task<string> AskAsync(SourceProxy proxy, string head)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, proxy.Address.Port, Cancellation);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(head + "\r\n\r\n"), Cancellation);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(Cancellation);
    }
}
