using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Twitch.Serving.Http;

/// <summary>Problem details (RFC 9457), with what was found and what was needed.</summary>
internal sealed record Problem(string Type, string Title, int Status, string Code, string Detail, string? Found, string? Needed)
{
    // Set before the route, and as true of an error: without them a page of another origin could not read it.
    private static readonly string[] Kept = [HeaderNames.AccessControlAllowOrigin, HeaderNames.AccessControlExposeHeaders, HeaderNames.Vary, HeaderNames.XContentTypeOptions];

    /// <summary>Ends a request with it, unless an answer has begun.</summary>
    public static async Task WriteAsync(HttpContext context, ProblemException e)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }
        (string Name, StringValues Values)[] kept = [.. Kept.Select(name => (name, context.Response.Headers[name]))];
        context.Response.Clear();
        foreach ((string name, StringValues values) in kept)
            context.Response.Headers[name] = values;
        context.Response.StatusCode = e.Status;
        context.Response.ContentType = "application/problem+json";
        context.Response.Headers.CacheControl = "no-store";
        if (e.RetryAfter is { } wait)
            context.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (e.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        var problem = new Problem("about:blank", ReasonPhrases.GetReasonPhrase(e.Status), e.Status, e.Code, e.Message, e.Found, e.Needed);
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(problem, ServingJson.Readable.Problem));
    }
}

/// <summary>A request that cannot be done, and why.</summary>
internal sealed class ProblemException(int status, string code, string detail, string? found = null, string? needed = null, TimeSpan? retryAfter = null) : Exception(detail)
{
    public int Status => status;

    /// <summary>A word for programs.</summary>
    public string Code => code;

    public string? Found => found;

    public string? Needed => needed;

    /// <summary>When it may be worth to ask again.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    public static ProblemException BadRequest(string detail, string? found = null, string? needed = null) => new(StatusCodes.Status400BadRequest, "request", detail, found, needed);

    public static ProblemException NotFound(string what) => new(StatusCodes.Status404NotFound, "not_found", $"there is no {what}.");

    /// <summary>What a model or a source says is wrong, as a request's problem.</summary>
    public static ProblemException From(TwitchException e) => e.ExitCode switch
    {
        // An option out of range speaks of the command line's --top-k.
        ExitCode.Usage => new(StatusCodes.Status422UnprocessableEntity, "option", e.Message.StartsWith("--", StringComparison.Ordinal) ? e.Message[2..] : e.Message),
        ExitCode.BadInput => new(StatusCodes.Status422UnprocessableEntity, "input", e.Message),
        ExitCode.SourceLost => new(StatusCodes.Status502BadGateway, "source", e.Message),
        _ => new(StatusCodes.Status500InternalServerError, "server", e.Message),
    };
}
