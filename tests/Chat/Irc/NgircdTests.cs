using System.Collections.Concurrent;
using Twitch.Chat.Irc;
using Twitch.Chat.Reading;

namespace Twitch.Chat.Tests.Irc;

/// <summary>Against a real IRC server; the scripted one covers the same where ngircd is not installed.</summary>
public sealed class NgircdTests : IAsyncLifetime
{
    private const string Secret = "abcdefghij0123456789klmnopqrst", Password = $"oauth:{Secret}";
    private static readonly ChannelName _channel = ChannelName.Parse("chan"), _nick = ChannelName.Parse("our_bot");
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<string> _reports = [];
    private readonly ChatFeed _feed = new(_channel, _nick);
    private Ngircd? _server;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Ngircd.Program is not null, "ngircd is not installed; 'apt-get install ngircd' brings it.");
        _server = await Ngircd.StartAsync(Password);
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_post_is_heard_once_as_one_line_whatever_was_in_it()
    {
        using ServerSide viewer = await _server!.JoinAsync("viewer", Password, "#chan");
        await using IrcSink sink = await OpenAsync();

        foreach (string comment in (string[])["one\r\nQUIT :gone", "two\nPRIVMSG #chan :forged", "three\0\r\nJOIN #other", "/quit four", "grüße 🤖"])
            await SendAsync(sink, comment);

        foreach (string said in (string[])["one QUIT :gone", "two PRIVMSG #chan :forged", "three JOIN #other", "quit four", "grüße 🤖"])
            Assert.EndsWith($" PRIVMSG #chan :{said}", await PostAsync(viewer), StringComparison.Ordinal);
        Assert.Equal(0, sink.ReconnectCount);
        Assert.DoesNotContain(viewer.Heard, line => line.Contains("QUIT :gone", StringComparison.Ordinal) && !line.Contains("PRIVMSG", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_longest_post_does_not_break_the_connection()
    {
        using ServerSide viewer = await _server!.JoinAsync("viewer", Password, "#chan");
        await using IrcSink sink = await OpenAsync();

        await SendAsync(sink, string.Concat(Enumerable.Repeat("🤖", 250)));
        await SendAsync(sink, "after");

        Assert.Contains(":🤖🤖", await PostAsync(viewer), StringComparison.Ordinal);
        Assert.EndsWith(" PRIVMSG #chan :after", await PostAsync(viewer), StringComparison.Ordinal);
        Assert.Equal(0, sink.ReconnectCount);
    }

    [Fact]
    public async Task A_wrong_password_is_a_refused_login()
    {
        await using var sink = new IrcSink(Options() with { Token = TokenSource.Of(AccessToken.TryParse("wrongtoken0123456789")!) }, _channel, report: _reports.Enqueue);

        TwitchException error = await Assert.ThrowsAsync<TwitchException>(() => sink.OpenAsync(Patience.Token));

        Assert.Contains("the login as our_bot was refused", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrongtoken", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_reports);
    }

    [Fact]
    public async Task Kicked_it_joins_again_and_speaks()
    {
        using ServerSide op = await _server!.JoinAsync("op", Password, "#chan");
        await using IrcSink sink = await OpenAsync();
        await op.HearAsync(":our_bot!");    // its JOIN

        await op.SayAsync("KICK #chan our_bot :bad bot");
        await RejoinedAsync(op);
        await SendAsync(sink, "back");

        Assert.EndsWith(" PRIVMSG #chan :back", await PostAsync(op), StringComparison.Ordinal);
        Assert.Equal("#chan: kicked from #chan: bad bot; connecting again", _reports.First());
    }

    [Fact]
    public async Task A_server_that_restarts_is_found_again()
    {
        await using IrcSink sink = await OpenAsync();

        await _server!.StopAsync();
        while (_reports.Count < 2)    // lost, then not to be had
            await Task.Yield();
        await _server.StartAsync();
        using ServerSide viewer = await _server.JoinAsync("viewer", Password, "#chan");
        await _clock.PassAsync(TimeSpan.FromSeconds(1));
        await viewer.HearAsync(":our_bot!");    // its JOIN
        await SendAsync(sink, "found you");

        Assert.EndsWith(" PRIVMSG #chan :found you", await PostAsync(viewer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_others_is_read()
    {
        ServerSide[] viewers = [.. await Task.WhenAll(Enumerable.Range(0, 5).Select(n => _server!.JoinAsync($"viewer{n}", Password, "#chan")))];
        await using IrcSink sink = await OpenAsync();

        foreach (ServerSide viewer in viewers)    // the server itself lets each through at ten lines a second
            await viewer.SayAsync(string.Join("\r\n", Enumerable.Range(0, 20).Select(n => $"PRIVMSG #chan :flood {n}")));
        for (int read = 0; read < 100; read++)
            await _feed.Comments.ReadAsync(Patience.Token);

        Assert.Equal(100, _feed.KeptCount);
        Array.ForEach(viewers, viewer => viewer.Dispose());
        Assert.Equal(0, sink.ReconnectCount);
    }

    [Fact]
    public async Task A_flood_of_our_own_reaches_the_chat_within_the_limit()
    {
        using ServerSide viewer = await _server!.JoinAsync("viewer", Password, "#chan");
        int decided = 0;
        IrcSink sink = Sink();
        await using var poster = new ChatPoster(sink, new PostOptions { Gap = TimeSpan.Zero, Capacity = 1000 }, _ => Interlocked.Increment(ref decided), time: _clock);
        await poster.StartAsync(Patience.Token);

        for (int i = 0; i < 1000; i++)
            poster.Offer($"flood {i % 500}");    // each twice
        for (int i = 0; i < 18; i++)
        {
            Assert.EndsWith($" PRIVMSG #chan :🤖 flood {i}", await PostAsync(viewer), StringComparison.Ordinal);
            await _clock.PassAsync(TimeSpan.FromMilliseconds(1));    // nobody objected
        }
        poster.Stop("enough");
        await viewer.SayAsync("PING end");
        await viewer.HearAsync(":irc.example.net PONG");

        Assert.Equal(18, viewer.Heard.Count(line => line.Contains("flood", StringComparison.Ordinal)));
        while (Volatile.Read(ref decided) < 1000)
            await Task.Yield();
        Assert.Equal("18 of 1000 comments posted, 982 while stopped", poster.Counts.ToString());
    }

    private IrcOptions Options() => new() { Server = _server!.Uri, Nick = _nick, Token = TokenSource.Of(AccessToken.TryParse(Secret)!), ConfirmationTimeout = TimeSpan.FromMilliseconds(1) };

    private IrcSink Sink() => new(Options(), _channel, _feed.Accept, _reports.Enqueue, _clock);

    private async Task<IrcSink> OpenAsync()
    {
        IrcSink sink = Sink();
        await sink.OpenAsync(Patience.Token);
        return sink;
    }

    // The server may still see the old connection when the new one asks for its name; then the next attempt comes a second later.
    private async Task RejoinedAsync(ServerSide op)
    {
        Task<string> joined = op.HearAsync(":our_bot!");
        while (!joined.IsCompleted)
        {
            if (_reports.Count > 1)
                _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(joined, Task.Delay(10, Patience.Token));
        }
        if ((await joined).Contains(" QUIT ", StringComparison.Ordinal))
            await op.HearAsync(":our_bot!");
    }

    private static async Task<string> PostAsync(ServerSide viewer)
    {
        while (true)
        {
            string line = await viewer.HearAsync(":our_bot!");
            if (line.Contains(" PRIVMSG ", StringComparison.Ordinal))
                return line;
        }
    }

    private async Task SendAsync(IrcSink sink, string comment)
    {
        Task<SendResult> sending = sink.SendAsync(PostText.TryCreate(comment)!, Patience.Token);
        await _clock.PassAsync(TimeSpan.FromMilliseconds(1));    // this server says nothing when all is well
        Assert.Equal(SendStatus.Sent, (await sending).Status);
    }
}
