using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Twitch.Serving.Http;

namespace Twitch.Serving;

/// <summary>What KServe's V2 protocol asks of a server and its model: is it alive, is it ready, what does it take.</summary>
internal static class ModelRoutes
{
    public static void MapModel(this RouteGroupBuilder group)
    {
        RouteGroupBuilder v2 = group.MapGroup("/v2").WithMetadata(new AccessNeeded(Access.Open));
        v2.MapGet("", () => Requests.Json(new ServerJson("twitch", TwitchServices.Version, []), ServingJson.Readable.ServerJson));
        v2.MapGet("health/live", () => Requests.Json(new Http.LiveJson(true), ServingJson.Readable.LiveJson));
        v2.MapGet("health/ready", (ServedModel served, IHostApplicationLifetime lifetime) => Requests.Json(new ReadyJson(IsReady(served, lifetime)), ServingJson.Readable.ReadyJson, Status(served, lifetime)));
        v2.MapGet("models/{name}/ready", (string name, ServedModel served, IHostApplicationLifetime lifetime) =>
            Requests.Json(new ModelReadyJson(Named(name, served), IsReady(served, lifetime)), ServingJson.Readable.ModelReadyJson, Status(served, lifetime)));
        v2.MapGet("models/{name}", Describe);
    }

    private static JsonHttpResult<ModelJson> Describe(string name, ServedModel served)
    {
        ModelConfig config = served.Model.Config;
        return Requests.Json(new ModelJson(
            Named(name, served), ["1"], "onnxruntime_onnx",
            [new ModelTensorJson("frames", "UINT8", [-1, -1, config.Frame.Height, config.Frame.Width, FrameSpec.Channels]), new ModelTensorJson("mel", "FP32", [-1, -1, config.Mel.MelCount])],
            [new ModelTensorJson("comment", "BYTES", [-1])]), ServingJson.Readable.ModelJson);
    }

    private static string Named(string name, ServedModel served) => name == served.Name ? name : throw ProblemException.NotFound($"model '{name}'; '{served.Name}' is here");

    private static bool IsReady(ServedModel served, IHostApplicationLifetime lifetime) => served.IsReady && !lifetime.ApplicationStopping.IsCancellationRequested;

    private static int Status(ServedModel served, IHostApplicationLifetime lifetime) => IsReady(served, lifetime) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
}
