using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twitch.Runtime;
using Twitch.Serving.Http;

namespace Twitch.Serving.Sessions;

/// <summary>Routes of a session's comments: look, decide, keep for a replay.</summary>
internal static class CommentRoutes
{
    public static void MapSessionComments(this RouteGroupBuilder group)
    {
        RouteGroupBuilder comments = group.MapGroup("/v1/sessions/{id}/comments");
        comments.MapGet("", (string id, string? state, SessionTable table) => Requests.Json(
            new CommentsJson([.. table.Find(id).Comments.All.Select(comment => comment.ToJson()).Where(comment => state is null || comment.State == state)]), ServingJson.Readable.CommentsJson));
        comments.MapGet("{n:long}", (string id, long n, SessionTable table) => Requests.Json(table.Find(id).Comments.Find(n).ToJson(), ServingJson.Readable.CommentJson));
        comments.MapPost("{n:long}/approve", (string id, long n, SessionTable table) => Decide(id, n, table, CommentState.Approved));
        comments.MapPost("{n:long}/reject", (string id, long n, SessionTable table) => Decide(id, n, table, CommentState.Rejected));
        comments.MapGet("{n:long}/replay", Replay);
    }

    private static JsonHttpResult<CommentJson> Decide(string id, long n, SessionTable table, CommentState state) =>
        Requests.Json(table.Find(id).Decide(n, state).ToJson(), ServingJson.Readable.CommentJson);

    private static FileContentHttpResult Replay(string id, long n, SessionTable table, ServedModel served)
    {
        ReplayFile replay = table.Find(id).Comments.Find(n).Replay
            ?? throw new ProblemException(StatusCodes.Status410Gone, "replay", $"the window of comment {n} is no longer kept; those of the newest comments are.");
        using var zip = new MemoryStream();
        replay.Write(zip, served.Model.Config);
        return TypedResults.Bytes(zip.ToArray(), "application/zip", $"comment-{id}-{n}.zip");
    }
}
