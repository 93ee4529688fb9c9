using System.Text.RegularExpressions;

namespace Twitch.Media;

/// <summary>How an https address is written for an ffmpeg that speaks plain http to a proxy, which speaks TLS for it: <c>https://a.tv/x</c> is
/// <c>http://a.tv.https.invalid:443/x</c>. Paths and queries stay as they are, so what is relative to an address stays so.</summary>
/// <remarks>No host is named <c>.invalid</c> (RFC 6761). The port is always written: without one, 80 would be meant. An IPv6 address has no name that could
/// end so, and its colons become hyphens: <c>https://[2001:db8::1]/</c> is <c>http://2001-db8--1.https6.invalid:443/</c>.</remarks>
public static partial class HttpsMark
{
    /// <summary>What the name of a host ends with, of which https is meant.</summary>
    public const string Name = ".https.invalid";

    private const string Address = ".https6.invalid";
    private const string Host = @"(?<user>[^/?#""\s]*@)?(?:\[(?<address>[0-9A-Fa-f:.]+)\]|(?<name>[^/?#:@""\[\]\s]+?))\.?(?::(?<port>\d+))?(?=[/?#""\s]|$)";
    private const string Marked = @"(?<user>[^/?#\s'""]*@)?(?<host>[^/?#:@\s'""]+?)\.https(?<address>6?)\.invalid(?![\w.-])(?::(?<port>\d+))?";

    /// <summary>Marks an address; one that is not https stays as it is.</summary>
    public static string Put(string address) => Https().Replace(address, Mark);

    /// <summary>Marks the addresses in a line of an HLS playlist: the whole line, and what stands in quotation marks.</summary>
    /// <param name="line">One line, or several.</param>
    /// <param name="isHttps">The playlist's own address is https, so that <c>//host/path</c> is too.</param>
    public static string PutInPlaylist(string line, bool isHttps) => (isHttps ? HttpsOrSame() : HttpsAnywhere()).Replace(line, Mark);

    /// <summary>The address that is meant by a marked one; another stays as it is.</summary>
    public static string Remove(string address) => MarkedAddress().Replace(address, Unmark);

    /// <summary>Takes every mark out of a text for people.</summary>
    public static string RemoveAll(string message) => MarkedAnywhere().Replace(message, Unmark);

    private static string Mark(Match https)
    {
        string host = https.Groups["address"] is { Success: true } address ? address.Value.Replace(':', '-') + Address : https.Groups["name"].Value + Name;
        return $"http://{https.Groups["user"].Value}{host}:{(https.Groups["port"] is { Success: true } port ? port.Value : "443")}";
    }

    private static string Unmark(Match marked)
    {
        string host = marked.Groups["address"].Length > 0 ? $"[{marked.Groups["host"].Value.Replace('-', ':')}]" : marked.Groups["host"].Value;
        bool isAddress = marked.Groups["scheme"].Success;
        string port = marked.Groups["port"] is { Success: true } given ? given.Value : isAddress ? "80" : "443";    // a bare host is shown as one
        return $"{(isAddress ? "https://" : "")}{marked.Groups["user"].Value}{host}{(port == "443" ? "" : ":" + port)}";
    }

    [GeneratedRegex("^https://" + Host, RegexOptions.IgnoreCase)]
    private static partial Regex Https();

    [GeneratedRegex(@"(?<=^|"")https://" + Host, RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex HttpsAnywhere();

    [GeneratedRegex(@"(?<=^|"")(?:https:)?//" + Host, RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex HttpsOrSame();

    [GeneratedRegex("^(?<scheme>http://)" + Marked, RegexOptions.IgnoreCase)]
    private static partial Regex MarkedAddress();

    [GeneratedRegex("(?<scheme>http://)?" + Marked, RegexOptions.IgnoreCase)]
    private static partial Regex MarkedAnywhere();
}
