using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Twitch.Media;
using Twitch.Serving.Http;
using Twitch.Serving.Pictures;

namespace Twitch.Serving.Sessions;

/// <summary>Routes of sessions: make, list, change, stop, listen, look.</summary>
internal static class SessionRoutes
{
    public static void MapSessions(this RouteGroupBuilder group)
    {
        RouteGroupBuilder sessions = group.MapGroup("/v1/sessions");
        sessions.MapPost("", CreateAsync);
        sessions.MapGet("", (SessionTable table) => Requests.Json(new SessionsJson([.. table.All.Select(session => session.ToJson())]), ServingJson.Readable.SessionsJson));
        sessions.MapGet("{id}", (string id, SessionTable table) => Requests.Json(table.Find(id).ToJson(), ServingJson.Readable.SessionJson));
        sessions.MapPatch("{id}", ChangeAsync);
        sessions.MapDelete("{id}", async Task<NoContent> (string id, SessionTable table) =>
            await table.RemoveAsync(id) ? TypedResults.NoContent() : throw ProblemException.NotFound($"session '{id}'"));
        sessions.MapPatch("{id}/sampling", async (string id, HttpRequest request, SessionTable table, CancellationToken cancellation) =>
        {
            Session session = table.Find(id);
            return Requests.Json(session.Change(await request.ReadJsonAsync(ServingJson.Default.SamplingJson, cancellation)), ServingJson.Readable.SamplingJson);
        });
        sessions.MapGet("{id}/events", ListenAsync).WithMetadata(new AccessNeeded(Access.TokenOrTicket));
        sessions.MapGet("{id}/frame", (string id, SessionTable table, ServedModel served, HttpResponse response) =>
        {
            FrameSpec spec = served.Model.Config.Frame;
            RecordedWindow window = WindowOf(id, table, response);
            return window.Frames.Length == 0 ? throw Nothing(id) : TypedResults.Bytes(Png.Encode(window.Frames.AsSpan(window.Frames.Length - spec.ByteCount), spec.Width, spec.Height), "image/png");
        });
        sessions.MapGet("{id}/mel", (string id, SessionTable table, ServedModel served, HttpResponse response) =>
        {
            RecordedWindow window = WindowOf(id, table, response);
            return window.Mel.Length == 0 ? throw Nothing(id) : TypedResults.Bytes(MelPicture.Draw(window.Mel, served.Model.Config.Mel.MelCount), "image/png");
        });
        group.MapPost("/v1/tickets", async (HttpRequest request, Tickets tickets, SessionTable table, CancellationToken cancellation) =>
        {
            TicketRequest asked = await request.ReadJsonAsync(ServingJson.Default.TicketRequest, cancellation);
            Session session = table.Find(asked.Session ?? throw ProblemException.BadRequest("session is missing; give the session's id.", null, "session"));
            return Requests.Json(new TicketJson(tickets.Issue(session.Id), tickets.Life.TotalSeconds), ServingJson.Readable.TicketJson);
        });
    }

    private static async Task<JsonHttpResult<SessionJson>> CreateAsync(HttpRequest request, SessionTable table, CancellationToken cancellation)
    {
        SessionRequest wanted = await request.ReadJsonAsync(ServingJson.Default.SessionRequest, cancellation);
        Session session = await table.CreateAsync(wanted, cancellation);
        request.HttpContext.Response.Headers.Location = $"/v1/sessions/{session.Id}";
        return Requests.Json(session.ToJson(), ServingJson.Readable.SessionJson, StatusCodes.Status201Created);
    }

    private static async Task<JsonHttpResult<SessionJson>> ChangeAsync(string id, HttpRequest request, SessionTable table, CancellationToken cancellation)
    {
        Session session = table.Find(id);
        SessionChange change = await request.ReadJsonAsync(ServingJson.Default.SessionChange, cancellation);
        bool asks = change.Approval is { } approval ? SessionTable.AsksOf(approval) : session.Asks;
        bool? posts = change.Post is { } post ? table.PostsOf(post) : session.Posts;
        (session.Asks, session.Posts) = (asks, posts);    // all of it or nothing
        return Requests.Json(session.ToJson(), ServingJson.Readable.SessionJson);
    }

    private static async Task ListenAsync(string id, HttpContext context, SessionTable table, IHostApplicationLifetime lifetime)
    {
        Session session = table.Find(id);
        string? last = context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } header, ..] ? header : context.Request.Query["last_event_id"] is [{ Length: > 0 } query, ..] ? query : null;
        long? place = null;
        if (last is not null)
            place = long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : throw ProblemException.BadRequest($"Last-Event-ID is '{last}'; it must be a number.", last, "a number");
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no";    // proxies that collect would hold events back
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await session.SubscribeAsync(context.Response.Body, place, ends.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
        }
    }

    private static RecordedWindow WindowOf(string id, SessionTable table, HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        return table.Find(id).Feed.CopyWindow() ?? throw Nothing(id);
    }

    private static ProblemException Nothing(string id) => ProblemException.NotFound($"picture or sound of session '{id}' yet");
}
