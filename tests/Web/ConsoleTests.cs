using System.Text.Json.Nodes;
using Microsoft.Playwright;

namespace Twitch.Web.Tests;

public sealed class ConsoleTests(Chromium chromium)
{
    [Fact]
    public async Task A_stream_is_watched_shown_and_stopped()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(server.At("/"));
        await tab.Expect("#no-sessions").ToBeVisibleAsync();

        await tab.Page.GetByLabel("Source").FillAsync("https://live.example/cup.m3u8");
        await tab.Page.GetByLabel("A comment every").FillAsync("7");
        await tab.Page.GetByLabel("Ask before a comment is shown").CheckAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Watch" }).ClickAsync();
        await tab.Expect("#connection").ToHaveTextAsync("live");
        await tab.Expect(".session .source").ToHaveTextAsync("https://live.example/cup.m3u8");
        await tab.Expect("#approval").Not.ToBeCheckedAsync();

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stop https://live.example/cup.m3u8" }).ClickAsync();
        await tab.Expect("#no-sessions").ToBeVisibleAsync();
        await tab.Expect("#connection").ToHaveTextAsync("no session");

        AssertChanges(server,
            ("POST /v1/sessions", """{"source":"https://live.example/cup.m3u8","every":7,"approval":"manual"}"""),
            ("DELETE /v1/sessions/s1", null));
        Assert.Empty(tab.Faults);
    }

    [Fact]
    public async Task One_of_several_sessions_is_chosen()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        server.Watch("first");
        FakeSession second = server.Watch("second");
        second.Say("of the second");
        await using Tab tab = await OpenAsync(server);
        await tab.Expect(".comment").ToHaveCountAsync(0);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "second watching" }).ClickAsync();

        await tab.Expect(".comment .text").ToHaveTextAsync(["of the second"]);
        Assert.EndsWith("/?session=s2", tab.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_preview_is_what_the_server_says()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        (session.Frame, session.Mel) = (Pictures.Frame(), Pictures.Mel());
        await using Tab tab = await OpenAsync(server);

        Assert.Equal(96, await WidthAsync(tab, "frame"));
        Assert.Equal(300, await WidthAsync(tab, "mel"));
        session.Statistics["dropped_seconds"] = 12;
        session.Statistics["seconds"] = 3725.0;
        session.Statistics["comments"] = 373;
        session.SendStatus();

        await tab.Expect("#statistics .tile:has-text('Watched') b").ToHaveTextAsync("1:02:05");
        await tab.Expect("#statistics .tile:has-text('Comments') b").ToHaveTextAsync("6.01");    // (373 − 6) in 3664 s
        await tab.Expect("#statistics .tile:has-text('First token') b").ToHaveTextAsync("3.10");
        await tab.Expect("#statistics .tile:has-text('Dropped')").ToHaveAttributeAsync("data-warn", "true");
        await tab.Expect("#statistics .tile:has-text('Drift') b").ToHaveTextAsync("1.20");
    }

    [Fact]
    public async Task A_comment_is_seen_as_it_is_written()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server);

        session.Send("token", new() { ["n"] = 1, ["index"] = 0, ["text"] = "what" });
        session.Send("token", new() { ["n"] = 1, ["index"] = 1, ["text"] = "a" });
        await tab.Expect("#draft").ToHaveTextAsync("what a");
        session.Say("what a goal", logprobs: [-0.1, -0.2, -2]);

        await tab.Expect("#draft").ToContainTextAsync("The next comment");
        await tab.Expect(".comment .word >> nth=2").ToHaveAttributeAsync("title", "14 %");
    }

    [Fact]
    public async Task Comments_are_approved_and_rejected_with_the_mouse_and_with_keys()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final", approval: "manual");
        await using Tab tab = await OpenAsync(server);
        for (int i = 1; i <= 4; i++)
            session.Say($"comment {i}");
        await tab.Expect(".comment").ToHaveCountAsync(4);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Approve comment 4" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Reject comment 3" }).ClickAsync();
        await tab.Page.FocusAsync(".comment >> nth=0");
        await tab.Page.Keyboard.PressAsync("j");
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await tab.Page.Keyboard.PressAsync("a");
        await tab.Expect(".comment[data-n='2']").ToHaveAttributeAsync("data-state", "approved");
        await tab.Page.Keyboard.PressAsync("j");
        await tab.Page.Keyboard.PressAsync("r");

        await tab.Expect(".comment .badge").ToHaveTextAsync(["approved", "rejected", "approved", "rejected"]);
        await tab.Expect(".comment[data-n='1']").ToBeFocusedAsync();
        AssertChanges(server, [.. new[] { "4/approve", "3/reject", "2/approve", "1/reject" }.Select(end => ($"POST /v1/sessions/s1/comments/{end}", (string?)null))]);
    }

    [Fact]
    public async Task The_switch_lets_comments_through()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final", approval: "manual");
        await using Tab tab = await OpenAsync(server);

        await tab.Page.FocusAsync("#approval");
        await tab.Page.Keyboard.PressAsync("Space");
        await tab.Expect("#approval").ToBeCheckedAsync();
        await tab.Page.WaitForFunctionAsync("fetch('v1/sessions').then((r) => r.json()).then((list) => list.sessions[0].approval === 'auto')");
        session.Say("through");

        await tab.Expect(".comment .badge").ToHaveTextAsync(["auto"]);
        AssertChanges(server, ("PATCH /v1/sessions/s1", """{"approval":"auto"}"""));
    }

    [Fact]
    public async Task A_switch_that_the_server_refuses_goes_back()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        server.Watch("cup final");
        await using Tab tab = await OpenAsync(server);
        server.Refusal = ("/v1/sessions/s1", 503, new() { ["title"] = "Service Unavailable", ["detail"] = "the server is stopping" });

        await tab.Page.FocusAsync("#approval");
        await tab.Page.Keyboard.PressAsync("Space");

        await tab.Expect("#alert-text").ToHaveTextAsync("Service Unavailable: the server is stopping");
        await tab.Expect("#approval").ToBeCheckedAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Dismiss" }).ClickAsync();
        await tab.Expect("#alert").ToBeHiddenAsync();
    }

    [Theory]
    [InlineData("temperature", "Temperature", 1.25)]
    [InlineData("top_k", "Top k", 40)]
    [InlineData("top_p", "Top p", 0.9)]
    [InlineData("min_p", "Min p", 0.05)]
    [InlineData("repetition_penalty", "Repetition penalty", 1.2)]
    [InlineData("no_repeat_ngram", "No repeat", 3)]
    [InlineData("min_length", "Shortest", 4)]
    [InlineData("max_length", "Longest", 12)]
    [InlineData("seed", "Seed", 9007199254740991)]
    public async Task A_slider_takes_effect_at_once(string field, string label, double value)
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server);
        ILocator input = tab.Page.GetByLabel(label, new() { Exact = true });

        await input.FillAsync(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await input.BlurAsync();

        await tab.Expect("#sampling-state").ToHaveTextAsync("from the next comment on");
        (string request, JsonNode? body) = Assert.Single(server.Changes);
        Assert.Equal("PATCH /v1/sessions/s1/sampling", request);
        Assert.Equal(value, (double)Assert.Single(body!.AsObject(), pair => pair.Key == field).Value!);
        Assert.Equal(value, (double)session.Sampling[field]!);
    }

    [Fact]
    public async Task Sliders_follow_what_others_change_and_the_arrow_keys()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server);

        session.Sampling["temperature"] = 3.5;    // beyond the slider's usual range
        session.Send("sampling", session.Sampling);
        await tab.Expect("#temperature").ToHaveValueAsync("3.5");
        await tab.Page.FocusAsync("#temperature");
        await tab.Page.Keyboard.PressAsync("ArrowLeft");

        await tab.Expect("#sampling-state").ToHaveTextAsync("from the next comment on");
        Assert.Equal(3.45, (double)session.Sampling["temperature"]!, 6);
    }

    [Fact]
    public async Task A_comment_is_written_again_and_compared()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server);
        session.Say("EZ win");
        server.ReplayAnswer = Answer(same: true, "EZ win");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Replay comment 1" }).ClickAsync();
        await tab.Expect(".verdict").ToHaveTextAsync("Same comment");
        server.ReplayAnswer = Answer(same: false, "EZ loss");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Write it again" }).ClickAsync();
        await tab.Expect(".verdict").ToHaveTextAsync("Another comment");

        await tab.Expect("#replay-result dd").ToHaveTextAsync(["EZ win", "EZ loss", "differs by 1.2e-7"]);
        await tab.Expect("#replay-subject").ToContainTextAsync("seed 18446744073709551615");
        AssertChanges(server, ("POST /v1/replay", "\"PK\\u0001\""), ("POST /v1/replay", "\"PK\\u0001\""));
    }

    [Fact]
    public async Task A_replay_is_saved_and_opened_again()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server);
        session.Say("EZ win");
        server.ReplayAnswer = Answer(same: true, "EZ win");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Replay comment 1" }).ClickAsync();
        await tab.Expect(".verdict").ToBeVisibleAsync();

        IDownload download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync());
        Assert.Equal("comment-s1-1.zip", download.SuggestedFilename);
        await tab.Page.SetInputFilesAsync("#replay-file", (await download.PathAsync())!);

        await tab.Expect("#replay-subject").Not.ToContainTextAsync("Comment 1");
        await tab.Expect(".verdict").ToHaveTextAsync("Same comment");
        AssertChanges(server, ("POST /v1/replay", "\"PK\\u0001\""), ("POST /v1/replay", "\"PK\\u0001\""));
    }

    [Fact]
    public async Task A_token_is_asked_for_and_kept_for_this_tab_alone()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        server.Token = "s3cret";
        server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(server.At("/"));

        await tab.Expect("#token-dialog").ToBeVisibleAsync();
        await tab.Page.GetByLabel("Token of this server").FillAsync("s3cret");
        await tab.Page.Keyboard.PressAsync("Enter");

        await tab.Expect("#connection").ToHaveTextAsync("live");
        Assert.Equal("s3cret|0|", await tab.Page.EvaluateAsync<string>("`${sessionStorage.getItem('twitch.token')}|${localStorage.length}|${document.cookie}`"));
    }

    [Fact]
    public async Task A_token_in_the_address_is_taken_out_of_it()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        server.Token = "s3cret";
        server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();

        await tab.Page.GotoAsync(server.At("/#token=s3cret"));

        await tab.Expect("#connection").ToHaveTextAsync("live");
        Assert.Equal(server.At("/?session=s1"), tab.Page.Url);
        Assert.DoesNotContain(server.Requests, request => request.Contains("s3cret", StringComparison.Ordinal));
        await tab.Page.ReloadAsync();
        await tab.Expect("#connection").ToHaveTextAsync("live");
    }

    [Fact]
    public async Task The_overlays_address_is_copied_with_the_token_and_shown_without()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        server.Token = "s3 cret";
        server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(server.At("/#token=s3%20cret"));
        await tab.Expect("#connection").ToHaveTextAsync("live");

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await tab.Expect("#overlay-copy").ToHaveTextAsync("Copied");

        Assert.Equal(server.At("/overlay?session=s1"), await tab.Page.GetByLabel("Address of the overlay").InputValueAsync());
        string copied = await tab.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.Equal(server.At("/overlay?session=s1#token=s3+cret"), copied);
        await tab.Page.GotoAsync(copied);
        await tab.Expect("body").ToHaveAttributeAsync("data-state", "live");
    }

    [Fact]
    public async Task The_comments_come_back_after_a_lost_connection()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await OpenAsync(server);
        session.Say("before");
        await tab.Expect(".comment").ToHaveCountAsync(1);

        server.Down = true;
        server.Drop();
        await tab.Expect("#connection").ToHaveTextAsync("reconnecting");
        session.Say("while away");
        server.Down = false;

        await tab.Expect("#connection").ToHaveTextAsync("live");
        await tab.Expect(".comment .text").ToHaveTextAsync(["while away", "before"]);
    }

    [Theory]
    [InlineData(1280, 800)]
    [InlineData(390, 844)]
    public async Task Every_control_has_a_name_and_nothing_is_wider_than_the_page(int width, int height)
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch(new string('x', 300), approval: "manual");
        session.Say(new string('w', 300));
        await using Tab tab = await chromium.OpenAsync(width, height);
        await tab.Page.GotoAsync(server.At("/"));
        await tab.Expect(".comment").ToHaveCountAsync(1);

        string[] nameless = await tab.Page.EvaluateAsync<string[]>(
            """
            Array.from(document.querySelectorAll("input, button, select, textarea, img"))
              .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.hasAttribute("alt") || (e.labels && Array.from(e.labels).some((label) => label.textContent.trim()))))
              .map((e) => e.id || e.className)
            """);
        Assert.Empty(nameless);
        Assert.Equal(width, await tab.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    [Fact]
    public async Task Posting_is_shown_stopped_and_left_to_a_session()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        foreach ((string name, JsonNode? value) in new JsonObject
        {
            ["enabled"] = true, ["to"] = "#cup as our_bot over ircs://irc.chat.twitch.tv:6697", ["dry_run"] = false, ["approval"] = "manual", ["offered"] = 3,
            ["decided"] = new JsonObject { ["sent"] = 2, ["rate_limited"] = 1 },
        })
        {
            server.Posting[name] = value!.DeepClone();
        }
        FakeSession session = server.Watch("cup final");
        session.Post = true;
        session.Say("GOAL");
        session.Say("offside");
        await using Tab tab = await OpenAsync(server);
        ILocator panel = tab.Page.GetByRole(AriaRole.Group, new() { Name = "Twitch chat" });
        await Assertions.Expect(tab.Page.GetByLabel("Ask before a comment is shown")).ToBeCheckedAsync();
        await Assertions.Expect(panel).ToContainTextAsync("#cup as our_bot over ircs://irc.chat.twitch.tv:6697 2 posted, 1 rate limited");

        var before = (JsonObject)session.Comments[0].DeepClone();
        session.Posted(1, "sent");
        session.Send("decision", before);    // a slow answer does not take it back
        session.Posted(2, "expired", "nobody approved it in time");
        await tab.Expect(".comment >> nth=1 >> .badge.post").ToHaveTextAsync("posted");
        await tab.Expect(".comment >> nth=0 >> .badge.post").ToHaveTextAsync("not posted: expired");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Stop posting" }).ClickAsync();
        await tab.Expect("#posting-state").ToHaveTextAsync("stopped: a request stopped it");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Post again" }).ClickAsync();
        await tab.Expect("#posting-state").ToHaveTextAsync("");
        await tab.Page.GetByLabel("Post this session").UncheckAsync();
        await tab.Expect("#post").Not.ToBeCheckedAsync();

        AssertChanges(server,
            ("POST /v1/posting/stop", null),
            ("POST /v1/posting/resume", null),
            ("PATCH /v1/sessions/s1", """{"post":false}"""));
        Assert.Empty(tab.Faults);
    }

    private static async Task<int> WidthAsync(Tab tab, string id)
    {
        await tab.Expect($"#{id}").ToBeVisibleAsync();
        return await tab.Page.EvaluateAsync<int>("(id) => document.getElementById(id).decode().then(() => document.getElementById(id).naturalWidth)", id);
    }

    private async Task<Tab> OpenAsync(FakeTwitch server)
    {
        Tab tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(server.At("/"));
        await tab.Expect("#connection").ToHaveTextAsync("live");
        return tab;
    }

    private static JsonObject Answer(bool same, string text) => new()
    {
        ["same"] = same, ["text"] = text, ["tokens"] = new JsonArray(), ["state_difference"] = 1.2e-7,
        ["expected"] = new JsonObject { ["text"] = "EZ win", ["tokens"] = new JsonArray() },
    };

    private static void AssertChanges(FakeTwitch server, params (string Request, string? Body)[] expected) =>
        Assert.Equal(expected, server.Changes.Select(change => (change.Request, change.Body?.ToJsonString())));
}
