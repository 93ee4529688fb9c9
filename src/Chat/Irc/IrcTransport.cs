using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;

namespace Twitch.Chat.Irc;

/// <summary>Opens the byte stream under an IRC connection: TLS, a WebSocket, or plain TCP on this machine.</summary>
internal static class IrcTransport
{
    /// <summary>Checks an address.</summary>
    /// <exception cref="TwitchException">Its scheme is another, or would send the token in the clear.</exception>
    public static void Validate(Uri server)
    {
        if (!server.IsAbsoluteUri || server.Scheme is not ("ircs" or "wss" or "irc" or "ws"))
            throw new TwitchException($"{server}: no IRC server; it must begin with ircs:// or wss://.", ExitCode.Usage);
        if (server.Scheme is "irc" or "ws" && !server.IsLoopback)
            throw new TwitchException($"{server}: the token would be sent in the clear; use {server.Scheme}s://, or a server on this machine.", ExitCode.Usage);
    }

    /// <summary>Connects.</summary>
    /// <param name="server">Validated.</param>
    /// <param name="trustedRoots">See <see cref="IrcOptions.TrustedRoots"/>.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<Stream> ConnectAsync(Uri server, X509Certificate2Collection? trustedRoots, CancellationToken cancellation)
    {
        if (server.Scheme is "wss" or "ws")
            return await ConnectWebSocketAsync(server, trustedRoots, cancellation);

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(new DnsEndPoint(server.DnsSafeHost, server.IsDefaultPort || server.Port < 0 ? server.Scheme == "ircs" ? 6697 : 6667 : server.Port), cancellation);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (server.Scheme == "irc")
                return stream;
            var tls = new SslStream(stream);
            stream = tls;
            await tls.AuthenticateAsClientAsync(Tls(server, trustedRoots), cancellation);
            return tls;
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> ConnectWebSocketAsync(Uri server, X509Certificate2Collection? trustedRoots, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = Tls(server, trustedRoots) };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(server, invoker, cancellation);
            return WebSocketStream.Create(socket, WebSocketMessageType.Text, closeTimeout: TimeSpan.FromSeconds(1));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Tls(Uri server, X509Certificate2Collection? trustedRoots)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = server.DnsSafeHost };
        if (trustedRoots is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(trustedRoots);
        }
        return options;
    }
}
