using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Twitch.Serving;
using Twitch.Serving.Emotes;

namespace Twitch.Web.Tests;

/// <summary>A server with the real pages and emotes, and sessions that say exactly what a test tells them to, as API.md has it.</summary>
internal sealed class FakeTwitch : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly ConcurrentDictionary<string, string> _tickets = new();
    private int _ticketCount;

    private FakeTwitch(EmoteCache? emotes)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        if (emotes is not null)
            builder.Services.AddSingleton(emotes);
        _application = builder.Build();
        _application.Use(WatchAsync);
        _application.MapWebPages();
        MapSessions(_application);
        _application.MapGet("/unsafe", context => context.Response.WriteAsync("<!doctype html><title>unsafe</title><body>"));
        _application.MapFallback(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });
    }

    public Uri Address => new(_application.Urls.Single());

    /// <summary>When set, every request under /v1 wants it.</summary>
    public string? Token { get; set; }

    /// <summary>When set, every request under /v1 has its connection cut.</summary>
    public bool Down { get; set; }

    /// <summary>Method and path with query of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Bodies of requests that change something, by "METHOD path".</summary>
    public ConcurrentQueue<(string Request, JsonNode? Body)> Changes { get; } = [];

    public List<FakeSession> Sessions { get; } = [];

    /// <summary>What is said of posting; stop and resume change it.</summary>
    public JsonObject Posting { get; } = new() { ["enabled"] = false };

    /// <summary>The next request whose path begins so is answered with this problem.</summary>
    public (string Path, int Status, JsonObject Problem)? Refusal { get; set; }

    public JsonObject ReplayAnswer { get; set; } = [];

    public static async Task<FakeTwitch> StartAsync(EmoteCache? emotes = null)
    {
        var server = new FakeTwitch(emotes);
        await server._application.StartAsync();
        return server;
    }

    public FakeSession Watch(string source, string approval = "auto", string id = "")
    {
        var session = new FakeSession(id.Length > 0 ? id : $"s{Sessions.Count + 1}", source, approval);
        lock (Sessions)
            Sessions.Add(session);
        return session;
    }

    public string At(string path) => new Uri(Address, path).AbsoluteUri;

    /// <summary>Cuts every event stream, as a restarting proxy does.</summary>
    public void Drop() => Sessions.ForEach(session => session.Drop());

    public async ValueTask DisposeAsync()
    {
        Down = true;
        Drop();
        using var stop = new CancellationTokenSource(TimeSpan.Zero);
        await _application.StopAsync(stop.Token);
        await _application.DisposeAsync();
    }

    private async Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        if (!request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        if (Down)
            context.Abort();
        else if (Refusal is { } refusal && request.Path.Value!.StartsWith(refusal.Path, StringComparison.Ordinal))
            await ProblemAsync(context, refusal.Status, refusal.Problem);
        else if (Token is not null && !request.Query.ContainsKey("ticket") && request.Headers.Authorization != $"Bearer {Token}")
            await ProblemAsync(context, 401, new() { ["title"] = "Unauthorized", ["detail"] = "a token is needed" });
        else
            await next(context);
    }

    private void MapSessions(WebApplication routes)
    {
        routes.MapGet("/v1/sessions", () => Json(new JsonObject { ["sessions"] = Array(Sessions.Select(session => session.ToJson())) }));
        routes.MapGet("/v1/posting", () => Json(Posting.DeepClone()));
        routes.MapPost("/v1/posting/{verb}", (string verb, HttpRequest request) =>
        {
            Changes.Enqueue(($"POST {request.Path}", null));
            Posting["stopped"] = verb == "stop" ? "a request stopped it" : null;
            return Json(Posting.DeepClone());
        });
        routes.MapPost("/v1/sessions", async (HttpRequest request) =>
        {
            JsonObject body = await ChangeAsync(request);
            return Json(Watch((string)body["source"]!, (string)body["approval"]!).ToJson(), 201);
        });
        routes.MapPost("/v1/tickets", async (HttpRequest request) =>
        {
            var body = (JsonObject)(await JsonNode.ParseAsync(request.Body))!;
            if (!Sessions.Exists(session => session.Id == (string)body["session"]!))
                return Missing();
            string ticket = $"ticket-{Interlocked.Increment(ref _ticketCount)}";
            _tickets[ticket] = (string)body["session"]!;
            return Json(new JsonObject { ["ticket"] = ticket, ["expires_in"] = 30 });
        });
        routes.MapPost("/v1/replay", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            Changes.Enqueue(("POST /v1/replay", await reader.ReadToEndAsync()));
            return Json(ReplayAnswer.DeepClone());
        });

        RouteGroupBuilder one = routes.MapGroup("/v1/sessions/{id}");
        one.MapDelete("", (string id, HttpRequest request) =>
        {
            Changes.Enqueue(($"DELETE {request.Path}", null));
            if (Find(id) is not { } session)
                return Missing();
            lock (Sessions)
                Sessions.Remove(session);
            session.Send("end", new JsonObject { ["state"] = "ended" });
            session.Drop();
            return Results.NoContent();
        });
        one.MapPatch("", (string id, HttpRequest request) => OnSessionAsync(id, request, (session, body) =>
        {
            session.Approval = (string?)body["approval"] ?? session.Approval;
            session.Post = (bool?)body["post"] ?? session.Post;
            return session.ToJson();
        }));
        one.MapPatch("/sampling", (string id, HttpRequest request) => OnSessionAsync(id, request, (session, body) =>
        {
            foreach ((string field, JsonNode? value) in body)
                session.Sampling[field] = value!.DeepClone();
            session.Send("sampling", session.Sampling);
            return session.Sampling.DeepClone();
        }));
        one.MapGet("/frame", (string id) => Picture(Find(id)?.Frame));
        one.MapGet("/mel", (string id) => Picture(Find(id)?.Mel));
        one.MapGet("/comments", (string id) => Find(id) is { } session ? Json(new JsonObject { ["comments"] = Array(session.Comments) }) : Missing());
        one.MapPost("/comments/{n:int}/{verdict}", (string id, int n, string verdict, HttpRequest request) =>
        {
            Changes.Enqueue(($"POST {request.Path}", null));
            return Find(id) is { } session ? Json(session.Decide(n, verdict == "approve" ? "approved" : "rejected")) : Missing();
        });
        one.MapGet("/comments/{n:int}/replay", (string id, int n) => Results.Bytes([.. "PK"u8, (byte)n], "application/zip"));
        one.MapGet("/events", EventsAsync);
    }

    private async Task EventsAsync(HttpContext context, string id)
    {
        string ticket = context.Request.Query["ticket"].ToString();
        if (!_tickets.TryRemove(ticket, out string? session) || session != id || Find(id) is not { } found)
        {
            await ProblemAsync(context, 401, new() { ["title"] = "Unauthorized", ["detail"] = $"ticket '{ticket}' opens nothing" });
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        string last = context.Request.Query["last_event_id"].ToString();
        ChannelReader<string> events = found.Subscribe(last.Length > 0 ? int.Parse(last, CultureInfo.InvariantCulture) : null);
        try
        {
            await foreach (string text in events.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync(text, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (OperationCanceledException)
        {
            // The page has closed the stream.
        }
    }

    private FakeSession? Find(string id)
    {
        lock (Sessions)
            return Sessions.Find(session => session.Id == id);
    }

    private async Task<IResult> OnSessionAsync(string id, HttpRequest request, Func<FakeSession, JsonObject, JsonNode> change)
    {
        JsonObject body = await ChangeAsync(request);
        return Find(id) is { } session ? Json(change(session, body)) : Missing();
    }

    private async Task<JsonObject> ChangeAsync(HttpRequest request)
    {
        var body = (JsonObject)(await JsonNode.ParseAsync(request.Body))!;
        Changes.Enqueue(($"{request.Method} {request.Path}", body.DeepClone()));
        return body;
    }

    private static JsonArray Array(IEnumerable<JsonObject> items) => new([.. items.Select(item => item.DeepClone())]);

    private static IResult Picture(byte[]? png) => png is null ? Missing() : Results.Bytes(png, "image/png");

    private static IResult Json(JsonNode node, int status = 200) => Results.Text(node.ToJsonString(), "application/json", statusCode: status);

    private static IResult Missing() =>
        Results.Text("""{"title":"Not Found","status":404,"detail":"no such session"}""", "application/problem+json", statusCode: 404);

    private static Task ProblemAsync(HttpContext context, int status, JsonObject problem)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        return context.Response.WriteAsync(problem.ToJsonString());
    }
}
