using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Twitch.Serving.Tests.Net;

/// <summary>A web server on loopback that answers each path as it is told, one request a connection; of https, with a certificate.</summary>
internal sealed class ScriptedWeb : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;

    public ScriptedWeb(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Status line with headers, and body, by path.</summary>
    public ConcurrentDictionary<string, (string Head, string Body)> Answers { get; } = [];

    /// <summary>Bytes by path.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = [];

    /// <summary>Paths that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>A certificate that its own key has signed.</summary>
    /// <param name="host">The name that it is for.</param>
    /// <param name="issuerAt">Where it says that its issuer's certificate lies.</param>
    public static X509Certificate2 CertificateOf(string host, string? issuerAt = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = DateTimeOffset.UtcNow;
        if (issuerAt is null)
            return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, caIssuersUris: [issuerAt]));
        using X509Certificate2 leaf = request.Create(new X500DistinguishedName("CN=unknown issuer"), X509SignatureGenerator.CreateForECDsa(key), now.AddDays(-1), now.AddDays(1), [1]);
        return leaf.CopyWithPrivateKey(key);
    }

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                using Stream stream = await OpenAsync(client);
                using var reader = new StreamReader(stream, leaveOpen: true);
                string path = ((await reader.ReadLineAsync()) ?? "").Split(' ')[1];
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }
                Asked.Enqueue(path);
                (string head, byte[] body) = Files.TryGetValue(path, out byte[]? file) ? ("200 OK", file)
                    : Answers.TryGetValue(path, out (string Head, string Body) answer) ? (answer.Head, Encoding.UTF8.GetBytes(answer.Body))
                    : ("404 Not Found", []);
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
                await stream.WriteAsync(body);
            }
            catch (Exception e) when (e is IOException or AuthenticationException)    // it did not want the rest, or does not trust us
            {
            }
        }
    }

    private async Task<Stream> OpenAsync(TcpClient client)
    {
        if (_certificate is null)
            return client.GetStream();
        var secure = new SslStream(client.GetStream());
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, additionalCertificates: null, offline: true) });
        return secure;
    }
}
