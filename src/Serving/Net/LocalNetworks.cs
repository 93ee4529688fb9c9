using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Twitch.Serving.Net;

/// <summary>The networks that this machine is on, and so its own addresses: these too can be such as anybody on the internet may have.</summary>
internal static class LocalNetworks
{
    private const int Ipv4Bits = 32, SubnetBits = 64;    // hosts of one IPv6 network share 64 bits, also where each is told of its own address alone
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(5);

    private static Reading? _last;

    /// <summary>As the interfaces were at most a few seconds ago.</summary>
    public static IReadOnlyList<IPNetwork> Now()
    {
        if (Volatile.Read(ref _last) is { } last && TimeProvider.System.GetElapsedTime(last.Taken) < Age)
            return last.Networks;
        IPNetwork[] networks =
        [
            .. NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(own => Around(own.Address, own.PrefixLength)).Distinct(),
        ];
        Volatile.Write(ref _last, new Reading(TimeProvider.System.GetTimestamp(), networks));
        return networks;
    }

    /// <summary>The network of an interface.</summary>
    /// <param name="address">The interface's address.</param>
    /// <param name="prefix">How many bits its network has; 0 where that is not known, and the address stands for itself.</param>
    public static IPNetwork Around(IPAddress address, int prefix)
    {
        int bits = address.AddressFamily == AddressFamily.InterNetworkV6 ? Math.Min(prefix == 0 ? SubnetBits : prefix, SubnetBits) : prefix == 0 ? Ipv4Bits : prefix;
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
            bytes[i] &= (byte)(0xFF00 >> Math.Clamp(bits - 8 * i, 0, 8));
        return new IPNetwork(new IPAddress(bytes), bits);
    }

    private sealed record Reading(long Taken, IPNetwork[] Networks);
}
