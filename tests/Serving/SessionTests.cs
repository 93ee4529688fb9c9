using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Twitch.Serving.Tests;

public class SessionTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_is_made_listed_and_forgotten()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();

        JsonNode session = await server.CreateAsync(new { every = 5, sampling = new { temperature = 0.5, seed = "18446744073709551615" } });
        string path = $"/v1/sessions/{session["id"]}";

        Assert.Equal("http://stream.test/live.m3u8", (string)session["source"]!);
        Assert.Equal(5, (double)session["every"]!);
        Assert.Equal(0.5f, (float)session["sampling"]!["temperature"]!);
        Assert.Equal(ulong.MaxValue, (ulong)session["sampling"]!["seed"]!);
        Assert.Equal("auto", (string)session["approval"]!);
        Assert.Single((await server.GetAsync("/v1/sessions"))["sessions"]!.AsArray());
        Assert.Equal((string)session["id"]!, (string)(await server.GetAsync(path))["id"]!);
        Assert.Equal(204, (int)(await server.Client.DeleteAsync(path, Cancellation)).StatusCode);
        await TwitchServer.ProblemOf(await server.Client.GetAsync(path, Cancellation), 404);
        await TwitchServer.ProblemOf(await server.Client.DeleteAsync(path, Cancellation), 404);
    }

    [Fact]
    public async Task One_session_more_than_the_limit_is_told_to_come_again()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MaxSessions = 2);
        JsonNode first = await server.CreateAsync();
        await server.CreateAsync();

        using HttpResponseMessage refused = await server.Client.PostAsJsonAsync("/v1/sessions", new { source = TwitchServer.Source }, Cancellation);
        JsonNode problem = await TwitchServer.ProblemOf(refused, 429);
        await server.Client.DeleteAsync($"/v1/sessions/{first["id"]}", Cancellation);
        await server.CreateAsync();

        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter?.Delta);
        Assert.Equal("sessions", (string)problem["code"]!);
        Assert.Equal("2", (string)problem["found"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_is_over_makes_room_for_one_other(bool fails)
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MaxSessions = 1);
        string over = await FinishedAsync(server, fails);

        await server.CreateAsync();
        Assert.Equal(204, (int)(await server.Client.DeleteAsync($"/v1/sessions/{over}", Cancellation)).StatusCode);
        using HttpResponseMessage refused = await server.Client.PostAsJsonAsync("/v1/sessions", new { source = TwitchServer.Source }, Cancellation);

        await TwitchServer.ProblemOf(refused, 429);
    }

    [Fact]
    public async Task A_session_that_is_stopped_as_it_ends_makes_room_for_one_other()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MaxSessions = 2);
        for (int i = 0; i < 50; i++)
        {
            string path = $"/v1/sessions/{(await server.CreateAsync())["id"]}";
            var ending = Task.Run(server.Feeds[i].End, Cancellation);
            Assert.Equal(204, (int)(await server.Client.DeleteAsync(path, Cancellation)).StatusCode);
            await ending;
        }

        await server.CreateAsync();
        await server.CreateAsync();
        using HttpResponseMessage refused = await server.Client.PostAsJsonAsync("/v1/sessions", new { source = TwitchServer.Source }, Cancellation);

        await TwitchServer.ProblemOf(refused, 429);
    }

    [Fact]
    public async Task Of_the_sessions_that_are_over_the_newest_are_kept()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MaxSessions = 2);
        string runs = (string)(await server.CreateAsync())["id"]!;
        List<string> over = [];
        for (int i = 0; i < 4; i++)
            over.Add(await FinishedAsync(server));

        string[] listed = [.. (await server.GetAsync("/v1/sessions"))["sessions"]!.AsArray().Select(session => (string)session!["id"]!)];

        Assert.Equal(new[] { runs, over[2], over[3] }.Order(), listed.Order());
        Assert.Equal("ended", (string)(await server.GetAsync($"/v1/sessions/{over[3]}"))["state"]!);
        await TwitchServer.ProblemOf(await server.Client.GetAsync($"/v1/sessions/{over[0]}", Cancellation), 404);
    }

    [Theory]
    [InlineData("{}", 400, "the source is missing")]
    [InlineData("{\"source\": \"http://stream.test/a\", \"evry\": 5}", 400, "evry")]
    [InlineData("{\"source\": ", 400, "not the JSON")]
    [InlineData("{\"source\": \"http://stream.test/a\", \"every\": 0.2}", 400, "every is 0.2")]
    [InlineData("{\"source\": \"http://stream.test/a\", \"every\": 1.5}", 422, "every is 1.5")]
    [InlineData("{\"source\": \"http://stream.test/a\", \"every\": \"auto\"}", 422, "does not say when people comment")]
    [InlineData("{\"source\": \"http://stream.test/a\", \"approval\": \"maybe\"}", 400, "approval is 'maybe'")]
    [InlineData("{\"source\": \"http://stream.test/a\", \"sampling\": {\"top_k\": 99}}", 422, "top-k is 99; it must be in [0, 29]")]
    public async Task A_wrong_request_is_told_what_is_wrong(string body, int status, string expected)
    {
        await using TwitchServer server = await TwitchServer.StartAsync();

        JsonNode problem = await TwitchServer.ProblemOf(await server.Client.PostAsync("/v1/sessions", new StringContent(body, null, "application/json"), Cancellation), status);

        Assert.Contains(expected, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Empty(server.Feeds);
    }

    [Fact]
    public async Task Sampling_changes_at_once_and_keeps_what_is_not_given()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync(new { sampling = new { top_k = 7 } });
        string path = $"/v1/sessions/{session["id"]}/sampling";

        JsonNode changed = await TwitchServer.JsonOf(await server.Client.PatchAsJsonAsync(path, new { temperature = 1.5 }, Cancellation));

        Assert.Equal((1.5f, 7), (server.Feeds[0].Sampling.Temperature, server.Feeds[0].Sampling.TopK));
        Assert.Equal(7, (int)changed["top_k"]!);
    }

    [Fact]
    public async Task A_comment_waits_for_approval_where_it_is_asked_for()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync(new { approval = "manual" });
        string path = $"/v1/sessions/{session["id"]}";
        List<(long, Sessions.CommentState)> told = [];
        ((Sessions.SessionTable)server.Services.GetService(typeof(Sessions.SessionTable))!).Commented += (_, comment) => told.Add((comment.Number, comment.State));
        using var events = new EventReader(await server.Client.GetStreamAsync($"{path}/events", Cancellation));

        server.Feeds[0].Say("EZ", "Clap");
        server.Feeds[0].Say("F");
        ReceivedEvent made = (await events.UntilAsync("comment"))[^1];
        await events.UntilAsync("comment");
        using HttpResponseMessage approved = await server.Client.PostAsync($"{path}/comments/1/approve", null, Cancellation);
        using HttpResponseMessage again = await server.Client.PostAsync($"{path}/comments/1/reject", null, Cancellation);
        using HttpResponseMessage rejected = await server.Client.PostAsync($"{path}/comments/2/reject", null, Cancellation);
        List<ReceivedEvent> decisions = [.. await events.UntilAsync("decision"), .. await events.UntilAsync("decision")];

        Assert.Equal("pending", (string)made.Json["state"]!);
        Assert.Equal("18446744073709551615", (string)made.Json["seed"]!);
        Assert.Equal("approved", (string)(await TwitchServer.JsonOf(approved))["state"]!);
        Assert.Equal("only a pending one can be decided.", ((string)(await TwitchServer.ProblemOf(again, 409))["detail"]!).Split("; ")[1]);
        Assert.Equal(["approved", "rejected"], decisions.Select(decision => (string)decision.Json["state"]!));
        Assert.Empty((await server.GetAsync($"{path}/comments?state=pending"))["comments"]!.AsArray());
        Assert.Equal([(1, Sessions.CommentState.Pending), (2, Sessions.CommentState.Pending), (1, Sessions.CommentState.Approved), (2, Sessions.CommentState.Rejected)], told);
    }

    [Fact]
    public async Task A_source_that_fails_says_why_and_keeps_its_session()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync();
        using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{session["id"]}/events", Cancellation));

        server.Feeds[0].Fail(new TwitchException("no such stream", ExitCode.SourceLost));
        ReceivedEvent end = (await events.UntilAsync("end"))[^1];
        JsonNode shown = await server.GetAsync($"/v1/sessions/{session["id"]}");

        Assert.Equal("failed", (string)end.Json["state"]!);
        Assert.Null(await events.NextAsync());
        Assert.Equal("no such stream", (string)shown["error"]!);
    }

    [Fact]
    public async Task A_source_that_is_away_says_why_until_it_is_back()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync();
        string path = $"/v1/sessions/{session["id"]}";
        using var events = new EventReader(await server.Client.GetStreamAsync($"{path}/events", Cancellation));
        await events.NextAsync();    // how it is

        server.Feeds[0].Lose("403 Forbidden");
        await events.UntilAsync("status");
        JsonNode away = await server.GetAsync(path);
        server.Feeds[0].Connect();
        await events.UntilAsync("status");
        JsonNode back = await server.GetAsync(path);

        Assert.Equal(("reconnecting", "403 Forbidden"), ((string)away["state"]!, (string?)away["error"]));
        Assert.Equal(("watching", null), ((string)back["state"]!, (string?)back["error"]));
    }

    [Fact]
    public async Task The_newest_frame_and_the_mel_are_pictures()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync();
        string path = $"/v1/sessions/{session["id"]}";
        await TwitchServer.ProblemOf(await server.Client.GetAsync($"{path}/frame", Cancellation), 404);
        byte[] frames = [.. Enumerable.Range(0, 2 * 8 * 8 * 3).Select(i => (byte)(i < 192 ? 0 : 200))];
        server.Feeds[0].Window = new Media.RecordedWindow(default, frames, [.. Enumerable.Range(0, 10 * 64).Select(i => i / 40f - 14)]);

        using OpenCvSharp.Mat frame = OpenCvSharp.Cv2.ImDecode(await server.Client.GetByteArrayAsync($"{path}/frame", Cancellation), OpenCvSharp.ImreadModes.Color);
        using OpenCvSharp.Mat mel = OpenCvSharp.Cv2.ImDecode(await server.Client.GetByteArrayAsync($"{path}/mel", Cancellation), OpenCvSharp.ImreadModes.Color);

        Assert.Equal((8, 8, 200), (frame.Rows, frame.Cols, frame.At<OpenCvSharp.Vec3b>(7, 7).Item0));
        Assert.Equal((64, 10), (mel.Rows, mel.Cols));
    }

    // A session whose end was told.
    private static async Task<string> FinishedAsync(TwitchServer server, bool fails = false)
    {
        string id = (string)(await server.CreateAsync())["id"]!;
        using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{id}/events?last_event_id=0", Cancellation));
        if (fails)
            server.Feeds[^1].Fail(new TwitchException("no such stream", ExitCode.SourceLost));
        else
            server.Feeds[^1].End();
        await events.UntilAsync("end");
        return id;
    }
}
