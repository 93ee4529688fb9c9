using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Twitch.Serving.Tests.Net;

/// <summary>A web server on loopback that answers each path as it is told, one request a connection.</summary>
internal sealed class ScriptedWeb : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ScriptedWeb()
    {
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
        using (var reader = new StreamReader(client.GetStream(), leaveOpen: true))
        {
            try
            {
                string path = ((await reader.ReadLineAsync()) ?? "").Split(' ')[1];
                while (await reader.ReadLineAsync() is { Length: > 0 })
                {
                }
                Asked.Enqueue(path);
                (string head, byte[] body) = Files.TryGetValue(path, out byte[]? file) ? ("200 OK", file)
                    : Answers.TryGetValue(path, out (string Head, string Body) answer) ? (answer.Head, Encoding.UTF8.GetBytes(answer.Body))
                    : ("404 Not Found", []);
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {head}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
                await client.GetStream().WriteAsync(body);
            }
            catch (IOException)    // it did not want the rest
            {
            }
        }
    }
}
