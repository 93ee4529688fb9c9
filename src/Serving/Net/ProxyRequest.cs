using System.Text;
using Twitch.Media;

namespace Twitch.Serving.Net;

/// <summary>What ffmpeg asks the proxy for: <c>GET http://host/path</c>, where a marked host means https (<see cref="HttpsMark"/>).</summary>
/// <param name="Method">GET or HEAD.</param>
/// <param name="Target">What is meant. Its path is the one that was compared with the options; its query is as it came, for servers that sign it.</param>
/// <param name="Headers">What is sent on, besides the host.</param>
internal sealed record ProxyRequest(HttpMethod Method, Uri Target, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    private const int MostHead = 32 << 10;

    /// <summary>Reads a request's head; what comes behind it is not read.</summary>
    /// <returns>Null if it is none that is answered: another method, an address that is not http, or a head of more than 32 KiB.</returns>
    public static async Task<ProxyRequest?> ReadAsync(Stream client, CancellationToken cancellation)
    {
        var buffer = new byte[MostHead];
        int count = 0, end = -1;
        while (end < 0 && count < buffer.Length)
        {
            int read = await client.ReadAsync(buffer.AsMemory(count), cancellation);
            if (read == 0)
                return null;
            count += read;
            end = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
        }
        return end < 0 ? null : Parse(Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n"));
    }

    /// <summary>Whether a header speaks of one connection, and so is not for what lies behind it.</summary>
    public static bool IsOfConnection(string name) =>
        name.ToUpperInvariant() is "HOST" or "CONNECTION" or "KEEP-ALIVE" or "TRANSFER-ENCODING" or "TRAILER" or "TE" or "UPGRADE" || name.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase);

    /// <summary>As it is sent to its server. One connection, one request: the next one could be for somewhere else.</summary>
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(Method, Target);
        foreach ((string name, string value) in Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        message.Headers.ConnectionClose = true;
        return message;
    }

    private static ProxyRequest? Parse(string[] lines)
    {
        if (lines[0].Split(' ') is not ["GET" or "HEAD", var address, "HTTP/1.1" or "HTTP/1.0"] || !address.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || address.Any(sign => sign < ' '))
            return null;
        address = HttpsMark.Remove(string.Concat(address.Select(sign => sign < 127 ? $"{sign}" : $"%{(int)sign:X2}")));
        if (!Uri.TryCreate(address, UriKind.Absolute, out Uri? page) || page.Scheme is not ("http" or "https") || page.Host.Length == 0 || page.UserInfo.Length > 0)
            return null;
        int query = address.IndexOf('?', StringComparison.Ordinal), fragment = address.IndexOf('#', StringComparison.Ordinal);
        string asked = query < 0 || (fragment >= 0 && fragment < query) ? "" : address[query..(fragment < 0 ? address.Length : fragment)];
        if (!Uri.TryCreate($"{page.Scheme}://{page.Authority}{page.AbsolutePath}{asked}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out Uri? target))
            return null;
        IEnumerable<KeyValuePair<string, string>> headers = lines.Skip(1).Select(line => line.Split(':', 2)).Where(header => header.Length == 2 && !IsOfConnection(header[0].Trim()))
            .Select(header => KeyValuePair.Create(header[0].Trim(), header[1].Trim()));
        return new ProxyRequest(lines[0].StartsWith("GET", StringComparison.Ordinal) ? HttpMethod.Get : HttpMethod.Head, target, [.. headers]);
    }
}
