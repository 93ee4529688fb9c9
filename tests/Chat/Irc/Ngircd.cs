using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Twitch.Chat.Tests.Irc;

/// <summary>A real IRC server (ngircd) on loopback, whose password is the bot's token.</summary>
internal sealed class Ngircd : IAsyncDisposable
{
    private readonly string _configuration = Path.GetTempFileName();
    private readonly int _port;
    private Process? _process;

    private Ngircd(string password)
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        File.WriteAllText(_configuration, $"""
            [Global]
                Name = irc.example.net
                Info = a server of a test
                Listen = 127.0.0.1
                Ports = {_port}
                Password = {password}
                MotdPhrase = hello
            [Limits]
                MaxConnectionsIP = 0
                MaxNickLength = 25
                MaxPenaltyTime = 0
            [Options]
                DNS = no
                Ident = no
                PAM = no
            """);
        File.SetUnixFileMode(_configuration, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);    // it changes its user before it reads
    }

    /// <summary>Where the program is; null where it is not installed.</summary>
    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, "ngircd")).FirstOrDefault(File.Exists);

    public Uri Uri => new($"irc://127.0.0.1:{_port}");

    public static async Task<Ngircd> StartAsync(string password)
    {
        var server = new Ngircd(password);
        await server.StartAsync();
        return server;
    }

    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(Program!, ["-n", "-f", _configuration]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (await _process.StandardOutput.ReadLineAsync(Patience.Token) is string line)
        {
            if (line.Contains("Now listening", StringComparison.Ordinal))
            {
                _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);    // its pipes never fill up
                _ = _process.StandardError.ReadToEndAsync(CancellationToken.None);
                return;
            }
        }
        throw new InvalidOperationException($"ngircd did not start: {await _process.StandardError.ReadToEndAsync(Patience.Token)}");
    }

    public async Task StopAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(Patience.Token);
        _process.Dispose();
        _process = null;
    }

    /// <summary>Somebody in the channel: an ordinary client, line by line. Who joins first may kick.</summary>
    public async Task<ServerSide> JoinAsync(string nick, string password, string channel)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _port, Patience.Token);
        var person = new ServerSide(client.GetStream());
        await person.SayAsync($"PASS {password}\r\nNICK {nick}\r\nUSER {nick} 0 * :{nick}");
        await person.HearAsync($":irc.example.net 001 {nick}");
        await person.SayAsync($"JOIN {channel}");
        await person.HearAsync($":irc.example.net 366 {nick}");
        return person;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await StopAsync();
        File.Delete(_configuration);
    }
}
