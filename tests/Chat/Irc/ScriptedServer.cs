using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Twitch.Chat.Tests.Irc;

/// <summary>A server on loopback that says what a test tells it to, and shows what it hears.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;

    public ScriptedServer(X509Certificate2? certificate = null)
    {
        _certificate = certificate;
        _listener.Start();
    }

    public Uri Uri => new($"{(_certificate is null ? "irc" : "ircs")}://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public async Task<ServerSide> AcceptAsync()
    {
        TcpClient client = await _listener.AcceptTcpClientAsync(Patience.Token);
        if (_certificate is null)
            return new(client.GetStream());
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(_certificate);
        return new(tls);
    }

    /// <summary>Accepts, answers the login as Twitch does, and returns when the client has joined.</summary>
    public async Task<ServerSide> WelcomeAsync()
    {
        ServerSide side = await AcceptAsync();
        await side.WelcomeAsync();
        return side;
    }

    public void Dispose() => _listener.Dispose();
}

/// <summary>The server's end of one connection.</summary>
internal sealed class ServerSide(Stream stream) : IDisposable
{
    private readonly StreamReader _reader = new(stream);

    public List<string> Heard { get; } = [];

    /// <summary>The next line; null at the end.</summary>
    public async Task<string?> HearAsync()
    {
        string? line = await _reader.ReadLineAsync(Patience.Token);
        if (line is not null)
            Heard.Add(line);
        return line;
    }

    public async Task<string> HearAsync(string start)
    {
        while (await HearAsync() is string line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
                return line;
        }
        throw new EndOfStreamException($"the client left without '{start}'");
    }

    public async Task SayAsync(string line)
    {
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\r\n"), Patience.Token);
        await stream.FlushAsync(Patience.Token);
    }

    public async Task WelcomeAsync()
    {
        await HearAsync("CAP REQ");
        await SayAsync(":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands");
        string nick = (await HearAsync("NICK "))["NICK ".Length..];
        await SayAsync($":tmi.twitch.tv 001 {nick} :Welcome, GLHF!");
        string channel = (await HearAsync("JOIN "))["JOIN ".Length..];
        await SayAsync($":{nick}!{nick}@{nick}.tmi.twitch.tv JOIN {channel}");
        await SayAsync($":{nick}.tmi.twitch.tv 366 {nick} {channel} :End of /NAMES list");
        await SayAsync($"@badges=;display-name={nick};mod=0 :tmi.twitch.tv USERSTATE {channel}");
    }

    public void Dispose()
    {
        _reader.Dispose();
        stream.Dispose();
    }
}
