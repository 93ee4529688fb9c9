using System.Collections.Concurrent;
using System.Threading.Channels;
using Twitch.Chat.Irc;
using Twitch.Chat.Reading;

namespace Twitch.Chat.Tests.Irc;

public sealed class IrcSinkTests : IDisposable
{
    private const string Secret = "abcdefghij0123456789klmnopqrst";
    private static readonly ChannelName _channel = ChannelName.Parse("chan");
    private readonly ScriptedServer _server = new();
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<string> _reports = [];
    private readonly Channel<IrcMessage> _received = Channel.CreateUnbounded<IrcMessage>();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task It_logs_in_joins_and_speaks()
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);
        Assert.Equal(["CAP REQ :twitch.tv/tags twitch.tv/commands", $"PASS oauth:{Secret}", "NICK ourbot"], server.Heard.Take(3));

        Task<SendResult> sending = sink.SendAsync(PostText.TryCreate("hi :) all")!, Patience.Token);
        Assert.Equal("PRIVMSG #chan :hi :) all", await server.HearAsync("PRIVMSG"));
        await server.SayAsync("@id=1234;mod=0 :tmi.twitch.tv USERSTATE #chan");

        Assert.Equal(new(SendStatus.Sent), await sending);
    }

    [Fact]
    public async Task The_order_of_the_login_is_CAP_PASS_NICK_then_END_and_JOIN()
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);

        Assert.Equal(["CAP", "PASS", "NICK", "USER", "CAP", "JOIN"], server.Heard.Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task Silence_after_a_post_is_consent()
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);

        Task<SendResult> sending = sink.SendAsync(PostText.TryCreate("hi")!, Patience.Token);
        await _clock.PassAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(SendStatus.Sent, (await sending).Status);
    }

    [Theory]
    [InlineData("You will be able to talk again in 87 seconds.", 87)]
    [InlineData("You are timed out for 540 more seconds.", 540)]
    [InlineData("You are banned from talking in chan for 1 more second.", 1)]
    [InlineData("Talk again in 1 minute 27 seconds.", 87)]
    [InlineData("Timed out for 2w.", 14 * 86_400)]
    [InlineData("Timed out for 9999999 weeks.", 15 * 86_400)]
    [InlineData("Slow mode.", null)]
    [InlineData("Talk again in 0 seconds.", null)]
    [InlineData("Only 5 messages of room1 s2.", null)]
    public void Twitchs_words_say_how_long_to_wait(string words, int? seconds) => Assert.Equal(seconds, ChatNotice.Wait(words)?.TotalSeconds);

    [Theory]
    [InlineData("msg_ratelimit", SendStatus.RateLimited, 30)]
    [InlineData("msg_duplicate", SendStatus.Duplicate, 0)]
    [InlineData("msg_slowmode", SendStatus.RateLimited, 10)]
    [InlineData("msg_rejected", SendStatus.Refused, 0)]
    [InlineData("msg_subsonly", SendStatus.Refused, 60)]
    [InlineData("msg_banned", SendStatus.Forbidden, 0)]
    public async Task A_notice_says_what_became_of_a_post(string id, SendStatus status, int pause)
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);

        Task<SendResult> sending = sink.SendAsync(PostText.TryCreate("hi")!, Patience.Token);
        await server.HearAsync("PRIVMSG");
        await server.SayAsync("@msg-id=slow_on :tmi.twitch.tv NOTICE #chan :This room is now in slow mode.");    // no answer
        await server.SayAsync($"@msg-id={id} :tmi.twitch.tv NOTICE #chan :Not so.");

        Assert.Equal(new(status, $"Not so. ({id})", TimeSpan.FromSeconds(pause)), await sending);
    }

    [Theory]
    [InlineData(":tmi.twitch.tv NOTICE * :Login authentication failed")]
    [InlineData(":tmi.twitch.tv NOTICE * :Improperly formatted auth")]
    [InlineData(":server 464 ourbot :Password incorrect")]
    [InlineData("ERROR :Access denied: Bad server password")]
    public async Task A_refused_login_is_an_error_and_is_not_tried_again(string answer)
    {
        await using IrcSink sink = Sink();
        Task opening = sink.OpenAsync(Patience.Token);
        using ServerSide server = await _server.AcceptAsync();
        await server.HearAsync("NICK");
        await server.SayAsync($"{answer} {Secret}");

        TwitchException error = await Assert.ThrowsAsync<TwitchException>(() => opening);

        Assert.Contains("the login as ourbot was refused", error.Message, StringComparison.Ordinal);
        Assert.Contains("(access token)", error.Message, StringComparison.Ordinal);    // what the server quoted
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_reports);
        Assert.Equal(0, sink.ReconnectCount);
        await Assert.ThrowsAsync<TwitchException>(() => sink.SendAsync(PostText.TryCreate("hi")!, Patience.Token));
    }

    [Fact]
    public async Task A_lost_connection_is_made_anew_after_0_1_2_4_8_and_8_seconds()
    {
        await using IrcSink sink = Sink();
        using (await OpenAsync(sink))
        {
        }
        using (await _server.WelcomeAsync())    // at once
        {
        }
        foreach (int seconds in (int[])[1, 2, 4, 8, 8])
        {
            await _clock.PassAsync(TimeSpan.FromSeconds(seconds));
            using (await _server.WelcomeAsync())
            {
            }
        }
        await _clock.PassAsync(TimeSpan.FromSeconds(8));
        using ServerSide last = await _server.WelcomeAsync();

        Assert.Equal(7, sink.ReconnectCount);
        Assert.Equal(
            ["now", "1 s", "2 s", "4 s", "8 s", "8 s", "8 s"], _reports.Select(line => line.Split(" again in ") is [_, var wait] ? wait : "now"));
    }

    [Fact]
    public async Task After_a_connection_that_held_the_waits_begin_anew()
    {
        await using IrcSink sink = Sink();
        using (await OpenAsync(sink))
        {
        }
        using (await _server.WelcomeAsync())    // at once
        {
        }
        await _clock.PassAsync(TimeSpan.FromSeconds(1));
        using (ServerSide steady = await _server.WelcomeAsync())
        {
            await JoinedAsync(sink, steady);
            _clock.Advance(TimeSpan.FromSeconds(30));
        }

        using ServerSide next = await _server.WelcomeAsync();    // at once again

        Assert.Equal(3, sink.ReconnectCount);
    }

    [Theory]
    [InlineData(":tmi.twitch.tv RECONNECT", "the server asked for a new connection")]
    [InlineData(":op!op@op KICK #chan ourbot :bad bot", "kicked from #chan: bad bot")]
    [InlineData(":ourbot!ourbot@x PART #chan", "removed from #chan")]
    [InlineData("ERROR :Closing link", "the server closed the connection: Closing link")]
    public async Task It_comes_back_when_it_is_sent_away(string order, string reason)
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);

        await server.SayAsync(":op!op@op KICK #chan somebody :not us");
        await server.SayAsync(order);
        using ServerSide again = await _server.WelcomeAsync();
        Task<SendResult> sending = sink.SendAsync(PostText.TryCreate("back")!, Patience.Token);

        Assert.Equal("PRIVMSG #chan :back", await again.HearAsync("PRIVMSG"));
        await again.SayAsync("@id=1 :tmi.twitch.tv USERSTATE #chan");
        Assert.Equal(SendStatus.Sent, (await sending).Status);
        Assert.Equal([$"#chan: {reason}; connecting again"], _reports);
    }

    [Fact]
    public async Task A_post_that_may_have_been_heard_is_not_said_again()
    {
        await using IrcSink sink = Sink();
        ServerSide server = await OpenAsync(sink);
        Task<SendResult> sending = sink.SendAsync(PostText.TryCreate("once")!, Patience.Token);
        await server.HearAsync("PRIVMSG");

        server.Dispose();
        using ServerSide again = await _server.WelcomeAsync();
        await JoinedAsync(sink, again);

        Assert.Equal(SendStatus.Failed, (await sending).Status);
        Assert.DoesNotContain(again.Heard, line => line.StartsWith("PRIVMSG #chan :once", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_ping_is_answered_with_its_own_words()
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);

        await server.SayAsync("PING :tmi twitch tv");

        Assert.Equal("PONG :tmi twitch tv", await server.HearAsync("PONG"));
    }

    [Fact]
    public async Task A_silent_server_is_asked_and_a_dead_one_left()
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);
        await JoinedAsync(sink, server);

        await _clock.PassAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("PING still-there", await server.HearAsync("PING"));
        await server.SayAsync(":tmi.twitch.tv PONG tmi.twitch.tv :still-there");
        await server.SayAsync(":somebody!s@s PRIVMSG #chan :alive");
        Assert.Equal("alive", (await ReceivedAsync("PRIVMSG")).Trailing);
        await _clock.PassAsync(TimeSpan.FromSeconds(60));
        await server.HearAsync("PING");
        await _clock.PassAsync(TimeSpan.FromSeconds(10));

        using ServerSide again = await _server.WelcomeAsync();
        Assert.Equal(["#chan: no answer to PING within 10 s; connecting again"], _reports);
    }

    [Fact]
    public async Task A_server_that_says_nothing_at_login_is_left_and_given_up()
    {
        await using IrcSink sink = Sink();
        Task opening = sink.OpenAsync(Patience.Token);
        foreach (int wait in (int[])[0, 0, 1, 2, 4])
        {
            if (wait > 0)
                await _clock.PassAsync(TimeSpan.FromSeconds(wait));
            using ServerSide mute = await _server.AcceptAsync();
            await mute.HearAsync("USER");
            _clock.Advance(TimeSpan.FromSeconds(15));
            Assert.Null(await mute.HearAsync());
        }

        TwitchException error = await Assert.ThrowsAsync<TwitchException>(() => opening);

        Assert.Equal(ExitCode.SourceLost, error.ExitCode);
        Assert.Contains("no login within 15 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_fits_into_512_bytes_and_ends_with_a_whole_character()
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);

        _ = sink.SendAsync(PostText.TryCreate(string.Concat(Enumerable.Repeat("🤖", 250)))!, Patience.Token);
        string line = await server.HearAsync("PRIVMSG");

        Assert.Equal("PRIVMSG #chan :".Length + 4 * ((510 - "PRIVMSG #chan :".Length) / 4), System.Text.Encoding.UTF8.GetByteCount(line));
        Assert.EndsWith("🤖", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_and_endless_lines_are_passed_over()
    {
        await using IrcSink sink = Sink();
        using ServerSide server = await OpenAsync(sink);

        await server.SayAsync(new string('x', 100_000));
        await server.SayAsync("\0\u0001<html>");
        await server.SayAsync("PING");
        await server.SayAsync(":bob!b@b PRIVMSG #chan :still here");

        Assert.Equal("still here", (await ReceivedAsync("PRIVMSG")).Trailing);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task A_flood_is_read_and_pings_in_it_are_answered()
    {
        const int lines = 20_000;
        var feed = new ChatFeed(_channel, capacity: 64);
        var last = new TaskCompletionSource();
        await using var sink = new IrcSink(Options(), _channel, message =>
        {
            feed.Accept(message);
            if (message.Trailing == "the last")
                last.SetResult();
        }, _reports.Enqueue, _clock);
        using ServerSide server = await OpenAsync(sink);

        for (int i = 0; i < lines; i += 100)
            await server.SayAsync(string.Join("\r\n", Enumerable.Range(i, 100).Select(n => $"@badges=;tmi-sent-ts=1 :bob!b@b PRIVMSG #chan :flood {n}").Append($"PING {i}")));
        await server.SayAsync(":bob!b@b PRIVMSG #chan :the last");
        await last.Task;

        Assert.Equal((lines + 1, lines + 1 - 64, 64), (feed.KeptCount, feed.OverflowCount, feed.Comments.Count));
        await server.HearAsync($"PONG {lines - 100}");
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task The_token_is_in_no_report_and_in_no_message_handed_on()
    {
        await using IrcSink sink = Sink();
        ServerSide server = await OpenAsync(sink);
        Task<SendResult> sending = sink.SendAsync(PostText.TryCreate("hi")!, Patience.Token);
        await server.HearAsync("PRIVMSG");
        await server.SayAsync($"@msg-id=msg_rejected :tmi.twitch.tv NOTICE #chan :bad {Secret}");
        SendResult result = await sending;
        await server.SayAsync($"ERROR :oauth:{Secret} is in use");
        server.Dispose();
        using ServerSide again = await _server.WelcomeAsync();

        string all = $"{result} {string.Join('\n', _reports)} {sink} {sink.Description}";
        Assert.Contains("(access token)", all, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, all, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_reader_needs_no_login_and_cannot_speak()
    {
        await using var reader = new IrcClient(new IrcOptions { Server = _server.Uri }, _channel, message => _received.Writer.TryWrite(message), time: _clock);
        Task opening = reader.OpenAsync(Patience.Token);
        using ServerSide server = await _server.WelcomeAsync();
        await opening;

        await server.SayAsync(":bob!b@b PRIVMSG #chan :hi");

        Assert.Equal("hi", (await ReceivedAsync("PRIVMSG")).Trailing);
        Assert.DoesNotContain(server.Heard, line => line.StartsWith("PASS", StringComparison.Ordinal));
        Assert.Contains(server.Heard, line => line.StartsWith("NICK justinfan", StringComparison.Ordinal));
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.SayAsync(PostText.TryCreate("hi")!, Patience.Token));
    }

    private IrcOptions Options() => new() { Server = _server.Uri, Nick = ChannelName.Parse("ourbot"), Token = TokenSource.Of(AccessToken.TryParse(Secret)!) };

    private IrcSink Sink() => new(Options(), _channel, message => _received.Writer.TryWrite(message), _reports.Enqueue, _clock);

    private async Task<ServerSide> OpenAsync(IrcSink sink)
    {
        Task opening = sink.OpenAsync(Patience.Token);
        ServerSide server = await _server.WelcomeAsync();
        await opening;
        return server;
    }

    // The client's last step of a login can lag behind the server's; a line that came through shows that it is done.
    private async Task JoinedAsync(IrcSink sink, ServerSide server)
    {
        await sink.OpenAsync(Patience.Token);
        await server.SayAsync(":somebody!s@s PRIVMSG #chan :marker");
        while ((await ReceivedAsync("PRIVMSG")).Trailing != "marker")
        {
        }
    }

    private async Task<IrcMessage> ReceivedAsync(string command)
    {
        while (true)
        {
            IrcMessage message = await _received.Reader.ReadAsync(Patience.Token);
            if (message.Command == command)
                return message;
        }
    }
}
