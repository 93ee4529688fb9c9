using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Twitch.Chat;
using Twitch.Chat.Tests;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Tests;

/// <summary>Comments of sessions on their way to a channel.</summary>
public sealed class PostingTests : IAsyncDisposable
{
    private readonly ScriptedSink _sink = new();
    private ChatPoster? _poster;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_approved_is_posted_and_its_session_is_told()
    {
        await using TwitchServer server = await StartAsync();
        (string path, EventReader events) = await ListenAsync(server, new { approval = "manual" });
        server.Feeds[0].Say("EZ", "Clap");
        server.Feeds[0].Say("F");
        await events.UntilAsync("comment");
        await events.UntilAsync("comment");

        await server.Client.PostAsync($"{path}/comments/2/reject", null, Cancellation);
        await server.Client.PostAsync($"{path}/comments/1/approve", null, Cancellation);
        JsonNode told = (await events.UntilAsync("post"))[^1].Json;

        Assert.Equal("🤖 EZ Clap", await _sink.NextAsync());
        Assert.Equal((1, "approved", "sent"), ((int)told["n"]!, (string)told["state"]!, (string)told["post"]!["decision"]!));
        Assert.Null((await server.GetAsync($"{path}/comments/2"))["post"]);
        JsonNode posting = await server.GetAsync("/v1/posting");
        Assert.Equal(("a script", false, 1, 1), ((string)posting["to"]!, (bool)posting["dry_run"]!, (int)posting["offered"]!, (int)posting["decided"]!["sent"]!));
    }

    [Theory]
    [InlineData(ApprovalMode.Auto, true)]
    [InlineData(ApprovalMode.Manual, false)]
    public async Task What_nobody_is_asked_about_is_posted_unless_a_person_must_approve(ApprovalMode approval, bool posted)
    {
        await using TwitchServer server = await StartAsync(new PostOptions { Approval = approval });
        (string path, EventReader events) = await ListenAsync(server, new { approval = "auto" });

        server.Feeds[0].Say("EZ");
        await events.UntilAsync(posted ? "post" : "comment");

        Assert.Equal(posted ? 1 : 0, (int)(await server.GetAsync("/v1/posting"))["offered"]!);
        Assert.Equal(posted, (await server.GetAsync($"{path}/comments/1"))["post"] is not null);
    }

    [Fact]
    public async Task Where_a_person_must_approve_sessions_ask_unless_they_say_otherwise()
    {
        await using TwitchServer server = await StartAsync(new PostOptions { Approval = ApprovalMode.Manual });

        Assert.Equal("manual", (string)(await server.CreateAsync())["approval"]!);
        Assert.Equal("auto", (string)(await server.CreateAsync(new { approval = "auto" }))["approval"]!);
    }

    [Fact]
    public async Task What_is_approved_too_late_is_not_posted()
    {
        await using TwitchServer server = await StartAsync();
        (string path, EventReader events) = await ListenAsync(server, new { approval = "manual" });
        server.Feeds[0].Say("old");
        await events.UntilAsync("comment");

        server.Clock.Advance(new PostOptions().Lifetime);
        await server.Client.PostAsync($"{path}/comments/1/approve", null, Cancellation);

        Assert.Equal("expired", (string)(await events.UntilAsync("post"))[^1].Json["post"]!["decision"]!);
    }

    [Fact]
    public async Task The_kill_switch_is_a_request_away()
    {
        await using TwitchServer server = await StartAsync();
        (_, EventReader events) = await ListenAsync(server);

        JsonNode stopped = await TwitchServer.JsonOf(await server.Client.PostAsync("/v1/posting/stop", null, Cancellation));
        server.Feeds[0].Say("never", "said");
        ReceivedEvent told = (await events.UntilAsync("post"))[^1];
        JsonNode resumed = await TwitchServer.JsonOf(await server.Client.PostAsync("/v1/posting/resume", null, Cancellation));
        server.Feeds[0].Say("said", "again");

        Assert.Equal("the console or a request stopped it", (string)stopped["stopped"]!);
        Assert.Equal("stopped", (string)told.Json["post"]!["decision"]!);
        Assert.Null(resumed["stopped"]);
        Assert.Equal("🤖 said again", await _sink.NextAsync());
    }

