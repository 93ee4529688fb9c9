using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Twitch.Runtime;
using Twitch.Serving.Http;

namespace Twitch.Serving.Uploads;

/// <summary>Routes that take a file: a clip to comment on, a replay.</summary>
internal static class ClipRoutes
{
    public static void MapClips(this RouteGroupBuilder group)
    {
        group.MapPost("/v1/comments", async (HttpRequest request, ClipComments clips, CancellationToken cancellation) =>
            Requests.Json(await clips.CommentAsync(request, cancellation), ServingJson.Readable.ClipCommentsJson));
        group.MapPost("/v1/replay", async (HttpRequest request, UploadQueue queue, ServedModel served, IOptions<ServeOptions> options, CancellationToken cancellation) =>
        {
            using IDisposable place = queue.Admit();
            using ReceivedFile file = await ReceivedFile.ReceiveAsync(request, options.Value, 0, cancellation);
            using IDisposable turn = await queue.TurnAsync(cancellation);
            return Requests.Json(await Task.Run(() => Replay(file, served.Model, cancellation), cancellation), ServingJson.Readable.ReplayJson);
        });
    }

    private static ReplayJson Replay(ReceivedFile file, CommentModel model, CancellationToken cancellation)
    {
        using FileStream zip = File.OpenRead(file.Path);
        ReplayFile replay = ReplayFile.Read(zip, "the body", model);
        ReplayResult result = replay.Run(model, cancellation);
        return new ReplayJson(result.Same, result.Comment.Text, result.Comment.Tokens, new SaidJson(replay.Info.Text, replay.Info.Tokens), result.StateDifference);
    }
}
