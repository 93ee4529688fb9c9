using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Tests;

public class EventTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_and_comments_come_in_order_with_numbers()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync();
        using HttpResponseMessage response = await server.Client.GetAsync($"/v1/sessions/{session["id"]}/events", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var events = new EventReader(await response.Content.ReadAsStreamAsync(Cancellation));

        ReceivedEvent first = (await events.NextAsync())!;
        server.Feeds[0].Connect();
        server.Feeds[0].Say("EZ", "win", "Clap");
        List<ReceivedEvent> all = await events.UntilAsync("comment");

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(("status", null), (first.Name, first.Id));
        Assert.Equal(["status", "token", "token", "token", "comment"], all.Select(e => e.Name));
        Assert.Equal(["1", "2", "3", "4", "5"], all.Select(e => e.Id));
        Assert.Equal("watching", (string)all[0].Json["state"]!);
        Assert.Equal(["EZ", "win", "Clap"], all[1..4].Select(e => (string)e.Json["text"]!));
        Assert.Equal("EZ win Clap", (string)all[4].Json["text"]!);
        Assert.Equal(1, (int)all[4].Json["n"]!);
    }

    [Theory]
    [InlineData("2", "", "3,4")]
    [InlineData("", "?last_event_id=3", "4")]
    [InlineData("99", "", "")]
    public async Task A_subscriber_that_comes_back_gets_what_it_missed(string header, string query, string expected)
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync();
        string path = $"/v1/sessions/{session["id"]}/events";
        using (var before = new EventReader(await server.Client.GetStreamAsync(path, Cancellation)))
        {
            server.Feeds[0].Connect();
            server.Feeds[0].Say("one", "two");
            await before.UntilAsync("comment");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, path + query);
        if (header.Length > 0)
            request.Headers.Add("Last-Event-ID", header);
        using HttpResponseMessage response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var events = new EventReader(await response.Content.ReadAsStreamAsync(Cancellation));
        await events.NextAsync();    // the status
        server.Feeds[0].Lose("gone");

        List<ReceivedEvent> missed = await events.UntilAsync("status");
        Assert.Equal(expected, string.Join(',', missed[..^1].Select(e => e.Id)));
        Assert.Equal("5", missed[^1].Id);
        Assert.Equal("gone", (string)missed[^1].Json["detail"]!);
    }

    [Fact]
    public async Task A_ring_that_went_over_what_was_missed_says_how_much()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.EventBuffer = 16);
        JsonNode session = await server.CreateAsync();
        string path = $"/v1/sessions/{session["id"]}/events";
        using (var before = new EventReader(await server.Client.GetStreamAsync(path, Cancellation)))
        {
            server.Feeds[0].Say([.. Enumerable.Range(0, 20).Select(i => $"word{i}")]);
            await before.UntilAsync("comment");    // 21
        }

        using var events = new EventReader(await server.Client.GetStreamAsync(path + "?last_event_id=1", Cancellation));
        List<ReceivedEvent> all = await events.UntilAsync("comment");

        Assert.Equal(["status", "gap", "token"], all[..3].Select(e => e.Name));
        Assert.Equal(4, (int)all[1].Json["missed"]!);
        Assert.Equal("6", all[2].Id);
    }

    [Fact]
    public async Task A_heartbeat_comes_every_fifteen_seconds_and_a_status_every_five()
    {
        var clock = new FakeTimeProvider();
        var pipe = new Pipe();
        using var stop = new CancellationTokenSource();
        Task writing = new EventStream(new EventRing(16), pipe.Writer.AsStream(), clock).RunAsync(0, () => "{}"u8.ToArray(), _ => [], stop.Token);
        using var events = new EventReader(pipe.Reader.AsStream());

        List<string> names = [(await events.NextAsync())!.Name];
        for (int i = 0; i < 6; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            names.Add((await events.NextAsync())!.Name);
            if (i % 3 == 2)
                names.Add((await events.NextAsync())!.Name);
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);

        Assert.Equal(["status", "status", "status", "status", "", "status", "status", "status", ""], names);
    }

    [Fact]
    public async Task A_subscriber_that_does_not_read_holds_nothing_back_and_is_told_of_the_gap()
    {
        var ring = new EventRing(16);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));    // the first write waits for its reader
        Task writing = new EventStream(ring, pipe.Writer.AsStream(), TimeProvider.System).RunAsync(0, () => "{}"u8.ToArray(), missed => Encoding.ASCII.GetBytes($"{missed}"), Cancellation);

        for (int i = 1; i <= 1000; i++)
            ring.Append("token", Encoding.ASCII.GetBytes($"{i}"));
        ring.Complete();
        using var events = new EventReader(pipe.Reader.AsStream());
        List<ReceivedEvent> all = [];
        while (all.LastOrDefault()?.Id != "1000")
            all.Add((await events.NextAsync())!);
        await writing;

        Assert.True(all.Count < 100, $"{all.Count} events were kept");
        Assert.Equal(1000, all.Count(e => e.Name == "token") + all.Where(e => e.Name == "gap").Sum(e => int.Parse(e.Data, null)));
    }

    [Fact]
    public async Task One_subscriber_more_than_the_limit_is_told_to_come_again()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.MaxSubscribers = 1);
        JsonNode session = await server.CreateAsync();
        string path = $"/v1/sessions/{session["id"]}/events";
        using var events = new EventReader(await server.Client.GetStreamAsync(path, Cancellation));
        await events.NextAsync();

        using HttpResponseMessage refused = await server.Client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.Equal("subscribers", (string)(await TwitchServer.ProblemOf(refused, 429))["code"]!);
        Assert.NotNull(refused.Headers.RetryAfter);
    }

    [Fact]
    public async Task Streams_end_when_the_server_stops()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync();
        using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{session["id"]}/events", Cancellation));
        await events.NextAsync();

        await server.StopAsync();

        while (await events.NextAsync() is { } last)
            Assert.Contains(last.Name, (string[])["status", "end"]);
    }
}
