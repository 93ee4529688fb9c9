using Microsoft.Playwright;
using Twitch.Serving.Emotes;

namespace Twitch.Web.Tests;

public sealed class OverlayTests(Chromium chromium)
{
    [Fact]
    public async Task Comments_that_were_let_through_are_shown_and_others_are_not()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server, session);

        session.Say("gg");
        session.Approval = "manual";
        int good = session.Say("approved later"), bad = session.Say("rejected later");
        session.Say("never decided");
        session.Decide(bad, "rejected");
        session.Decide(good, "approved");
        session.Approval = "auto";
        session.Say("last");

        await tab.Expect(".comment").ToHaveTextAsync(["gg", "approved later", "last"]);
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task The_page_is_transparent()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server, session);

        session.Say("gg");
        await tab.Expect(".comment").ToHaveCountAsync(1);

        Assert.Equal("rgba(0, 0, 0, 0)|rgba(0, 0, 0, 0)|rgba(0, 0, 0, 0)", await tab.Page.EvaluateAsync<string>(
            "[document.documentElement, document.body, chat].map((e) => getComputedStyle(e).backgroundColor).join('|')"));
    }

    [Fact]
    public async Task Only_so_many_comments_are_on_the_page()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server, session, "&max=3");

        for (int i = 1; i <= 7; i++)
            session.Say($"comment {i}");

        await tab.Expect(".comment").ToHaveTextAsync(["comment 5", "comment 6", "comment 7"]);
    }

    [Fact]
    public async Task A_comment_fades_after_its_time()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.Clock.InstallAsync();
        await ShowAsync(tab, server, session, "&fade=300");    // real time passes beside the clock

        session.Say("soon gone");
        await tab.Expect(".comment").ToHaveCountAsync(1);
        await tab.Page.Clock.RunForAsync(200_000);
        await tab.Expect(".comment:not(.leaving)").ToHaveCountAsync(1);
        await tab.Page.Clock.RunForAsync(102_000);

        await tab.Expect(".comment").ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_fade_of_zero_keeps_comments()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.Clock.InstallAsync();
        await ShowAsync(tab, server, session, "&fade=0");

        session.Say("here to stay");
        await tab.Expect(".comment").ToHaveCountAsync(1);
        await tab.Page.Clock.RunForAsync(15_000);

        await tab.Expect(".comment:not(.leaving)").ToHaveCountAsync(1);
    }

    [Fact]
    public async Task A_dropped_connection_is_opened_again_with_a_new_ticket_and_nothing_is_lost_or_shown_twice()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.Clock.InstallAsync();
        await ShowAsync(tab, server, session, "&fade=0");
        session.Say("before");
        await tab.Expect(".comment").ToHaveTextAsync(["before"]);

        server.Down = true;
        server.Drop();
        session.Say("while away");
        await tab.Expect("body").ToHaveAttributeAsync("data-state", "offline");
        await tab.Expect(".comment").ToHaveTextAsync(["before"]);
        await PassAsync(tab, seconds: 60);
        int attempts = server.Requests.Count(request => request == "POST /v1/tickets") - 1;
        Assert.InRange(attempts, 3, 8);    // after 1, 2, 4, 8, 16, 30 s; real time passes beside the clock

        server.Down = false;
        while (!session.Subscribed.IsCompleted)
            await PassAsync(tab, seconds: 1);
        session.Say("after");

        await tab.Expect(".comment").ToHaveTextAsync(["before", "while away", "after"]);
        string[] streams = [.. server.Requests.Where(request => request.Contains("/events?", StringComparison.Ordinal))];
        Assert.Equal(["GET /v1/sessions/s1/events?ticket=ticket-1", "GET /v1/sessions/s1/events?ticket=ticket-2&last_event_id=1"], streams.Take(2));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Silence_is_a_lost_connection_too()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.Clock.InstallAsync();
        await ShowAsync(tab, server, session);

        Task again = session.SubscribedAgain();
        await PassAsync(tab, seconds: 15);
        Assert.False(again.IsCompleted);
        await PassAsync(tab, seconds: 10);

        await again;
        await tab.Expect("body").ToHaveAttributeAsync("data-state", "live");
    }

    [Fact]
    public async Task Without_a_server_nothing_at_all_is_shown()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        server.Down = true;
        await using Tab tab = await chromium.OpenAsync();

        await tab.Page.GotoAsync(server.At("/overlay?session=s1#token=secret"));

        await tab.Expect("body").ToHaveAttributeAsync("data-state", "offline");
        Assert.Equal("0 ", await tab.Page.EvaluateAsync<string>("`${chat.childElementCount} ${document.body.innerText.trim()}`"));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task The_token_is_sent_in_a_header_and_in_no_address()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        server.Token = "s3cret";
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server, session);

        session.Say("gg");

        await tab.Expect(".comment").ToHaveTextAsync(["gg"]);
        Assert.DoesNotContain(server.Requests, request => request.Contains("s3cret", StringComparison.Ordinal));
        Assert.EndsWith("#token=s3cret", tab.Page.Url, StringComparison.Ordinal);    // OBS reloads the address that it finds
    }

    [Fact]
    public async Task An_address_without_a_session_follows_the_newest_and_then_the_next()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        server.Watch("older", id: "a");
        FakeSession newest = server.Watch("newest", id: "ccc"), ended = server.Watch("ended", id: "dddd");
        ended.State = "ended";
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.Clock.InstallAsync();
        await tab.Page.GotoAsync(server.At("/overlay"));
        await newest.Subscribed;
        newest.Say("from the newest");
        await tab.Expect(".comment").ToHaveTextAsync(["from the newest"]);

        FakeSession next = server.Watch("next", id: "eeeee");
        newest.Send("end", new() { ["state"] = "ended" });
        await tab.Expect("body").ToHaveAttributeAsync("data-state", "over");
        await tab.Page.Clock.RunForAsync(5_100);
        await next.Subscribed;
        next.Say("from the next");

        await tab.Expect(".comment").ToHaveTextAsync(["from the newest", "from the next"]);
    }

    [Fact]
    public async Task A_named_session_that_ended_is_left_alone()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.Clock.InstallAsync();
        await ShowAsync(tab, server, session);

        session.Send("end", new() { ["state"] = "ended" });
        session.Drop();
        await tab.Expect("body").ToHaveAttributeAsync("data-state", "over");
        int before = server.Requests.Count;
        await tab.Page.Clock.RunForAsync(120_000);

        Assert.Equal(before, server.Requests.Count);
    }

    [Fact]
    public async Task Size_font_and_animation_come_from_the_address()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server, session, "&size=44&animate=pop&font=" + Uri.EscapeDataString("Liberation Serif, evil\"; background: url(/canary)"));

        session.Say("gg");

        await tab.Expect(".comment").ToHaveCSSAsync("font-size", "44px");
        await tab.Expect(".comment").ToHaveCSSAsync("animation-name", "pop");
        await tab.Expect(".comment").ToHaveCSSAsync("font-family", "\"Liberation Serif\", \"evil; background: url(/canary)\", sans-serif");
        Assert.DoesNotContain(server.Requests, request => request.StartsWith("GET /canary", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("const obsCSS = document.createElement('style'); obsCSS.appendChild(document.createTextNode(CSS)); document.querySelector('head').appendChild(obsCSS);")]
    [InlineData("const obsCSS = document.createElement('style'); obsCSS.innerHTML = CSS; document.querySelector('head').appendChild(obsCSS);")]
    public async Task Custom_css_of_obs_has_the_last_word(string injection)
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server, session, "&size=44");

        // The two ways in which versions of obs-browser add it once the page is there.
        await tab.Page.EvaluateAsync("(CSS) => { " + injection + " }", ":root { --chat-size: 20px; --chat-color: rgb(1, 2, 3); --chat-max: 2; }");
        for (int i = 1; i <= 4; i++)
            session.Say($"comment {i}");

        await tab.Expect(".comment").ToHaveTextAsync(["comment 3", "comment 4"]);
        await tab.Expect(".comment >> nth=0").ToHaveCSSAsync("font-size", "20px");
        await tab.Expect(".comment >> nth=0").ToHaveCSSAsync("color", "rgb(1, 2, 3)");
    }

    [Fact]
    public async Task Emotes_are_pictures_once_they_are_there_and_words_until_then()
    {
        using var pictures = new PictureServer();
        using var file = new EmoteFile(new Dictionary<string, string> { ["EZ"] = "https://cdn.7tv.app/1", ["Gone"] = "https://cdn.7tv.app/2" });
        var options = new EmoteOptions { File = file.Path };
        using var emotes = new EmoteCache(options, new EmoteDownload(options, pictures), TimeProvider.System);
        pictures.Missing.Enqueue("https://cdn.7tv.app/2");
        await using FakeTwitch server = await FakeTwitch.StartAsync(emotes);
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server, session);

        session.Say("that was EZ ez Gone");

        await tab.Expect(".comment .emote").ToHaveAttributeAsync("alt", "EZ");
        await tab.Expect(".comment").ToHaveTextAsync(["that was ez Gone"]);
        Assert.Equal("that was |EZ| ez |Gone", await tab.Page.EvaluateAsync<string>(
            "Array.from(document.querySelector('.comment').childNodes, (node) => node.alt || node.textContent).filter(Boolean).join('|')"));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task Nothing_moves_for_those_who_prefer_that()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync(motion: ReducedMotion.Reduce);
        await ShowAsync(tab, server, session, "&animate=slide");

        session.Say("gg");

        await tab.Expect(".comment").ToHaveCSSAsync("animation-name", "none");
    }

    /// <summary>Lets the page's clock run, a second at a time so that answers of the network can come in between.</summary>
    private static async Task PassAsync(Tab tab, int seconds)
    {
        for (int i = 0; i < seconds; i++)
            await tab.Page.Clock.RunForAsync(1000);
    }

    private async Task<Tab> OpenAsync(FakeTwitch server, FakeSession session, string query = "")
    {
        Tab tab = await chromium.OpenAsync();
        await ShowAsync(tab, server, session, query);
        return tab;
    }

    private static async Task ShowAsync(Tab tab, FakeTwitch server, FakeSession session, string query = "")
    {
        await tab.Page.GotoAsync(server.At($"/overlay?session={session.Id}{query}#token={server.Token}"));
        await session.Subscribed;
        await tab.Expect("body").ToHaveAttributeAsync("data-state", "live");
    }
}
