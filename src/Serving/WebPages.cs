using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Twitch.Serving.Emotes;
using Twitch.Serving.Http;

namespace Twitch.Serving;

/// <summary>The console page <c>/</c>, the overlay <c>/overlay</c>, their scripts and styles, and the pictures of emotes.</summary>
/// <remarks>Files under Web/ are embedded resources. They hold no script or style inline, so that the policy can refuse both.</remarks>
public static class WebPages
{
    // Everything comes from this server; blob: is a preview that was fetched with the token. No plug-in, no frame, no form, no base.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // In the console, no string becomes markup or script, whoever asks. The overlay cannot have this: until 2023, OBS set its custom
    // CSS through innerHTML.
    private const string ConsolePolicy = Policy + "; require-trusted-types-for 'script'; trusted-types 'none'";

    /// <summary>Adds the pages, <c>/web/*</c>, <c>GET /emotes</c> and <c>GET /emotes/{id}</c>; none of them wants a token.</summary>
    /// <remarks>Emotes come from a registered <see cref="EmoteCache"/>; without one there are none.</remarks>
    public static IEndpointRouteBuilder MapWebPages(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);

        foreach (string resource in Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(name => name.StartsWith("Web/", StringComparison.Ordinal)))
        {
            Page page = Page.Read(resource);
            string route = resource switch
            {
                "Web/console.html" => "/",
                "Web/overlay.html" => "/overlay",
                _ => "/web/" + resource["Web/".Length..],
            };
            string policy = route == "/overlay" ? Policy : ConsolePolicy;
            routes.MapMethods(route, Reads, context => SendAsync(context, page, policy)).WithMetadata(new AccessNeeded(Access.Open)).ExcludeFromDescription();
        }

        return routes.MapEmotes(routes.ServiceProvider.GetService<EmoteCache>());
    }

    internal static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    private static Task SendAsync(HttpContext context, Page page, string policy)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), display-capture=()";
        return page.SendAsync(context, cacheControl: "no-cache");
    }
}

/// <summary>Bytes that are answered whole, or with 304 to who has them already.</summary>
internal sealed record Page(byte[] Content, string ContentType)
{
    private readonly string _entityTag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Content).AsSpan(0, 12))}\"";

    public static Page Read(string resource)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new Page(content, Path.GetExtension(resource) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => throw new InvalidOperationException($"{resource}: what is its content type?"),
        });
    }

    public Task SendAsync(HttpContext context, string cacheControl)
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = _entityTag;
        response.Headers.CacheControl = cacheControl;
        if (context.Request.Headers.IfNoneMatch.Any(tags => tags is not null && (tags == "*" || tags.Contains(_entityTag, StringComparison.Ordinal))))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = ContentType;
        response.ContentLength = Content.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(Content, context.RequestAborted).AsTask();
    }
}
