using System.Net;
using System.Net.Sockets;

namespace Twitch.Serving.Net;

/// <summary>Addresses of a host, as the name servers give them or a script does.</summary>
internal delegate Task<IPAddress[]> ResolveHost(string host, CancellationToken cancellation);

/// <summary>What anybody on the internet may reach: not this machine, its network, or what a cloud tells its machines.</summary>
internal static class PublicAddress
{
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32" /* Azure's for its machines */, "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>Whether an address is on the public internet: no loopback, private, link-local, shared, test, multicast or translated one (RFC 6890), and on
    /// none of the networks that this machine is on.</summary>
    public static bool Is(IPAddress address) => Is(address, LocalNetworks.Now());

    /// <summary>As <see cref="Is(IPAddress)"/>, for a machine on the networks given.</summary>
    public static bool Is(IPAddress address, IReadOnlyList<IPNetwork> own)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !GlobalUnicast.Contains(address))
            return false;
        return !NotPublic.Concat(own).Any(network => network.Contains(address));
    }

    /// <summary>Connects to a host. The addresses that are checked are the ones that are connected to: a name that resolves anew in between changes nothing.</summary>
    /// <param name="host">Name or address.</param>
    /// <param name="port">TCP port.</param>
    /// <param name="resolve">Finds its addresses, once.</param>
    /// <param name="mayBePrivate">Any address will do.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="HttpRequestException">One of its addresses is not public (<see cref="HttpRequestError.InvalidResponse"/>), or none is known.</exception>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async Task<NetworkStream> ConnectAsync(string host, int port, ResolveHost resolve, bool mayBePrivate, CancellationToken cancellation)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await resolve(host, cancellation);
        }
        catch (ArgumentException e)    // 0.0.0.0, [::], or a name that is too long
        {
            throw new HttpRequestException($"{host} is no host: {e.Message}", e);
        }
        if (addresses.Length == 0)
            throw new HttpRequestException($"{host} has no address");
        if (!mayBePrivate && !addresses.All(address => Is(address)))
            throw new HttpRequestException(HttpRequestError.InvalidResponse, $"{host} does not resolve to public addresses alone, or to one of this machine's networks");

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
