using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Twitch.Chat.Irc;

namespace Twitch.Chat.Tests.Irc;

/// <summary>The same conversation over TLS and over WebSockets.</summary>
public class TransportTests
{
    private static readonly ChannelName _channel = ChannelName.Parse("chan");

    [Fact]
    public async Task TLS_with_the_pinned_certificate_carries_the_conversation()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned("localhost");
        using var listener = new ScriptedServer(certificate);
        await using IrcSink sink = Sink(listener.Uri, certificate);

        Task opening = sink.OpenAsync(Patience.Token);
        using ServerSide server = await listener.AcceptAsync();
        await SpeakAsync(sink, server, opening);
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("irc.example.org", true)]
    public async Task A_certificate_that_is_not_trusted_or_not_the_hosts_gets_no_token(string host, bool pinned)
    {
        using X509Certificate2 certificate = Certificates.SelfSigned(host), other = Certificates.SelfSigned("localhost");
        using var listener = new ScriptedServer(certificate);
        await using var sink = new IrcSink(Options(listener.Uri, pinned ? certificate : other) with { FirstAttempts = 1 }, _channel);

        Task opening = sink.OpenAsync(Patience.Token);
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using ServerSide server = await listener.AcceptAsync();
            Assert.Null(await server.HearAsync());
            throw new EndOfStreamException();
        });

        TwitchException error = await Assert.ThrowsAsync<TwitchException>(() => opening);
        Assert.Equal(ExitCode.SourceLost, error.ExitCode);
        Assert.Contains("certificate", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_WebSocket_carries_the_conversation(bool tls)
    {
        using X509Certificate2 certificate = Certificates.SelfSigned("localhost");
        var accepted = new TaskCompletionSource<WebSocket>();
        var done = new TaskCompletionSource();
        await using WebApplication kestrel = await Kestrel.StartAsync(tls ? certificate : null, app =>
        {
            app.UseWebSockets();
            app.Run(async context =>
            {
                accepted.SetResult(await context.WebSockets.AcceptWebSocketAsync());
                await done.Task;
            });
        });
        await using IrcSink sink = Sink(new($"{(tls ? "wss" : "ws")}://localhost:{Kestrel.Port(kestrel)}"), certificate);

        Task opening = sink.OpenAsync(Patience.Token);
        using (var server = new ServerSide(WebSocketStream.Create(await accepted.Task, WebSocketMessageType.Text, ownsWebSocket: true)))
            await SpeakAsync(sink, server, opening);
        done.SetResult();
    }

    [Theory]
    [InlineData("irc://irc.chat.twitch.tv:6667", "in the clear")]
    [InlineData("ws://irc-ws.chat.twitch.tv", "in the clear")]
    [InlineData("http://localhost", "no IRC server")]
    public void An_address_that_would_show_the_token_is_refused(string server, string why)
    {
        using X509Certificate2 certificate = Certificates.SelfSigned("localhost");

        TwitchException error = Assert.Throws<TwitchException>(() => Sink(new(server), certificate));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    private static async Task SpeakAsync(IrcSink sink, ServerSide server, Task opening)
    {
        await server.WelcomeAsync();
        await opening;
        Task<SendResult> sending = sink.SendAsync(PostText.TryCreate("grüße 🤖")!, Patience.Token);
        Assert.Equal("PRIVMSG #chan :grüße 🤖", await server.HearAsync("PRIVMSG"));
        await server.SayAsync("PING :one\r\n@id=1 :tmi.twitch.tv USERSTATE #chan");    // two lines in one message
        Assert.Equal("PONG one", await server.HearAsync("PONG"));
        Assert.Equal(SendStatus.Sent, (await sending).Status);
    }

    private static IrcSink Sink(Uri server, X509Certificate2 trusted) => new(Options(server, trusted), _channel);

    private static IrcOptions Options(Uri server, X509Certificate2 trusted) => new()
    {
        Server = server,
        Nick = ChannelName.Parse("ourbot"),
        Token = TokenSource.Of(AccessToken.TryParse("abcdefghij0123456789")!),
        TrustedRoots = [trusted],
    };
}
