using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Twitch.Chat;
using Twitch.Serving.Http;

namespace Twitch.Serving.Posting;

/// <summary>Routes of posting to Twitch chat: look, stop, go on.</summary>
internal static class PostingRoutes
{
    public static void MapPosting(this RouteGroupBuilder group)
    {
        RouteGroupBuilder posting = group.MapGroup("/v1/posting");
        posting.MapGet("", (SessionPosting posts) => Shown(posts.Poster));
        posting.MapPost("stop", (SessionPosting posts, ILogger<SessionPosting> logger) =>
        {
            ChatPoster poster = Needed(posts);
            poster.Stop("the console or a request stopped it");
            logger.LogWarning("posting is stopped by a request");
            return Shown(poster);
        });
        posting.MapPost("resume", (SessionPosting posts, ILogger<SessionPosting> logger) =>
        {
            ChatPoster poster = Needed(posts);
            poster.Resume();
            logger.LogWarning("posting goes on, as a request asked for");
            return Shown(poster);
        });
    }

    private static ChatPoster Needed(SessionPosting posts) => posts.Poster ?? throw ProblemException.NotFound("posting here; start the server with --post CHANNEL");

    private static JsonHttpResult<PostingJson> Shown(ChatPoster? poster) => Requests.Json(poster is null ? new PostingJson(false) : PostingJson.Of(poster), ServingJson.Readable.PostingJson);
}
