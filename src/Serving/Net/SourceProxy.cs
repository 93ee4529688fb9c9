using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Net;

/// <summary>Who may sign the certificates of https servers.</summary>
/// <param name="Certificates">Absent: whom the system trusts.</param>
internal sealed record TrustedRoots(X509Certificate2Collection? Certificates = null);

/// <summary>The only way out for an ffmpeg that reads http or https: a proxy on loopback that looks at every connection as it is made, so that neither
/// a redirect, nor a playlist, nor a name that resolves to something else by then, leads where a source may not.</summary>
/// <remarks>ffmpeg asks it in plain http, for https too (<see cref="Media.HttpsMark"/>), and has no other protocol: one that tunnels or speaks TLS itself could be led
/// to another proxy. One connection carries one request.</remarks>
internal sealed class SourceProxy(SourcePolicy policy, ResolveHost resolve, TrustedRoots roots, ILogger<SourceProxy> logger) : IHostedService, IDisposable
{
    private const int MostConnections = 512;
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10), ConnectTime = TimeSpan.FromSeconds(15), AgainTime = TimeSpan.FromMilliseconds(100);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _places = new(MostConnections);
    private readonly CancellationTokenSource _stop = new();
    private Task _accepting = Task.CompletedTask;

    /// <summary>Takes the next connection.</summary>
    public Func<TcpListener, CancellationToken, ValueTask<Socket>> Accept { get; init; } = (listener, cancellation) => listener.AcceptSocketAsync(cancellation);

    /// <summary>Where it listens, once started.</summary>
    public Uri Address => new($"http://{_listener.LocalEndpoint}/");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        _accepting = AcceptAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _stop.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            for (bool fails = false; ;)
            {
                await _places.WaitAsync(_stop.Token);
                try
                {
                    _ = ServeAsync(await Accept(_listener, _stop.Token));
                    fails = false;
                }
                catch (SocketException e) when (!_stop.IsCancellationRequested)    // the process has no file descriptor left, say
                {
                    _places.Release();
                    if (!fails)
                        logger.LogError("a source's connection to the proxy cannot be accepted, which is tried again: {Why}", e.Message);
                    fails = true;
                    await Task.Delay(AgainTime, _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)    // it is stopped
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        using var client = new NetworkStream(socket, ownsSocket: true);
        try
        {
            end.CancelAfter(HeadTime);
            if (await ProxyRequest.ReadAsync(client, end.Token) is not { } request)
            {
                await RefuseAsync(client, "400 Bad Request", end.Token);
                return;
            }
            end.CancelAfter(ConnectTime);
            if (await TryConnectAsync(request, client, end.Token) is not { } opened)
                return;
            using NetworkStream server = opened;
            end.CancelAfter(Timeout.InfiniteTimeSpan);    // the capture ends what stalls
            Task leaving = EndWithAsync(client, end);
            try
            {
                await RelayAsync(request, client, server, end.Token);
            }
            finally
            {
                await end.CancelAsync();
                await leaving;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or InvalidDataException)    // one of the two is gone, or we stop
        {
            socket.Close(timeout: 0);    // a reset: what was cut off does not look like an end
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<NetworkStream?> TryConnectAsync(ProxyRequest request, NetworkStream client, CancellationToken cancellation)
    {
        try
        {
            return await PublicAddress.ConnectAsync(request.Target.DnsSafeHost, request.Target.Port, resolve, policy.NamesHostOf(request.Target), cancellation);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.InvalidResponse)
        {
            logger.LogWarning("a source led to {Target}, which was refused: {Why}", request.Target.Authority, e.Message);
            await RefuseAsync(client, "403 Forbidden", cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            await RefuseAsync(client, "502 Bad Gateway", cancellation);
        }
        return null;
    }

    private async Task RelayAsync(ProxyRequest request, NetworkStream client, NetworkStream server, CancellationToken cancellation)
    {
        using var web = new HttpMessageInvoker(Over(request.Target.Scheme == Uri.UriSchemeHttp ? new IcyStream(server) : server));
        using HttpRequestMessage message = request.ToMessage();
        HttpResponseMessage response;
        try
        {
            response = await web.SendAsync(message, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            logger.LogWarning("a source's server {Target} gave no answer that can be read: {Why}", request.Target.Authority, e.InnerException is AuthenticationException inner ? inner.Message : e.Message);
            await RefuseAsync(client, "502 Bad Gateway", cancellation);
            return;
        }
        using (response)
            await new ProxyAnswer(response, request.Target).WriteAsync(client, cancellation);
    }

    // Of one connection, which has been looked at, and one request.
    private SocketsHttpHandler Over(Stream server)
    {
        // A certificate may name addresses of more certificates, and these would be fetched from anywhere.
        var trust = new X509ChainPolicy { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck };
        if (roots.Certificates is { } certificates)
        {
            trust.TrustMode = X509ChainTrustMode.CustomRootTrust;
            trust.CustomTrustStore.AddRange(certificates);
        }
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTime,
            MaxResponseDrainSize = 0,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust },
            ConnectCallback = (_, _) => ValueTask.FromResult(server),
        };
    }

    // What the client sends behind its request is not read; that it has gone ends all.
    private static async Task EndWithAsync(NetworkStream client, CancellationTokenSource end)
    {
        try
        {
            await client.CopyToAsync(Stream.Null, end.Token);
            await end.CancelAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
        }
    }

    private static async Task RefuseAsync(NetworkStream client, string status, CancellationToken cancellation) =>
        await client.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), cancellation);
}
