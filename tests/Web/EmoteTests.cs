using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Twitch.Serving;
using Twitch.Serving.Emotes;

namespace Twitch.Web.Tests;

public sealed class EmoteTests
{
    private const string Known = "https://cdn.7tv.app/emote/1/2x.webp";

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Names_lead_to_pictures_that_are_fetched_once()
    {
        using var pictures = new PictureServer();
        using EmoteCache cache = Cache(pictures, ("EZ", Known), ("Clap", Known), ("Kappa", "https://static-cdn.jtvnw.net/emoticons/v2/25/default/dark/2.0"));
        await using FakeTwitch server = await FakeTwitch.StartAsync(cache);
        using var client = new HttpClient { BaseAddress = server.Address };

        JsonObject names = (await client.GetFromJsonAsync<JsonObject>("/emotes", TestContext.Current.CancellationToken))!;
        var ids = names["emotes"]!.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!);
        Assert.Equal(["Clap", "EZ", "Kappa"], ids.Keys);
        Assert.Equal(ids["EZ"], ids["Clap"]);

        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage picture = await client.GetAsync(new Uri($"/emotes/{ids["EZ"]}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal("image/png", picture.Content.Headers.ContentType?.MediaType);
            Assert.Equal("default-src 'none'; sandbox", Assert.Single(picture.Headers.GetValues("Content-Security-Policy")));
            Assert.Equal(PictureServer.Png, await picture.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal([Known], pictures.Asked);
    }

    [Theory]
    [InlineData("http://cdn.7tv.app/a.webp")]
    [InlineData("https://cdn.7tv.app:8443/a.webp")]
    [InlineData("https://user@cdn.7tv.app/a.webp")]
    [InlineData("https://cdn.7tv.app.evil.example/a.webp")]
    [InlineData("https://evil.example/cdn.7tv.app")]
    [InlineData("https://127.0.0.1/a.webp")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/a.webp")]
    public void An_address_elsewhere_is_refused_when_the_file_is_read(string address)
    {
        TwitchException error = Assert.Throws<TwitchException>(() => new EmoteMap(new Dictionary<string, string> { ["EZ"] = address }, EmoteOptions.KnownHosts, "emotes.json"));

        Assert.StartsWith($"emotes.json: 'EZ' is at '{address}'; it must be an https address at static-cdn.jtvnw.net, ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    public void A_name_is_one_word(string name)
    {
        TwitchException error = Assert.Throws<TwitchException>(() => new EmoteMap(new Dictionary<string, string> { [name] = Known }, EmoteOptions.KnownHosts, "emotes.json"));

        Assert.Contains("it must be one word", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_followed_to_allowed_hosts_alone()
    {
        using var pictures = new PictureServer();
        pictures.Redirects[Known] = "https://cdn.betterttv.net/emote/2";
        using var download = new EmoteDownload(new EmoteOptions(), pictures);
        await download.FetchAsync(new Uri(Known), TestContext.Current.CancellationToken);
        Assert.Equal([Known, "https://cdn.betterttv.net/emote/2"], pictures.Asked);

        pictures.Redirects[Known] = "https://169.254.169.254/latest";
        await Assert.ThrowsAsync<HttpRequestException>(() => download.FetchAsync(new Uri(Known), TestContext.Current.CancellationToken));
        pictures.Redirects[Known] = Known;
        await Assert.ThrowsAsync<HttpRequestException>(() => download.FetchAsync(new Uri(Known), TestContext.Current.CancellationToken));

        Assert.DoesNotContain(pictures.Asked, address => address.Contains("169.254", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::ffff:169.254.169.254")]
    public async Task An_allowed_name_that_leads_inside_is_not_connected_to(string address)
    {
        using var download = new EmoteDownload(new EmoteOptions(), (_, _) => Task.FromResult(new[] { IPAddress.Parse("151.101.1.1"), IPAddress.Parse(address) }));

        HttpRequestException error = await Assert.ThrowsAsync<HttpRequestException>(() => download.FetchAsync(new Uri(Known), TestContext.Current.CancellationToken));

        Assert.Contains("cdn.7tv.app does not resolve to public addresses alone", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_picture_is_known_by_its_bytes_and_kept_small()
    {
        using var pictures = new PictureServer { Content = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"u8.ToArray() };
        using var download = new EmoteDownload(new EmoteOptions { MaxPictureBytes = 5000 }, pictures);
        HttpRequestException wrong = await Assert.ThrowsAsync<HttpRequestException>(() => download.FetchAsync(new Uri(Known), TestContext.Current.CancellationToken));
        Assert.Contains("is no PNG, GIF, WebP, AVIF or JPEG", wrong.Message, StringComparison.Ordinal);

        pictures.Content = [.. PictureServer.Png, .. new byte[5001 - PictureServer.Png.Length]];
        HttpRequestException large = await Assert.ThrowsAsync<HttpRequestException>(() => download.FetchAsync(new Uri(Known), TestContext.Current.CancellationToken));
        Assert.Contains("larger than 5000 bytes", large.Message, StringComparison.Ordinal);

        pictures.Content = pictures.Content[..5000];
        Assert.Equal(5000, (await download.FetchAsync(new Uri(Known), TestContext.Current.CancellationToken)).Content.Length);
    }

    [Fact]
    public async Task A_picture_that_failed_is_tried_again_after_a_minute()
    {
        using var pictures = new PictureServer { Status = HttpStatusCode.BadGateway };
        using EmoteCache cache = Cache(pictures, ("EZ", Known));
        string id = new EmoteMap(new Dictionary<string, string> { ["EZ"] = Known }, EmoteOptions.KnownHosts, "").Ids["EZ"];

        Assert.Null(await cache.FindAsync(id, TestContext.Current.CancellationToken));
        pictures.Status = HttpStatusCode.OK;
        Assert.Null(await cache.FindAsync(id, TestContext.Current.CancellationToken));
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.NotNull(await cache.FindAsync(id, TestContext.Current.CancellationToken));
        Assert.Equal(2, pictures.Asked.Count);
        Assert.Null(await cache.FindAsync("0123456789abcdef01234567", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Memory_is_bounded_and_the_picture_not_asked_for_longest_goes()
    {
        using var pictures = new PictureServer { Content = [.. PictureServer.Png, .. new byte[5000 - PictureServer.Png.Length]] };
        var emotes = Enumerable.Range(0, 5).ToDictionary(i => $"e{i}", i => $"https://cdn.7tv.app/{i}");
        using var file = new EmoteFile(emotes);
        using var cache = new EmoteCache(new EmoteOptions { File = file.Path, MaxCacheBytes = 15_000 }, new EmoteDownload(new EmoteOptions(), pictures), _time);
        string[] ids = [.. new EmoteMap(emotes, EmoteOptions.KnownHosts, "").Ids.Values];

        foreach (int i in (int[])[0, 1, 2, 0, 3, 0, 4, 0])
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.NotNull(await cache.FindAsync(ids[i], TestContext.Current.CancellationToken));
            Assert.InRange(cache.Bytes, 0, 15_000);
        }

        Assert.Equal(5, pictures.Asked.Count);
    }

    private EmoteCache Cache(PictureServer pictures, params (string Name, string Address)[] emotes)
    {
        using var file = new EmoteFile(emotes.ToDictionary(emote => emote.Name, emote => emote.Address));
        var options = new EmoteOptions { File = file.Path };
        return new EmoteCache(options, new EmoteDownload(options, pictures), _time);
    }
}
