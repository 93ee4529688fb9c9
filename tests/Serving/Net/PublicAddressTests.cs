using System.Net;
using System.Net.NetworkInformation;
using Twitch.Serving.Net;

namespace Twitch.Serving.Tests.Net;

public class PublicAddressTests
{
    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.0")]
    [InlineData("151.101.1.1")]
    [InlineData("2606:4700::1111")]
    [InlineData("2a04:4e42::1")]
    public void Anybody_may_reach_these(string address) => Assert.True(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("168.63.129.16")]
    [InlineData("100.64.0.1")]
    [InlineData("192.0.2.1")]
    [InlineData("0.0.0.0")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::1")]
    [InlineData("::")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::7f00:1")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b::a9fe:a9fe")]
    [InlineData("2002:7f00:1::")]
    [InlineData("2001:0:7f00:1::")]
    [InlineData("fd00::1")]
    [InlineData("fe80::1")]
    [InlineData("ff02::1")]
    public void These_belong_to_this_machine_its_network_or_nobody(string address) => Assert.False(PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("2a04:4e42::1", false)]
    [InlineData("2a04:4e42::ffff:2", false)]
    [InlineData("2a04:4e42:0:1::1", true)]
    [InlineData("2a05:4e42::1", false)]
    [InlineData("2a05:4e42:0:ff::1", false)]
    [InlineData("2a05:4e42:0:100::1", true)]
    [InlineData("2a06::1", false)]
    [InlineData("2a06::2", false)]
    [InlineData("9.8.7.6", false)]
    [InlineData("::ffff:9.8.7.6", false)]
    [InlineData("9.8.7.1", false)]
    [InlineData("9.8.8.1", true)]
    [InlineData("9.9.9.9", false)]
    [InlineData("9.9.9.8", true)]
    [InlineData("9.9.9.7", false)]
    public void Nor_may_public_addresses_of_this_machine_and_its_networks_be_reached(string address, bool isPublic)
    {
        (string Address, int Prefix)[] interfaces = [("2a04:4e42::1", 128), ("2a05:4e42::1", 56), ("2a06::1", 0), ("9.8.7.6", 24), ("9.9.9.9", 32), ("9.9.9.7", 0)];
        IPNetwork[] own = [.. interfaces.Select(one => LocalNetworks.Around(IPAddress.Parse(one.Address), one.Prefix))];

        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address), own));
    }

    [Fact]
    public void The_networks_of_this_machine_are_those_of_its_interfaces()
    {
        IEnumerable<IPAddress> addresses = NetworkInterface.GetAllNetworkInterfaces().SelectMany(one => one.GetIPProperties().UnicastAddresses).Select(own => own.Address);

        Assert.All(addresses, address => Assert.Contains(LocalNetworks.Now(), network => network.Contains(new IPAddress(address.GetAddressBytes()))));
    }
}
