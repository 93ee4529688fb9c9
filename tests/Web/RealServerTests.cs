using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Twitch.Runtime.Tests;
using Twitch.Serving;
using Twitch.Serving.Sessions;
using Twitch.Serving.Tests;

namespace Twitch.Web.Tests;

/// <summary>The pages on the server that they are for, with a scripted source: what the fake believes about the interface is true.</summary>
public sealed class RealServerTests(Chromium chromium)
{
    private const string Token = "correct horse battery staple";

    [Fact]
    public async Task A_session_is_made_moderated_and_shown()
    {
        using TinyBundle bundle = TinyBundle.SeedTiny();
        List<ScriptedFeed> feeds = [];
        await using WebApplication server = await StartAsync(bundle, feeds);
        var address = new Uri(server.Urls.Single());
        await using Tab tab = await chromium.OpenAsync(), overlay = await chromium.OpenAsync(640, 360);

        await tab.Page.GotoAsync(new Uri(address, "/#token=" + Uri.EscapeDataString(Token)).AbsoluteUri);
        await tab.Page.GetByLabel("Source").FillAsync("http://stream.test/live.m3u8");
        await tab.Page.GetByLabel("Ask before a comment is shown").CheckAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Watch" }).ClickAsync();
        await tab.Expect("#connection").ToHaveTextAsync("live");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await tab.Expect("#overlay-copy").ToHaveTextAsync("Copied");
        await overlay.Page.GotoAsync(await tab.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
        await overlay.Expect("body").ToHaveAttributeAsync("data-state", "live");

        ScriptedFeed feed = Assert.Single(feeds);
        feed.Connect();
        feed.Say("EZ", "win");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Approve comment 1: EZ win" }).ClickAsync();
        await tab.Expect(".comment .badge").ToHaveTextAsync("approved");
        await overlay.Expect(".comment").ToHaveTextAsync(["EZ win"]);
        await tab.Expect("#statistics .tile:has-text('Watched') b").ToHaveTextAsync("0:10");

        await tab.Page.GetByLabel("Temperature").FillAsync("1.5");
        await tab.Expect("#sampling-state").ToHaveTextAsync("from the next comment on");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stop http://stream.test/live.m3u8" }).ClickAsync();
        await tab.Expect("#no-sessions").ToBeVisibleAsync();
        await overlay.Expect("body").ToHaveAttributeAsync("data-state", "over");

        Assert.Equal(1.5f, feed.Sampling.Temperature);
        Assert.Empty(tab.Faults.Concat(overlay.Faults));
    }

    private static async Task<WebApplication> StartAsync(TinyBundle bundle, List<ScriptedFeed> feeds)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<OpenFeed>((_, options) =>
        {
            feeds.Add(new ScriptedFeed(options.Sampling!));
            return feeds[^1];
        });
        builder.Services.AddTwitch(options =>
        {
            options.Bundle = bundle.Folder;
            options.Token = Token;
            options.AllowedSources.Add("http://stream.test/");
        });
        WebApplication server = builder.Build();
        server.MapTwitch();
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }
}
