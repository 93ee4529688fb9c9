using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Twitch.Chat;
using Twitch.Chat.Tests;
using Twitch.Chat.Tests.Irc;

namespace Twitch.Live.Tests;

public class PostArgumentsTests
{
    private const string Secret = "abcdefghij0123456789klmnopqrst";
    private readonly ConcurrentQueue<string> _said = [];

    [Fact]
    public async Task Nothing_is_posted_or_read_unless_asked_for()
    {
        await using ChatLink link = await OpenAsync();

        Assert.Null(link.Poster);
        Assert.Null(link.Own ?? link.Heard);
    }

    [Fact]
    public async Task Without_for_real_it_is_a_dry_run()
    {
        await using ChatLink link = await OpenAsync("--post", "Somebody");

        link.Poster!.Offer("hello");

        Assert.Equal("would post to #somebody: 🤖 hello", await SaidAsync());
    }

    [Theory]
    [InlineData("--post-for-real needs --post, which names the channel.", "--post-for-real")]
    [InlineData("--post-mark needs --post, which names the channel.", "--post-mark", "x")]
    [InlineData("--post-for-real needs --post-as, the login of the bot's account.", "--post", "a", "--post-for-real")]
    [InlineData("--post is 'a QUIT'; it must be a Twitch login: 1 to 25 letters, digits and underscores.", "--post", "a\r\nQUIT")]
    [InlineData("--post-server is 'here'; it must be an address such as irc://localhost:6667.", "--post", "a", "--post-server", "here")]
    public void A_wrong_command_line_says_what_is_wrong(string error, params string[] args) => Assert.Equal([error], Parse(args).Parsed.Errors.Select(e => e.Message));

    [Fact]
    public void The_token_is_no_option() =>
        Assert.DoesNotContain(Parse().Parsed.CommandResult.Command.Options, option => option.Name.Contains("token", StringComparison.Ordinal) && option.Name != "--post-token-file");

