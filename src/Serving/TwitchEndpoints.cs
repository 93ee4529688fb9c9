using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Twitch.Serving.Http;
using Twitch.Serving.Posting;
using Twitch.Serving.Sessions;
using Twitch.Serving.Uploads;

namespace Twitch.Serving;

/// <summary>The routes; API.md beside this file says what each takes and gives.</summary>
public static class TwitchEndpoints
{
    /// <summary>Maps every route, each behind the checks of Host, Origin and token.</summary>
    /// <param name="endpoints">The application.</param>
    /// <returns>The group, for what an application wants to add to all of them.</returns>
    public static IEndpointConventionBuilder MapTwitch(this IEndpointRouteBuilder endpoints)
    {
        RequestGuard guard = endpoints.ServiceProvider.GetRequiredService<RequestGuard>();
        RouteGroupBuilder group = endpoints.MapGroup("");
        ((IEndpointConventionBuilder)group).Finally(endpoint =>
        {
            Access access = endpoint.Metadata.OfType<AccessNeeded>().LastOrDefault()?.Access ?? Access.Token;
            endpoint.RequestDelegate = guard.Wrap(endpoint.RequestDelegate!, access);
        });
        group.MapSessions();
        group.MapSessionComments();
        group.MapPosting();
        group.MapClips();
        group.MapModel();
        group.MapMethods("/v1/{**path}", [HttpMethods.Options], (HttpResponse response) =>
        {
            response.Headers.AccessControlAllowMethods = "GET, POST, PATCH, DELETE";
            response.Headers.AccessControlAllowHeaders = "Authorization, Content-Type, Last-Event-ID";
            return TypedResults.NoContent();
        }).WithMetadata(new AccessNeeded(Access.Open));
        group.MapWebPages();
        group.MapPrometheusScrapingEndpoint();
        return group;
    }
}

/// <summary>What a route needs, if not the token.</summary>
internal sealed record AccessNeeded(Access Access);
