using System.Text.Json.Nodes;

namespace Twitch.Web.Tests;

public sealed class InjectionTests(Chromium chromium)
{
    [Fact]
    public async Task The_payloads_do_run_in_a_careless_page()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(server.At("/unsafe"));

        await tab.Page.EvaluateAsync("(payloads) => { for (const text of payloads.filter((text) => !/refresh|<base/.test(text))) document.body.insertAdjacentHTML('beforeend', text); }", Payloads.All);
        await tab.Page.WaitForFunctionAsync("window.hit === 1");

        Assert.Equal(500, Payloads.All.Count);
        Assert.Contains(server.Requests, request => request.StartsWith("GET /canary", StringComparison.Ordinal));
        Assert.Contains("dialog: 1", tab.Faults);
    }

    [Fact]
    public async Task Nothing_that_a_comment_says_runs_in_the_overlay()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(server.At($"/overlay?session={session.Id}&max=100&fade=0"));
        await session.Subscribed;
        string title = await tab.Page.TitleAsync();

        for (int i = 0; i < Payloads.All.Count; i += 100)
        {
            string[] part = [.. Payloads.All.Skip(i).Take(100)];
            foreach (string text in part)
                session.Say(text);
            await tab.Expect(".comment >> nth=-1").ToHaveTextAsync(part[^1]);
            Assert.Equal(part, await tab.Page.EvaluateAsync<string[]>("Array.from(chat.children, (line) => line.textContent)"));
            Assert.Equal("P", await tab.Page.EvaluateAsync<string>("Array.from(new Set(Array.from(chat.querySelectorAll('*'), (e) => e.tagName))).join()"));
        }

        await AssertUntouchedAsync(server, tab, title);
    }

    [Fact]
    public async Task Nothing_that_a_comment_says_runs_in_the_console()
    {
        await using FakeTwitch server = await FakeTwitch.StartAsync();
        FakeSession session = server.Watch("cup final");
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(server.At("/"));
        await tab.Expect("#connection").ToHaveTextAsync("live");
        string title = await tab.Page.TitleAsync();

        for (int i = 0; i < Payloads.All.Count; i += 100)
        {
            string[] part = [.. Payloads.All.Skip(i).Take(100)];
            foreach (string text in part)
            {
                session.Send("token", new JsonObject { ["n"] = session.Comments.Count + 1, ["index"] = 0, ["text"] = text });
                session.Say(text);
            }

            await tab.Expect($".comment[data-n='{i + 100}'] .text").ToHaveTextAsync(part[^1]);
            Assert.Equal(part, await tab.Page.EvaluateAsync<string[]>("Array.from(document.querySelectorAll('.comment .text'), (e) => e.textContent).slice(0, 100).reverse()"));
            Assert.Equal("BUTTON,LI,SPAN,TIME", await tab.Page.EvaluateAsync<string>(
                "Array.from(new Set(Array.from(document.querySelectorAll('#comments *, #draft *'), (e) => e.tagName))).sort().join()"));
        }

        await AssertUntouchedAsync(server, tab, title);
    }

    [Fact]
    public async Task Nothing_that_any_other_field_says_runs_in_the_console()
    {
        // As words of a sentence, and as id, source, error, replay and problem: each field of the interface that somebody else may fill.
        string everything = string.Join(' ', Payloads.All);
        using var file = new EmoteFile(Payloads.All.Where(text => !text.Contains(' ', StringComparison.Ordinal) && text.Length <= 64).Distinct()
            .ToDictionary(name => name, _ => "https://cdn.7tv.app/1"));
        using var pictures = new PictureServer();
        var options = new Serving.Emotes.EmoteOptions { File = file.Path };
        using var emotes = new Serving.Emotes.EmoteCache(options, new Serving.Emotes.EmoteDownload(options, pictures), TimeProvider.System);
        await using FakeTwitch server = await FakeTwitch.StartAsync(emotes);
        FakeSession session = server.Watch(everything, id: "\"><img src=x onerror=window.hit=1>&?#%2e");
        session.Error = everything;
        session.Say(everything);
        server.ReplayAnswer = new() { ["same"] = false, ["text"] = everything, ["expected"] = new JsonObject { ["text"] = everything }, ["state_difference"] = 1 };
        await using Tab tab = await chromium.OpenAsync();
        await tab.Page.GotoAsync(server.At("/"));
        await tab.Expect(".comment").ToHaveCountAsync(1);
        string title = await tab.Page.TitleAsync();

        await tab.Page.ClickAsync(".replay");
        await tab.Expect("#replay-result dd >> nth=0").ToHaveTextAsync(everything);
        server.Refusal = ("/v1/replay", 422, new() { ["title"] = everything, ["detail"] = everything });
        await tab.Page.ClickAsync(".replay");
        await tab.Expect("#alert-text").ToContainTextAsync("<script>");
        await tab.Expect(".comment .emote >> nth=0").ToHaveAttributeAsync("alt", "<script>window.hit=1</script>");

        await AssertUntouchedAsync(server, tab, title);
    }

    /// <summary>No dialog, no error, no breach of the policy even tried, no global, no canary, no handler in the page.</summary>
    private static async Task AssertUntouchedAsync(FakeTwitch server, Tab tab, string title)
    {
        Assert.Empty(tab.Faults);
        Assert.True(await tab.Page.EvaluateAsync<bool>("window.hit === undefined"));
        Assert.Equal(title, await tab.Page.TitleAsync());
        Assert.DoesNotContain(server.Requests, request => request.Contains("canary", StringComparison.Ordinal));
        Assert.Equal(0, await tab.Page.EvaluateAsync<int>("Array.from(document.querySelectorAll('*')).filter((e) => e.getAttributeNames().some((name) => name.startsWith('on'))).length"));
        Assert.Equal(1, await tab.Page.EvaluateAsync<int>("document.scripts.length"));
    }
}