    [Fact]
    public async Task A_token_file_that_others_can_read_is_refused()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, Secret, TestContext.Current.CancellationToken);
        using (Process chmod = Process.Start("chmod", ["644", path]))
            await chmod.WaitForExitAsync(TestContext.Current.CancellationToken);
        try
        {
            TwitchException error = await Assert.ThrowsAsync<TwitchException>(
                () => OpenAsync("--post", "a", "--post-for-real", "--post-as", "b", "--post-token-file", path));
            Assert.EndsWith($"run: chmod 600 {path}", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task For_real_it_posts_to_the_server_hears_its_chat_and_is_stopped_from_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        string path = Path.GetTempFileName();    // mode 0600
        await File.WriteAllTextAsync(path, Secret, TestContext.Current.CancellationToken);
        Task<ChatLink> opening = OpenAsync("--post", "chan", "--post-for-real", "--post-as", "our_bot", "--post-token-file", path, "--post-server", $"irc://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using TcpClient client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        using var writer = new StreamWriter(client.GetStream()) { NewLine = "\r\n", AutoFlush = true };
        await HearAsync(reader, "USER");
        await writer.WriteLineAsync(":s 001 our_bot :hi");
        await HearAsync(reader, "JOIN #chan");
        await writer.WriteLineAsync(":s 366 our_bot #chan :end");
        await using ChatLink link = await opening;

        link.Poster!.Offer("hello");
        Assert.Equal("PRIVMSG #chan :🤖 hello", await HearAsync(reader, "PRIVMSG"));
        await writer.WriteLineAsync(":bob!b@c PRIVMSG #chan :nice one");
        Assert.Equal("nice one", (await link.Own!.Comments.ReadAsync(TestContext.Current.CancellationToken)).Text);
        await writer.WriteLineAsync("@badges=moderator/1;mod=1 :mod!m@c PRIVMSG #chan :!stopbot");

        Assert.Equal("posting is stopped: !stopbot was given in #chan", await SaidAsync());
        Assert.Equal("!stopbot was given in #chan", link.Poster.StoppedBecause);
        Assert.DoesNotContain(_said, line => line.Contains(Secret, StringComparison.Ordinal));
        File.Delete(path);
    }

    [Fact]
    public async Task Only_the_channel_that_is_posted_to_stops_posting_whichever_is_read()
    {
        using var irc = new ScriptedServer();
        string path = Path.GetTempFileName();    // mode 0600
        await File.WriteAllTextAsync(path, Secret, TestContext.Current.CancellationToken);
        Task<ChatLink> opening = OpenAsync("--post", "chan", "--post-for-real", "--post-as", "our_bot", "--post-token-file", path, "--post-server", irc.Uri.AbsoluteUri, "--read-chat", "friend");
        using ServerSide friend = await irc.WelcomeAsync(), chan = await irc.WelcomeAsync();
        await using ChatLink link = await opening;

        await friend.SayAsync("@badges=broadcaster/1 :friend!f@f PRIVMSG #friend :!stopbot");
        await friend.SayAsync(":bob!b@c PRIVMSG #friend :nice one");
        Assert.Equal("nice one", (await link.Heard!.Comments.ReadAsync(TestContext.Current.CancellationToken)).Text);
        Assert.Null(link.Poster!.StoppedBecause);
        await chan.SayAsync("@badges=moderator/1;mod=1 :mod!m@c PRIVMSG #chan :!stopbot");

        Assert.Equal("posting is stopped: !stopbot was given in #chan", await SaidAsync());
        Assert.Contains("JOIN #friend", friend.Heard);
        Assert.Contains("JOIN #chan", chan.Heard);
        File.Delete(path);
    }

    [Fact]
    public async Task A_dry_run_reads_the_channel_that_it_is_for_once()
    {
        using var irc = new ScriptedServer();
        Task<ChatLink> opening = OpenAsync("--post", "chan", "--post-server", irc.Uri.AbsoluteUri, "--read-chat", "chan");
        using ServerSide chan = await irc.WelcomeAsync();

        await using ChatLink link = await opening;

        Assert.NotNull(link.Heard);
        Assert.Same(link.Heard, link.Own);
    }

    [Fact]
    public async Task Helix_on_another_server_reads_no_irc_and_says_who_can_stop_it()
    {
        string path = Path.GetTempFileName();    // mode 0600
        await File.WriteAllTextAsync(path, Secret, TestContext.Current.CancellationToken);
        await using WebApplication twitch = await Kestrel.StartAsync(null, app => app.Run(context => context.Response.WriteAsync(context.Request.Path.Value switch
        {
            "/oauth2/validate" => """{"client_id":"c1","login":"our_bot","scopes":["user:write:chat"],"user_id":"42","expires_in":3600}""",
            "/helix/users" => """{"data":[{"id":"7","login":"chan"}]}""",
            _ => """{"data":[{"message_id":"1","is_sent":true}]}""",
        })));

        await using ChatLink link = await OpenAsync("--post", "chan", "--post-for-real", "--post-via", "helix", "--post-token-file", path, "--post-server", $"http://localhost:{Kestrel.Port(twitch)}");

        Assert.Contains("nobody listens in #chan, so !stopbot does not stop the posting there; kill -USR1", await SaidAsync(), StringComparison.Ordinal);
        Assert.Contains("expires in 1:00:00", await SaidAsync(), StringComparison.Ordinal);
        link.Poster!.Offer("hello");
        while (link.Poster.Counts[PostDecision.Sent] == 0)
            await Task.Yield();
        File.Delete(path);
    }

    [Fact]
    public async Task A_signal_stops_posting()
    {
        await using ChatLink link = await OpenAsync("--post", "chan");

        using (Process kill = Process.Start("kill", ["-USR1", $"{Environment.ProcessId}"]))
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal("posting is stopped: SIGUSR1", await SaidAsync());
        while (link.Poster!.StoppedBecause is null)
            await Task.Yield();
        Assert.Equal("SIGUSR1", link.Poster.StoppedBecause);
    }

    private static (PostArguments Arguments, ParseResult Parsed) Parse(params string[] args)
    {
        var arguments = new PostArguments("");
        var command = new Command("watch");
        arguments.AddTo(command);
        return (arguments, command.Parse(args));
    }

    private Task<ChatLink> OpenAsync(params string[] args)
    {
        (PostArguments arguments, ParseResult parsed) = Parse(args);
        Assert.Empty(parsed.Errors);
        return arguments.OpenAsync(parsed, _said.Enqueue, TestContext.Current.CancellationToken);
    }

    private async Task<string> SaidAsync()
    {
        string? line;
        while (!_said.TryDequeue(out line))
            await Task.Yield();
        return line;
    }

    private static async Task<string> HearAsync(StreamReader reader, string start)
    {
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is string line)
        {
            if (line.StartsWith(start, StringComparison.Ordinal))
                return line;
        }
        throw new EndOfStreamException();
    }
}
