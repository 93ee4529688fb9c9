using System.Diagnostics;
using System.Net;
using Twitch.Media;

namespace Twitch.Runtime.Tests;

/// <summary>Pages of Twitch and YouTube, and the programs that know where they play: scripted ones, and the real streamlink on a playlist of this machine.</summary>
public sealed class StreamResolverTests : IDisposable
{
    private const string Found = """{"type":"hls","url":"https://cdn.example/live.m3u8?sig=1","headers":{}}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("programs-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("twitch:Some_Body", "https://www.twitch.tv/some_body")]
    [InlineData("https://www.twitch.tv/somebody?x=1", "https://www.twitch.tv/somebody")]
    [InlineData("http://twitch.tv/videos/123456", "https://www.twitch.tv/videos/123456")]
    [InlineData("https://m.twitch.tv/somebody/", "https://www.twitch.tv/somebody")]
    [InlineData("https://clips.twitch.tv/AbcDef-123", "https://clips.twitch.tv/AbcDef-123")]
    [InlineData("https://www.youtube.com/watch?app=d&v=abcdefghij0&t=5", "https://www.youtube.com/watch?v=abcdefghij0")]
    [InlineData("https://youtu.be/abcdefghij0?t=5", "https://www.youtube.com/watch?v=abcdefghij0")]
    [InlineData("https://www.youtube.com/live/abcdefghij0", "https://www.youtube.com/watch?v=abcdefghij0")]
    [InlineData("https://www.youtube.com/@some.body/live", "https://www.youtube.com/@some.body/live")]
    [InlineData("hls://host.example/live.m3u8", "https://host.example/live.m3u8")]
    [InlineData("hls://http://127.0.0.1/live.m3u8", "http://127.0.0.1/live.m3u8")]
    public void A_page_is_known_by_its_address(string text, string shown) => Assert.Equal(shown, StreamPage.TryParse(text)!.ToString());

    [Theory]
    [InlineData("twitch:a b")]
    [InlineData("twitch:--version")]
    [InlineData("https://twitch.tv.evil.example/somebody")]
    [InlineData("https://www.twitch.tv/")]
    [InlineData("https://evil.example/?https://www.twitch.tv/somebody")]
    [InlineData("https://user@www.twitch.tv/somebody")]
    [InlineData("https://www.youtube.com/feed/subscriptions")]
    [InlineData("hls://--help")]
    [InlineData("https://cdn.example/live.m3u8")]
    [InlineData("stream.mp4")]
    public void What_is_no_page_is_left_alone(string text) => Assert.Null(StreamPage.TryParse(text));

    [Theory]
    [InlineData("twitch:somebody", "--json https://www.twitch.tv/somebody 480p,best")]
    [InlineData("hls://host.example/live.m3u8", "--json hls://host.example/live.m3u8 480p,best")]
    public async Task Streamlink_says_where_it_plays(string page, string asked)
    {
        string streamlink = Program("streamlink", $"echo \"$@\" > {_folder}/asked; echo '{Found}'");

        Assert.Equal("https://cdn.example/live.m3u8?sig=1", await new StreamResolver(streamlink, "no-such-program").FindAsync(StreamPage.TryParse(page)!, "480p,best", Cancellation));
        Assert.Equal(asked, (await File.ReadAllTextAsync(_folder + "/asked", Cancellation)).Trim());
    }

    [Fact]
    public async Task Yt_dlp_is_asked_first_for_YouTube_and_where_streamlink_is_not_there()
    {
        var resolver = new StreamResolver(Program("streamlink", "exit 1"), Program("yt-dlp", "echo https://video.example/x.m3u8; echo https://audio.example/x"));
        var alone = new StreamResolver("no-such-program", Program("alone", "echo https://video.example/y.m3u8"));

        Assert.Equal("https://video.example/x.m3u8", await resolver.FindAsync(StreamPage.TryParse("https://youtu.be/abcdefghij0")!, "best", Cancellation));
        Assert.Equal("https://video.example/y.m3u8", await alone.FindAsync(StreamPage.TryParse("twitch:somebody")!, "best", Cancellation));
    }

    [Theory]
    [InlineData("""echo '{"error": "No playable streams found on this URL: https://www.twitch.tv/somebody"}'; exit 1""", "https://www.twitch.tv/somebody: No playable streams found on this URL: https://www.twitch.tv/somebody; it may be offline, or not there.")]
    [InlineData("""echo '{"streams": {"live": {}, "worst": {}}, "error": "The specified stream(s) could not be found"}'; exit 1""", "could not be found; there are live, worst; it may be offline")]
    [InlineData("echo Traceback >&2; exit 1", "Traceback")]
    [InlineData("""echo '{"type":"hls","url":"file:///etc/passwd"}'""", "plays nowhere that http leads to")]
    [InlineData("echo '[1]'", "gave no answer that can be read")]
    [InlineData("sleep 100", "gave no answer within 1 s")]
    [InlineData("head -c 5000000 /dev/zero", "gave no answer that can be read")]
    public async Task What_streamlink_cannot_find_is_not_there_now(string script, string expected)
    {
        var resolver = new StreamResolver(Program("streamlink", script), "no-such-program", script.StartsWith("sleep", StringComparison.Ordinal) ? TimeSpan.FromSeconds(1) : null);

        var error = await Assert.ThrowsAsync<TwitchException>(() => resolver.FindAsync(StreamPage.TryParse("twitch:somebody")!, "best", Cancellation));

        Assert.Equal(ExitCode.SourceLost, error.ExitCode);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_neither_program_is_installed_is_said()
    {
        var error = await Assert.ThrowsAsync<TwitchException>(() => new StreamResolver("no-such-program", "nor-this").FindAsync(StreamPage.TryParse("twitch:somebody")!, "best", Cancellation));

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Contains("needs streamlink or yt-dlp, neither of which is installed; 'apt-get install streamlink' brings one", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_real_streamlink_resolves_a_playlist_of_this_machine()
    {
        try
        {
            using Process version = Process.Start(new ProcessStartInfo("streamlink", ["--version"]) { RedirectStandardOutput = true })!;
            await version.WaitForExitAsync(Cancellation);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("streamlink is not installed; 'apt-get install streamlink' brings it.");
        }

        using HttpListener server = Serve(out int port);
        var resolver = new StreamResolver();
        StreamPage playlist = StreamPage.TryParse($"hls://http://127.0.0.1:{port}/live.m3u8")!, missing = StreamPage.TryParse($"hls://http://127.0.0.1:{port}/missing.m3u8")!;

        Assert.Equal($"http://127.0.0.1:{port}/live.m3u8", await resolver.FindAsync(playlist, StreamResolver.UsualQualities, Cancellation));
        Assert.Contains("there are live, worst, best", (await Assert.ThrowsAsync<TwitchException>(() => resolver.FindAsync(playlist, "480p", Cancellation))).Message, StringComparison.Ordinal);
        Assert.Contains("404", (await Assert.ThrowsAsync<TwitchException>(() => resolver.FindAsync(missing, "best", Cancellation))).Message, StringComparison.Ordinal);
    }

    private static HttpListener Serve(out int port)
    {
        for (int attempt = 0; ; attempt++)
        {
            port = Random.Shared.Next(20_000, 60_000);
            var server = new HttpListener();
            server.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                server.Start();
                _ = AnswerAsync(server);
                return server;
            }
            catch (HttpListenerException) when (attempt < 20)
            {
            }
        }
    }

    private static async Task AnswerAsync(HttpListener server)
    {
        try
        {
            while (true)
            {
                HttpListenerContext context = await server.GetContextAsync();
                bool found = context.Request.Url!.AbsolutePath == "/live.m3u8";
                context.Response.StatusCode = found ? 200 : 404;
                if (found)
                    await context.Response.OutputStream.WriteAsync("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\nlive0.ts\n"u8.ToArray());
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    private string Program(string name, string script)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
