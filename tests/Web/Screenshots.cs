using Microsoft.Playwright;
using OpenCvSharp;
using Twitch.Serving.Emotes;

namespace Twitch.Web.Tests;

/// <summary>Pictures of both pages; they are written to $TWITCH_SCREENSHOTS where that is set.</summary>
public sealed class Screenshots(Chromium chromium)
{
    private static readonly string[] Chat =
        ["what a pass", "HE SHOOTS Pog", "EZ win Clap", "no way he saved that", "keeper diff KEKW", "goal of the season, I have never seen a better one from that far out EZ Clap"];

    [Fact]
    public async Task The_overlay_covers_only_its_letters()
    {
        using Mat picture = await OverlayAsync("&size=26", "overlay-transparent", background: null);

        using Mat alpha = picture.ExtractChannel(3);
        double share = Cv2.CountNonZero(alpha) / (double)alpha.Total();
        Assert.InRange(share, 0.02, 0.4);
        Assert.Equal(0, alpha.Get<byte>(2, 2));
    }

    [Theory]
    [InlineData("overlay", "&size=26", "linear-gradient(120deg, #1d6b3a, #8fd14f 60%, #f4f1bb)", "")]
    [InlineData("overlay-boxes", "&size=22&font=DejaVu%20Serif&max=4", "linear-gradient(60deg, #243b55, #e96443)", ":root { --chat-background: rgba(0, 0, 0, 0.55); --chat-outline: transparent; --chat-name: 'bot '; --chat-weight: 400; }")]
    [InlineData("overlay-large", "&size=48&font=Liberation%20Sans%20Narrow&max=4", "#ffffff", ":root { --chat-align: end; --chat-color: #ffe066; }")]
    public async Task The_overlay_stands_out_from_what_is_behind_it(string name, string query, string background, string css)
    {
        using Mat picture = await OverlayAsync(query, name, background, css);

        Cv2.MeanStdDev(picture, out _, out Scalar deviation);
        Assert.True(deviation.Val0 > 10, $"the picture is one colour: deviation {deviation.Val0}");
    }

    [Theory]
    [InlineData("console", 1280, 800)]
    [InlineData("console-tablet", 820, 1180)]
    [InlineData("console-phone", 390, 844)]
    public async Task The_console_fits(string name, int width, int height)
    {
        using EmoteCache emotes = Emotes();
        await using FakeTwitch server = await FakeTwitch.StartAsync(emotes);
        FakeSession session = server.Watch("https://live.example/cup-final/index.m3u8");
        server.Watch("rtmp://studio.example/talk").State = "reconnecting";
        (session.Frame, session.Mel) = (Pictures.Frame(), Pictures.Mel());
        for (int i = 0; i < Chat.Length; i++)
            session.Say(Chat[i], 3605 + i * 10, [.. Chat[i].Split(' ').Select((word, at) => -0.05 - (word.Length * 7 + at) % 10 / 6.0)]);
        (server.Posting["enabled"], server.Posting["to"], server.Posting["dry_run"], server.Posting["approval"]) = (true, "#cup_final as our_bot", false, "manual");
        (server.Posting["offered"], server.Posting["decided"]) = (3, new System.Text.Json.Nodes.JsonObject { ["sent"] = 2, ["duplicate"] = 1 });
        session.Post = true;
        session.Decide(2, "approved");
        session.Decide(4, "approved");
        session.Decide(5, "rejected");
        session.Decide(6, "approved");
        session.Posted(2, "sent");
        session.Posted(4, "sent");
        session.Posted(6, "duplicate");
        session.Approval = "manual";
        session.Say("that is offside", 3670, -0.2, -0.9, -1.6);
        session.Say("ref needs glasses KEKW", 3680, -0.2, -0.9, -1.6, -0.1);
        session.Statistics["seconds"] = 3692.0;
        session.Statistics["comments"] = 369;
        server.ReplayAnswer = new()
        {
            ["same"] = true, ["text"] = "that is offside", ["state_difference"] = 1.2e-7, ["expected"] = new System.Text.Json.Nodes.JsonObject { ["text"] = "that is offside" },
        };
        await using Tab tab = await chromium.OpenAsync(width, height);
        await tab.Page.GotoAsync(server.At("/"));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Replay comment 7" }).ClickAsync();
        await tab.Expect(".verdict").ToBeVisibleAsync();
        await tab.Expect(".emote >> nth=3").ToBeAttachedAsync();
        await tab.Expect("#frame").ToBeVisibleAsync();
        session.Send("token", new() { ["n"] = 9, ["index"] = 0, ["text"] = "run" });
        session.Send("token", new() { ["n"] = 9, ["index"] = 1, ["text"] = "it" });
        await tab.Expect("#draft").ToHaveTextAsync("run it");
        await tab.Page.EvaluateAsync("document.activeElement.blur(), scrollTo(0, 0)");

        using Mat picture = await ShootAsync(tab, name, fullPage: width < 1000);

        Assert.Equal(width, picture.Width);
        if (width >= 1280)
            Assert.Equal(height, await tab.Page.EvaluateAsync<int>("document.documentElement.scrollHeight"));
        Assert.Empty(tab.Faults);
    }

    private async Task<Mat> OverlayAsync(string query, string name, string? background, string css = "")
    {
        using EmoteCache emotes = Emotes();
        await using FakeTwitch server = await FakeTwitch.StartAsync(emotes);
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync(640, 360);
        await tab.Page.GotoAsync(server.At($"/overlay?session={session.Id}&animate=none{query}"));
        await session.Subscribed;
        await tab.Page.EvaluateAsync("(css) => { const style = document.createElement('style'); style.append(css); document.head.append(style); }",
            css + (background is null ? "" : $" html {{ background: {background}; }}"));
        foreach (string text in Chat)
            session.Say(text);
        await tab.Expect(".comment >> nth=-1").ToContainTextAsync("goal of the season");
        await tab.Expect(".comment >> nth=-1 >> .emote").ToHaveCountAsync(2);
        return await ShootAsync(tab, name, fullPage: false);
    }

    private static async Task<Mat> ShootAsync(Tab tab, string name, bool fullPage)
    {
        byte[] png = await tab.Page.ScreenshotAsync(new() { OmitBackground = true, FullPage = fullPage, Animations = ScreenshotAnimations.Disabled });
        if (Environment.GetEnvironmentVariable("TWITCH_SCREENSHOTS") is { Length: > 0 } folder)
            await File.WriteAllBytesAsync(Path.Combine(folder, name + ".png"), png);
        return Cv2.ImDecode(png, ImreadModes.Unchanged);
    }

    private static EmoteCache Emotes()
    {
        var pictures = new PictureServer();
        using var file = new EmoteFile(new Dictionary<string, string>
        {
            ["EZ"] = "https://cdn.7tv.app/1", ["Clap"] = "https://cdn.7tv.app/2", ["Pog"] = "https://cdn.7tv.app/3", ["KEKW"] = "https://cdn.7tv.app/4",
        });
        pictures.Contents["https://cdn.7tv.app/1"] = Pictures.Disc(56, 96, 200, 110);
        pictures.Contents["https://cdn.7tv.app/2"] = Pictures.Disc(56, 250, 200, 80);
        pictures.Contents["https://cdn.7tv.app/3"] = Pictures.Disc(56, 80, 160, 250);
        var options = new EmoteOptions { File = file.Path };
        return new EmoteCache(options, new EmoteDownload(options, pictures), TimeProvider.System);
    }
}
