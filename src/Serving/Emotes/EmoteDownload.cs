using System.Net;
using Twitch.Serving.Net;

namespace Twitch.Serving.Emotes;

/// <summary>Fetches pictures from the allowed hosts and from nowhere else, whatever redirects and name servers say.</summary>
internal sealed class EmoteDownload : IDisposable
{
    private const int MaxRedirects = 3;

    private readonly EmoteOptions _options;
    private readonly HttpClient _client;

    /// <param name="options">Hosts and limits.</param>
    /// <param name="resolve">Addresses of a host.</param>
    public EmoteDownload(EmoteOptions options, ResolveHost? resolve = null)
        : this(options, PublicOnly(resolve ?? Dns.GetHostAddressesAsync))
    {
    }

    /// <param name="options">Hosts and limits.</param>
    /// <param name="handler">Answers requests; it must not follow redirects itself.</param>
    public EmoteDownload(EmoteOptions options, HttpMessageHandler handler)
    {
        _options = options;
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.Accept.ParseAdd("image/webp,image/avif,image/png,image/gif,image/jpeg");
    }

    /// <summary>The picture at an address.</summary>
    /// <exception cref="HttpRequestException">It is not to be had: the message says why.</exception>
    public async Task<Page> FetchAsync(Uri address, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_options.Timeout);
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            if (!EmoteMap.MayBeFetched(address, _options.Hosts))
                throw new HttpRequestException($"{address} is not at an allowed host");

            using HttpResponseMessage response = await _client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            if ((int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location)
            {
                address = new Uri(address, location);
                continue;
            }

            response.EnsureSuccessStatusCode();
            byte[] content = await ReadAsync(response.Content, limit.Token);
            return new Page(content, PictureType(content) ?? throw new HttpRequestException($"{address} is no PNG, GIF, WebP, AVIF or JPEG"));
        }

        throw new HttpRequestException($"{address} is the end of more than {MaxRedirects} redirects");
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellation)
    {
        using Stream stream = await content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[Math.Min(content.Headers.ContentLength ?? 32_768, _options.MaxPictureBytes) + 1];
        int count = 0;
        while (await stream.ReadAsync(buffer.AsMemory(count), cancellation) is > 0 and int read)
        {
            count += read;
            if (count > _options.MaxPictureBytes)
                throw new HttpRequestException($"the picture is larger than {_options.MaxPictureBytes} bytes");
            if (count == buffer.Length)
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, _options.MaxPictureBytes + 1));
        }

        return buffer[..count];
    }

    /// <summary>The type that the first bytes prove, or null; what a server calls its answer is not asked. SVG is not a picture here: it can hold script.</summary>
    internal static string? PictureType(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            return "image/png";
        if (content.StartsWith("GIF87a"u8) || content.StartsWith("GIF89a"u8))
            return "image/gif";
        if (content.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return "image/jpeg";
        if (content.Length < 12)
            return null;
        if (content.StartsWith("RIFF"u8) && content[8..12].SequenceEqual("WEBP"u8))
            return "image/webp";
        return content[4..12].SequenceEqual("ftypavif"u8) || content[4..12].SequenceEqual("ftypavis"u8) ? "image/avif" : null;
    }

    private static SocketsHttpHandler PublicOnly(ResolveHost resolve) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxResponseHeadersLength = 16,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectCallback = async (context, cancellation) =>
            await PublicAddress.ConnectAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, resolve, mayBePrivate: false, cancellation),
    };
}