    [Fact]
    public async Task An_error_that_stops_posting_is_shown_as_one()
    {
        await using TwitchServer server = await StartAsync();
        (_, EventReader events) = await ListenAsync(server);
        _sink.Answer = (_, _) => Task.FromResult(new SendResult(SendStatus.Forbidden, "banned"));

        server.Feeds[0].Say("one");
        await events.UntilAsync("post");
        JsonNode posting = await server.GetAsync("/v1/posting");
        JsonNode resumed = await TwitchServer.JsonOf(await server.Client.PostAsync("/v1/posting/resume", null, Cancellation));

        Assert.Equal(("banned", true), ((string)posting["stopped"]!, (bool)posting["failed"]!));
        Assert.Null(resumed["failed"]);
    }

    [Fact]
    public async Task A_session_may_be_left_out_and_taken_in()
    {
        await using TwitchServer server = await StartAsync();
        (string path, EventReader events) = await ListenAsync(server, new { post = false });
        server.Feeds[0].Say("kept", "here");
        await events.UntilAsync("comment");

        JsonNode changed = await TwitchServer.JsonOf(await server.Client.PatchAsJsonAsync(path, new { post = true }, Cancellation));
        server.Feeds[0].Say("out", "there");

        Assert.True((bool)changed["post"]!);
        Assert.Equal("🤖 out there", await _sink.NextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_changed_after_a_comment_was_told_is_for_the_next_one(bool posts)
    {
        await using TwitchServer server = await StartAsync(build: builder => builder.Services.AddHostedService(provider => new ChangedMeanwhile(provider.GetRequiredService<SessionTable>(), !posts)));
        (_, EventReader events) = await ListenAsync(server, new { post = posts });

        server.Feeds[0].Say("first");
        await events.UntilAsync("comment");
        server.Feeds[0].Say("second");

        Assert.Equal(posts ? "🤖 first" : "🤖 second", await _sink.NextAsync());
    }

    [Fact]
    public async Task A_change_that_is_refused_in_part_changes_nothing()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        string path = $"/v1/sessions/{(await server.CreateAsync(new { approval = "manual" }))["id"]}";

        using HttpResponseMessage refused = await server.Client.PatchAsJsonAsync(path, new { approval = "auto", post = true }, Cancellation);

        await TwitchServer.ProblemOf(refused, 422);
        Assert.Equal("manual", (string)(await server.GetAsync(path))["approval"]!);
    }

    [Fact]
    public async Task Where_nothing_is_posted_that_is_said()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();

        using HttpResponseMessage asked = await server.Client.PostAsJsonAsync("/v1/sessions", new { source = TwitchServer.Source, post = true }, Cancellation);
        using HttpResponseMessage stop = await server.Client.PostAsync("/v1/posting/stop", null, Cancellation);

        Assert.Equal("this server posts nowhere; start it with --post CHANNEL.", (string)(await TwitchServer.ProblemOf(asked, 422))["detail"]!);
        await TwitchServer.ProblemOf(stop, 404);
        Assert.False((bool)(await server.GetAsync("/v1/posting"))["enabled"]!);
        Assert.Null((await server.CreateAsync())["post"]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_poster is not null)
            await _poster.DisposeAsync();
    }

    private async Task<TwitchServer> StartAsync(PostOptions? options = null, Action<WebApplicationBuilder>? build = null)
    {
        TwitchServer server = await TwitchServer.StartAsync(build: (builder, clock) =>
        {
            builder.Services.AddSingleton(_poster = new ChatPoster(_sink, (options ?? new PostOptions()) with { Gap = TimeSpan.Zero }, time: clock));
            build?.Invoke(builder);
        });
        await _poster!.StartAsync(Cancellation);
        return server;
    }

    private static async Task<(string Path, EventReader Events)> ListenAsync(TwitchServer server, object? more = null)
    {
        string path = $"/v1/sessions/{(await server.CreateAsync(more))["id"]}";
        return (path, new EventReader(await server.Client.GetStreamAsync($"{path}/events", Cancellation)));
    }

    /// <summary>Stands for a request that comes between a comment's event and its being offered: it is told of comments before the poster is.</summary>
    private sealed class ChangedMeanwhile(SessionTable table, bool posts) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            table.Commented += (id, _) => table.Find(id).Posts = posts;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
