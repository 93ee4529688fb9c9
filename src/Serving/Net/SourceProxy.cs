using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Net;

/// <summary>The only way out for an ffmpeg that reads http or https: a proxy on loopback that looks at every connection as it is made, so that neither
/// a redirect, nor a playlist, nor a name that resolves to something else by then, leads where a source may not.</summary>
internal sealed class SourceProxy(SourcePolicy policy, ResolveHost resolve, ILogger<SourceProxy> logger) : IHostedService, IDisposable
{
    private const int MostConnections = 512;
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10), ConnectTime = TimeSpan.FromSeconds(15);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _places = new(MostConnections);
    private readonly CancellationTokenSource _stop = new();
    private Task _accepting = Task.CompletedTask;

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
            while (true)
            {
                await _places.WaitAsync(_stop.Token);
                _ = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
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
            await RelayAsync(request, client, server, end);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)    // one of the two is gone, or we stop
        {
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
            return await PublicAddress.ConnectAsync(request.Target.DnsSafeHost, request.Target.Port, resolve, policy.NamesHostOf(request.Target, request.IsTunnel), cancellation);
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

    private static async Task RelayAsync(ProxyRequest request, NetworkStream client, NetworkStream server, CancellationTokenSource end)
    {
        if (request.IsTunnel)
            await client.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), end.Token);
        await server.WriteAsync(request.Head, end.Token);
        await server.WriteAsync(request.Rest, end.Token);
        Task back = server.CopyToAsync(client, end.Token), forth = client.CopyToAsync(request.IsTunnel ? server : Stream.Null, end.Token);
        await Task.WhenAny(back, forth);
        await end.CancelAsync();    // where one side has closed, nothing is left to relay
        await Task.WhenAll(back, forth);
    }

    private static async Task RefuseAsync(NetworkStream client, string status, CancellationToken cancellation) =>
        await client.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"), cancellation);
}
