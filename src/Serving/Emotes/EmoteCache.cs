using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Twitch.Serving.Http;

namespace Twitch.Serving.Emotes;

/// <summary>Pictures of emotes: each is fetched once, when it is first shown, and kept in memory.</summary>
/// <remarks>Pages never talk to another server: what they show comes from here, so that their policy names no other host.</remarks>
public sealed class EmoteCache : IDisposable
{
    private const int ConcurrentFetches = 4;

    private readonly EmoteOptions _options;
    private readonly EmoteMap _map;
    private readonly EmoteDownload _download;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _fetches = new(ConcurrentFetches);
    private readonly Dictionary<string, Entry> _entries = [];

    private sealed class Entry
    {
        public required Task<Page?> Picture { get; init; }

        public long Asked { get; set; }

        public long Failed { get; set; }

        public int Bytes { get; set; }
    }

    /// <summary>Reads the file of emotes; pictures are fetched later.</summary>
    /// <exception cref="TwitchException">The file cannot be used.</exception>
    public EmoteCache(EmoteOptions options, ILogger<EmoteCache>? logger = null)
        : this(options, new EmoteDownload(options), TimeProvider.System, logger)
    {
    }

    internal EmoteCache(EmoteOptions options, EmoteDownload download, TimeProvider time, ILogger<EmoteCache>? logger = null)
    {
        _options = options;
        _download = download;
        _time = time;
        _logger = logger ?? (ILogger)NullLogger.Instance;
        _map = options.File is null ? EmoteMap.Empty : EmoteMap.Read(options.File, options.Hosts);
        Names = new Page(JsonSerializer.SerializeToUtf8Bytes(new EmoteList(_map.Ids), EmoteJson.Default.EmoteList), "application/json");
    }

    /// <summary>The answer of <c>GET /emotes</c>.</summary>
    internal Page Names { get; }

    /// <summary>Bytes of the pictures in memory.</summary>
    internal long Bytes { get; private set; }

    /// <summary>A picture, or null while it cannot be had.</summary>
    /// <param name="id">Id out of <c>GET /emotes</c>; another one has no picture.</param>
    /// <param name="cancellation">Stops waiting; the fetch goes on for those who ask next.</param>
    internal async Task<Page?> FindAsync(string id, CancellationToken cancellation)
    {
        if (_map.Find(id) is not { } address)
            return null;

        Entry? entry;
        lock (_entries)
        {
            long now = _time.GetTimestamp();
            if (!_entries.TryGetValue(id, out entry) || (entry.Failed != 0 && _time.GetElapsedTime(entry.Failed, now) >= _options.RetryAfter))
                _entries[id] = entry = new Entry { Picture = Task.Run(() => FetchAsync(id, address), CancellationToken.None) };
            entry.Asked = now;
        }

        return await entry.Picture.WaitAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _download.Dispose();
        _fetches.Dispose();
    }

    private async Task<Page?> FetchAsync(string id, Uri address)
    {
        await _fetches.WaitAsync();
        try
        {
            Page picture = await _download.FetchAsync(address, CancellationToken.None);
            Keep(id, picture);
            return picture;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            _logger.LogWarning("{Address}: no picture, the emote stays text: {Reason}", address, e.Message);
            lock (_entries)
            {
                if (_entries.TryGetValue(id, out Entry? entry))
                    entry.Failed = Math.Max(1, _time.GetTimestamp());
            }

            return null;
        }
        finally
        {
            _fetches.Release();
        }
    }

    private void Keep(string id, Page picture)
    {
        lock (_entries)
        {
            _entries[id].Bytes = picture.Content.Length;
            Bytes += picture.Content.Length;
            while (Bytes > _options.MaxCacheBytes)
            {
                (string oldest, Entry entry) = _entries.Where(pair => pair.Value.Bytes > 0).MinBy(pair => pair.Value.Asked);
                Bytes -= entry.Bytes;
                _entries.Remove(oldest);
            }
        }
    }
}

/// <summary>Puts the emotes on a server.</summary>
public static class EmoteRoutes
{
    /// <summary>Registers the cache; <see cref="WebPages.MapWebPages"/> finds it.</summary>
    /// <exception cref="TwitchException">The file of emotes cannot be used.</exception>
    public static IServiceCollection AddEmotes(this IServiceCollection services, EmoteOptions options)
    {
        _ = options.File is null ? EmoteMap.Empty : EmoteMap.Read(options.File, options.Hosts);    // now, not at the first request
        return services.AddSingleton(options).AddSingleton(provider => new EmoteCache(options, provider.GetService<ILogger<EmoteCache>>()));
    }

    internal static IEndpointRouteBuilder MapEmotes(this IEndpointRouteBuilder routes, EmoteCache? cache)
    {
        Page none = new("""{"emotes":{}}"""u8.ToArray(), "application/json");
        routes.MapMethods("/emotes", WebPages.Reads, context => SendAsync(context, cache?.Names ?? none, "no-cache")).WithMetadata(new AccessNeeded(Access.Open)).ExcludeFromDescription();
        routes.MapMethods("/emotes/{id}", WebPages.Reads, async context =>
        {
            string id = (string)context.Request.RouteValues["id"]!;
            if (cache is not null && await cache.FindAsync(id, context.RequestAborted) is { } picture)
                await SendAsync(context, picture, "public, max-age=86400");
            else
                context.Response.StatusCode = StatusCodes.Status404NotFound;
        }).WithMetadata(new AccessNeeded(Access.Open)).ExcludeFromDescription();
        return routes;
    }

    private static Task SendAsync(HttpContext context, Page page, string cacheControl)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        return page.SendAsync(context, cacheControl);
    }
}
