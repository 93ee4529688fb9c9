using System.Net;
using Microsoft.Extensions.Options;
using Twitch.Runtime;
using Twitch.Serving.Http;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Tests;

public sealed class SourcePolicyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("media-").FullName;

    [Theory]
    [InlineData("https://good.example/live/a.m3u8", true)]
    [InlineData("https://good.example/live", true)]
    [InlineData("https://good.example/liver", false)]
    [InlineData("https://good.example/live/../private", false)]
    [InlineData("https://good.example:444/live/", false)]
    [InlineData("http://good.example/live/", false)]
    [InlineData("https://good.example.evil.example/live/", false)]
    [InlineData("https://good.example@evil.example/live/", false)]
    [InlineData("https://good.example\\@evil.example/live/", false)]
    [InlineData("rtmp://192.168.1.5/app/key", true)]
    [InlineData("rtmp://192.168.1.6/app/key", false)]
    [InlineData("http://169.254.169.254/latest/meta-data/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("concat:a|b", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("-", false)]
    [InlineData("camera:0", false)]
    [InlineData("/dev/video0", false)]
    [InlineData("screen:", true)]
    public async Task Only_what_the_options_name_is_watched(string source, bool allowed) =>
        Assert.Equal(allowed, await IsAllowed(source, "https://good.example/live", "rtmp://192.168.1.5/", "screen:"));

    [Theory]
    [InlineData("camera:0", true)]
    [InlineData("/dev/video12", true)]
    [InlineData("camera:0\n", false)]
    [InlineData("/dev/null", false)]
    [InlineData("/dev/video0/../../etc/passwd", false)]
    [InlineData("/dev/../etc/passwd", false)]
    [InlineData("camera:/etc/passwd", false)]
    [InlineData("screen:", true)]
    [InlineData("screen::0", true)]
    [InlineData("screen::1.0", true)]
    [InlineData("screen:10.0.0.5:200", false)]
    [InlineData("screen:localhost:0", false)]
    [InlineData("screen:tcp/10.0.0.5:0", false)]
    [InlineData("screen::0+10,20", false)]
    [InlineData("screen:/socket", false)]
    public async Task A_camera_is_a_video_device_and_a_screen_a_display_of_this_machine(string source, bool allowed) =>
        Assert.Equal(allowed, await IsAllowed(source, "camera:", "screen:"));

    [Theory]
    [InlineData("http://127.0.0.1/")]
    [InlineData("http://127.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.1/")]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://169.254.169.254/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:10.0.0.1]/")]
    [InlineData("http://[fd00::1]/")]
    [InlineData("http://localhost:9/")]
    public async Task A_scheme_alone_does_not_reach_private_addresses(string source) => Assert.False(await IsAllowed(source, "http:"));

    [Fact]
    public async Task A_file_must_lie_in_the_media_folder_whatever_links_say()
    {
        File.WriteAllText(Path.Combine(_folder, "clip.mp4"), "");
        Directory.CreateDirectory(Path.Combine(_folder, "media"));
        File.WriteAllText(Path.Combine(_folder, "media", "inside.mp4"), "");
        File.CreateSymbolicLink(Path.Combine(_folder, "media", "link.mp4"), Path.Combine(_folder, "clip.mp4"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "media", "up"), _folder);

        Assert.True(await IsAllowedFile("inside.mp4"));
        Assert.True(await IsAllowedFile(Path.Combine(_folder, "media", "inside.mp4")));
        Assert.False(await IsAllowedFile("../clip.mp4"));
        Assert.False(await IsAllowedFile("link.mp4"));
        Assert.False(await IsAllowedFile("up/clip.mp4"));
        Assert.False(await IsAllowedFile("absent.mp4"));
    }

    [Theory]
    [InlineData("http://0.0.0.0/", 422)]
    [InlineData("http://[::]/", 422)]
    [InlineData("http://[::]:80/a\0", 400)]
    [InlineData("a\0", 400)]
    [InlineData("round", 422)]
    [InlineData("itself/x", 422)]
    [InlineData("deep/x", 422)]
    public async Task What_leads_nowhere_is_the_requests_fault(string source, int status)
    {
        var options = new ServeOptions { MediaFolder = _folder };
        options.AllowedSources.Add("http:");
        File.CreateSymbolicLink(Path.Combine(_folder, "round"), Path.Combine(_folder, "and"));
        File.CreateSymbolicLink(Path.Combine(_folder, "and"), Path.Combine(_folder, "round"));
        File.CreateSymbolicLink(Path.Combine(_folder, "itself"), Path.Combine(_folder, "itself"));
        File.CreateSymbolicLink(Path.Combine(_folder, "deep"), Path.Combine(_folder, "deep", "x"));

        var refused = await Assert.ThrowsAsync<ProblemException>(() => new SourcePolicy(Options.Create(options), Dns.GetHostAddressesAsync).CheckAsync(source, TestContext.Current.CancellationToken));

        Assert.Equal(status, refused.Status);
    }

    [Theory]
    [InlineData("twitch:somebody", true, "https:")]
    [InlineData("twitch:somebody", true, "https://www.twitch.tv/")]
    [InlineData("twitch:somebody", true, "https://www.twitch.tv/somebody")]
    [InlineData("twitch:somebody", false, "https://www.twitch.tv/somebodyelse")]
    [InlineData("twitch:somebody", false, "http:")]
    [InlineData("https://www.youtube.com/watch?v=abcdefghij0", false, "https://www.twitch.tv/")]
    [InlineData("hls://http://127.0.0.1/x.m3u8", false, "https:", "http:")]
    public async Task A_page_is_allowed_as_its_address_is(string source, bool isAllowed, params string[] allowed) => Assert.Equal(isAllowed, await IsAllowed(source, allowed));

    [Theory]
    [InlineData("https://93.184.216.34/live.m3u8", null, "https://93.184.216.34/live.m3u8")]
    [InlineData("https://10.0.0.9/live.m3u8", null, "plays at an address that may not be watched")]
    [InlineData("http://127.0.0.1:8080/x", null, "plays at an address that may not be watched")]
    [InlineData("http://10.0.0.9/live.m3u8", "http://10.0.0.9/", "http://10.0.0.9/live.m3u8")]
    [InlineData("file:///etc/passwd", null, "plays nowhere that http leads to")]
    public async Task Where_a_page_plays_is_held_to_the_rules_of_any_source(string found, string? named, string expected)
    {
        string program = Path.Combine(_folder, "streamlink");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\necho '{{\"type\":\"hls\",\"url\":\"{found}\"}}'\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var options = new ServeOptions();
        options.AllowedSources.Add("https:");
        if (named is not null)
            options.AllowedSources.Add(named);
        var policy = new SourcePolicy(Options.Create(options), Dns.GetHostAddressesAsync, new StreamResolver(program, "no-such-program"));

        string said;
        try
        {
            said = (await policy.ResolverOf("twitch:somebody")!(TestContext.Current.CancellationToken)).ToString();
        }
        catch (TwitchException e)
        {
            Assert.Equal(ExitCode.SourceLost, e.ExitCode);
            said = e.Message;
        }

        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.Null(policy.ResolverOf("https://cdn.example/live.m3u8"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<bool> IsAllowedFile(string source) => IsAllowed(new ServeOptions { MediaFolder = Path.Combine(_folder, "media") }, source);

    private static Task<bool> IsAllowed(string source, params string[] allowed)
    {
        var options = new ServeOptions();
        foreach (string text in allowed)
            options.AllowedSources.Add(text);
        return IsAllowed(options, source);
    }

    private static async Task<bool> IsAllowed(ServeOptions options, string source)
    {
        try
        {
            await new SourcePolicy(Options.Create(options), Dns.GetHostAddressesAsync).CheckAsync(source, TestContext.Current.CancellationToken);
            return true;
        }
        catch (Exception e) when (e is ProblemException or TwitchException)
        {
            return false;
        }
    }
}
