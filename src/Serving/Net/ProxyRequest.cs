using System.Text;

namespace Twitch.Serving.Net;

/// <summary>What a client asks a proxy for: a tunnel to a host (<c>CONNECT host:443</c>), or a page (<c>GET http://host/path</c>).</summary>
/// <param name="Target">Of a tunnel, scheme https, host and port; of a page, its address.</param>
/// <param name="IsTunnel">Bytes go both ways, unread.</param>
/// <param name="Head">What is sent on: of a page the request as its server wants it, of a tunnel nothing.</param>
/// <param name="Rest">What came behind the head.</param>
internal sealed record ProxyRequest(Uri Target, bool IsTunnel, byte[] Head, ReadOnlyMemory<byte> Rest)
{
    private const int MostHead = 32 << 10;

    /// <summary>Reads a request's head.</summary>
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
        return end < 0 ? null : Parse(Encoding.Latin1.GetString(buffer, 0, end).Split("\r\n"), buffer.AsMemory(end + 4, count - end - 4));
    }

    private static ProxyRequest? Parse(string[] lines, ReadOnlyMemory<byte> rest)
    {
        if (lines[0].Split(' ') is not [var method, var target, "HTTP/1.1" or "HTTP/1.0"])
            return null;
        if (method == "CONNECT")
            return Uri.TryCreate($"https://{target}/", UriKind.Absolute, out Uri? host) && host.PathAndQuery == "/" && host.UserInfo.Length == 0 ? new(host, true, [], rest) : null;
        if (method is not ("GET" or "HEAD") || !Uri.TryCreate(target, UriKind.Absolute, out Uri? page) || page.Scheme != Uri.UriSchemeHttp || page.UserInfo.Length > 0)
            return null;

        // One connection, one request: the next one could be for somewhere else.
        IEnumerable<string> kept = lines.Skip(1).Where(line => !IsForProxy(line));
        string head = string.Join("\r\n", [$"{method} {page.PathAndQuery} HTTP/1.1", $"Host: {page.Authority}", .. kept, "Connection: close", "", ""]);
        return new(page, false, Encoding.Latin1.GetBytes(head), default);
    }

    private static bool IsForProxy(string line) =>
        line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Connection:", StringComparison.OrdinalIgnoreCase)
        || line.StartsWith("Keep-Alive:", StringComparison.OrdinalIgnoreCase) || line.StartsWith("Proxy-", StringComparison.OrdinalIgnoreCase);
}
