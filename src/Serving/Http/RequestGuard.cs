using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Twitch.Serving.Http;

/// <summary>What a request must bring.</summary>
internal enum Access
{
    /// <summary>Nothing: pages without secrets, and probes.</summary>
    Open,

    /// <summary>The token, if there is one.</summary>
    Token,

    /// <summary>The token, or a ticket in the query: an EventSource cannot set headers.</summary>
    TokenOrTicket,
}

/// <summary>Stands before every route: Host (against DNS rebinding), Origin (against other sites' pages), the token; and turns what goes wrong
/// behind it into problem details.</summary>
internal sealed class RequestGuard
{
    private readonly ServeOptions _options;
    private readonly Tickets _tickets;
    private readonly ILogger<RequestGuard> _logger;
    private readonly byte[]? _token;    // its hash, so that all have one length

    public RequestGuard(IOptions<ServeOptions> options, Tickets tickets, ILogger<RequestGuard> logger)
    {
        (_options, _tickets, _logger) = (options.Value, tickets, logger);
        _token = _options.Token is { } token ? SHA256.HashData(Encoding.UTF8.GetBytes(token)) : null;
    }

    public RequestDelegate Wrap(RequestDelegate next, Access access) => async context =>
    {
        try
        {
            context.Response.Headers.XContentTypeOptions = "nosniff";
            CheckHost(context.Request);
            CheckOrigin(context, access);
            CheckToken(context, access);
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
        }
        catch (ProblemException e)
        {
            await Problem.WriteAsync(context, e);
        }
        catch (TwitchException e)
        {
            await Problem.WriteAsync(context, ProblemException.From(e));
        }
        catch (BadHttpRequestException e)
        {
            await Problem.WriteAsync(context, new ProblemException(e.StatusCode, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? "body" : "request", e.Message));
        }
        catch (Exception e)
        {
            _logger.LogError(e, "a bug in {Path}, please report it", context.Request.Path);
            await Problem.WriteAsync(context, new ProblemException(StatusCodes.Status500InternalServerError, "bug", "something failed that should not; the server's log says what."));
        }
    };

    // An address cannot be rebound; a name can be anybody's.
    private void CheckHost(HttpRequest request)
    {
        string host = request.Host.Host;
        if (!IPAddress.TryParse(host.Trim('[', ']'), out _) && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            && !host.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase) && !_options.AllowedHosts.Contains(host, StringComparer.OrdinalIgnoreCase))
        {
            throw new ProblemException(StatusCodes.Status403Forbidden, "host", $"this server is not called '{host}'; start it with --allow-host {host} if it is.", host, "localhost, an address, or a name of --allow-host");
        }
    }

    private void CheckOrigin(HttpContext context, Access access)
    {
        HttpRequest request = context.Request;
        if (request.Headers.Origin is [{ } origin, ..])
        {
            if (origin == $"{request.Scheme}://{request.Host.Value}")
                return;
            if (!_options.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
                throw new ProblemException(StatusCodes.Status403Forbidden, "origin", $"pages of '{origin}' may not use this server; start it with --allow-origin {origin} if they may.", origin, "the server's own origin, or one of --allow-origin");
            context.Response.Headers.AccessControlAllowOrigin = origin;
            context.Response.Headers.AccessControlExposeHeaders = "Location, Retry-After";
            context.Response.Headers.Vary = "Origin";
        }
        else if (access != Access.Open && request.Headers["Sec-Fetch-Site"] is ["cross-site" or "same-site", ..])
        {
            throw new ProblemException(StatusCodes.Status403Forbidden, "origin", "a page of another site asked for this.", request.Headers["Sec-Fetch-Site"], "same-origin");
        }
    }

    private void CheckToken(HttpContext context, Access access)
    {
        if (access == Access.Open)
            return;
        if (_token is null)
        {
            if (context.Connection.LocalIpAddress is { } address && !IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address))
                throw new ProblemException(StatusCodes.Status403Forbidden, "token", "without a token, this server answers over loopback alone; start it with --token-file.");
            return;
        }
        if (access == Access.TokenOrTicket && context.Request.Query["ticket"] is [{ } ticket])
        {
            if (!_tickets.Use(ticket, (string?)context.Request.RouteValues["id"]))
                throw new ProblemException(StatusCodes.Status401Unauthorized, "ticket", "the ticket is unknown, used, too old, or another session's; ask POST /v1/tickets for a new one.");
            return;
        }
        string[] words = context.Request.Headers.Authorization.ToString().Split(' ', 2, StringSplitOptions.TrimEntries);
        if (words is not [var scheme, var given] || !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            || !CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _token))
        {
            throw new ProblemException(StatusCodes.Status401Unauthorized, "token", "the token is missing or wrong; send Authorization: Bearer TOKEN.");
        }
    }
}
