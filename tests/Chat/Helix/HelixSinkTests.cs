using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Twitch.Chat.Helix;

namespace Twitch.Chat.Tests.Helix;

public sealed class HelixSinkTests : IAsyncLifetime
{
    private const string Secret = "abcdefghij0123456789klmnopqrst", Renewed = "renewedtoken0123456789";
    private const string UserOwner = """{"client_id":"client1","login":"ourbot","scopes":["user:write:chat"],"user_id":"42","expires_in":5000}""";
    private const string AppOwner = """{"client_id":"client1","scopes":[],"expires_in":5000}""";
    private const string Users = """{"data":[{"id":"7","login":"chan"},{"id":"42","login":"ourbot"}]}""";
    private const string Said = """{"data":[{"message_id":"abc","is_sent":true}]}""";

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2025, 3, 10, 20, 0, 0, TimeSpan.Zero));
    private readonly ConcurrentQueue<string> _asked = [];
    private readonly ConcurrentQueue<string> _posted = [];
    private readonly ConcurrentQueue<string> _reports = [];
    private WebApplication? _server;
    private Func<string, (int Status, string Body)> _validate = _ => (200, UserOwner);
    private Func<HttpContext, (int Status, string Body)> _answer = _ => (200, Said);

    public async ValueTask InitializeAsync() => _server = await Kestrel.StartAsync(null, app => app.Run(ServeAsync));

    public async ValueTask DisposeAsync() => await _server!.DisposeAsync();

    [Fact]
    public async Task A_users_token_speaks_for_its_user()
    {
        await using HelixSink sink = Sink();
        await sink.OpenAsync(Patience.Token);

        SendResult result = await SendAsync(sink, "hi \"all\" 🤖");

        Assert.Equal(new(SendStatus.Sent), result);
        Assert.False(sink.ShowsBotBadge);
        JsonElement message = JsonDocument.Parse(Assert.Single(_posted)).RootElement;
        Assert.Equal(("7", "42", "hi \"all\" 🤖"), (message.GetProperty("broadcaster_id").GetString(), message.GetProperty("sender_id").GetString(), message.GetProperty("message").GetString()));
        Assert.Equal([$"GET /oauth2/validate OAuth {Secret} ", $"GET /helix/users?login=chan Bearer {Secret} client1", $"POST /helix/chat/messages Bearer {Secret} client1"], _asked);
    }

    [Fact]
    public async Task An_apps_token_speaks_for_the_named_bot_and_shows_the_badge()
    {
        _validate = _ => (200, AppOwner);
        await using HelixSink sink = Sink(sender: "ourbot");

        await sink.OpenAsync(Patience.Token);
        await SendAsync(sink, "hi");

        Assert.True(sink.ShowsBotBadge);
        Assert.Contains("\"sender_id\":\"42\"", Assert.Single(_posted), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_broadcaster_has_no_badge_so_its_posts_need_a_mark()
    {
        _validate = _ => (200, AppOwner);
        await using var poster = new ChatPoster(Sink(sender: "chan"), new PostOptions { Mark = "" });

        TwitchException error = await Assert.ThrowsAsync<TwitchException>(() => poster.StartAsync(Patience.Token));

        Assert.Contains("a bot that is not the broadcaster", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AppOwner, null, "name the bot's login")]
    [InlineData("""{"client_id":"client1","login":"ourbot","scopes":["chat:read"],"user_id":"42"}""", null, "lacks the scope user:write:chat")]
    [InlineData(UserOwner, "another", "is ourbot's, not another's")]
    [InlineData("""{"client_id":"a\r\nb","user_id":"42"}""", null, "cannot be used")]
    [InlineData("null", null, "cannot be used")]
    [InlineData("[]", null, "cannot be used")]
    public async Task What_cannot_work_is_said_at_once(string owner, string? sender, string why)
    {
        _validate = _ => (200, owner);
        await using HelixSink sink = Sink(sender);

        TwitchException error = await Assert.ThrowsAsync<TwitchException>(() => sink.OpenAsync(Patience.Token));

        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_channel_that_does_not_exist_is_said_at_once()
    {
        await using HelixSink sink = Sink(channel: "nobody");

        Assert.Contains("knows no user nobody", (await Assert.ThrowsAsync<TwitchException>(() => sink.OpenAsync(Patience.Token))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dead_token_is_an_error_that_does_not_show_it()
    {
        _validate = token => (401, $$"""{"status":401,"message":"invalid access token {{token}}"}""");
        await using HelixSink sink = Sink();

        TwitchException error = await Assert.ThrowsAsync<TwitchException>(() => sink.OpenAsync(Patience.Token));

        Assert.Contains("401 Unauthorized: invalid access token (access token)", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, """{"data":[{"message_id":"","is_sent":false,"drop_reason":{"code":"msg_duplicate","message":"Already said."}}]}""", SendStatus.Duplicate, "Already said. (msg_duplicate)")]
    [InlineData(200, """{"data":[{"message_id":"","is_sent":false,"drop_reason":{"code":"channel_settings","message":"Blocked."}}]}""", SendStatus.Refused, "Blocked. (channel_settings)")]
    [InlineData(200, """{"data":[{"message_id":"","is_sent":false,"drop_reason":{"code":"msg_banned","message":"Banned."}}]}""", SendStatus.Forbidden, "Banned. (msg_banned)")]
    [InlineData(200, """{"data":[]}""", SendStatus.Failed, "an answer without data")]
    [InlineData(200, "{}", SendStatus.Failed, "an answer without data")]
    [InlineData(403, """{"error":"Forbidden","message":"The sender may not speak."}""", SendStatus.Forbidden, "403 Forbidden: The sender may not speak.")]
    [InlineData(400, """{"message":"The ID is wrong."}""", SendStatus.Refused, "400 Bad Request: The ID is wrong.")]
    [InlineData(422, "too long", SendStatus.Refused, "422 Unprocessable Entity")]
    [InlineData(503, "<html>", SendStatus.Failed, "503 Service Unavailable")]
    [InlineData(302, "", SendStatus.Failed, "302 Found")]
    public async Task An_answer_says_what_became_of_a_post(int status, string body, SendStatus expected, string detail)
    {
        _answer = _ => (status, body);
        await using HelixSink sink = await OpenAsync();

        SendResult result = await SendAsync(sink, "hi");

        Assert.Equal((expected, detail), (result.Status, result.Detail));
        Assert.Single(_posted);
    }

    [Theory]
    [InlineData("17", 17)]
    [InlineData("-100", 1)]
    [InlineData("100000", 300)]
    [InlineData("soon", 30)]
    [InlineData(null, 30)]
    public async Task Too_many_requests_are_waited_out_until_the_servers_reset(string? secondsFromNow, int pause)
    {
        _answer = context =>
        {
            if (secondsFromNow is not null)
                context.Response.Headers["Ratelimit-Reset"] = int.TryParse(secondsFromNow, out int seconds) ? $"{_clock.GetUtcNow().ToUnixTimeSeconds() + seconds}" : secondsFromNow;
            return (429, """{"message":"slow"}""");
        };
        await using HelixSink sink = await OpenAsync();

        SendResult result = await SendAsync(sink, "hi");

        Assert.Equal((SendStatus.RateLimited, TimeSpan.FromSeconds(pause)), (result.Status, result.RetryAfter));
    }

    [Theory]
    [InlineData("user_timed_out", "You are timed out for 540 more seconds.", SendStatus.RateLimited, 540)]
    [InlineData("user_timed_out", "You may not chat now.", SendStatus.RateLimited, 60)]
    [InlineData("msg_timedout", "You are timed out for 9m 0s.", SendStatus.RateLimited, 540)]
    [InlineData("msg_slowmode", "This room is in slow mode. You will be able to talk again in 87 seconds.", SendStatus.RateLimited, 87)]
    [InlineData("followers_only_mode", "Followers of 10 minutes may chat.", SendStatus.Refused, 60)]
    [InlineData("user_banned", "Banned.", SendStatus.Forbidden, 0)]
    public async Task Nothing_is_sent_for_as_long_as_Twitch_says(string code, string words, SendStatus status, int pause)
    {
        _answer = _ => (200, $$$"""{"data":[{"message_id":"","is_sent":false,"drop_reason":{"code":"{{{code}}}","message":"{{{words}}}"}}]}""");
        await using HelixSink sink = await OpenAsync();

        Assert.Equal(new(status, $"{words} ({code})", TimeSpan.FromSeconds(pause)), await SendAsync(sink, "hi"));
    }

    [Fact]
    public async Task An_error_page_of_an_unknown_charset_is_a_failure_like_any_other()
    {
        _answer = context =>
        {
            context.Response.ContentType = "text/html; charset=utf8mb4";
            return (502, "<html>bad gateway</html>");
        };
        var outcomes = Channel.CreateUnbounded<PostOutcome>();
        await using var poster = new ChatPoster(Sink(), new PostOptions { Gap = TimeSpan.Zero }, outcome => outcomes.Writer.TryWrite(outcome));
        await poster.StartAsync(Patience.Token);

        poster.Offer("one");
        PostOutcome failed = await outcomes.Reader.ReadAsync(Patience.Token);
        _answer = context =>
        {
            context.Response.ContentType = "application/json; charset=x-none";
            return (200, Said);
        };
        poster.Offer("two");

        Assert.Equal((PostDecision.Failed, "502 Bad Gateway"), (failed.Decision, failed.Detail));
        Assert.Equal(PostDecision.Sent, (await outcomes.Reader.ReadAsync(Patience.Token)).Decision);
        Assert.Null(poster.StoppedBecause);
    }

    [Theory]
    [InlineData(5000, "warning: the chat token of a token given by the host expires in 1:23:20, at 2025-03-10 21:23 UTC;")]
    [InlineData(86_400, null)]
    [InlineData(0, null)]
    public async Task That_a_token_will_not_last_is_said_when_it_is_checked(int seconds, string? said)
    {
        _validate = _ => (200, UserOwner.Replace("5000", $"{seconds}", StringComparison.Ordinal));
        await using HelixSink sink = await OpenAsync();

        Assert.Equal(said is null ? 0 : 1, _reports.Count);
        if (said is not null)
            Assert.StartsWith(said, _reports.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"client_id":"c1","login":"ourbot","scopes":["chat:read","chat:edit"],"user_id":"42","expires_in":500}""", "expires in 0:08:20", true)]
    [InlineData("""{"client_id":"c1","login":"ourbot","scopes":["chat:read"],"user_id":"42"}""", "lacks the scope chat:edit", false)]
    [InlineData("""{"client_id":"c1","login":"other","scopes":["chat:read","chat:edit"],"user_id":"42"}""", "is other's, not ourbot's", false)]
    [InlineData("<html>", "could not be checked", true)]
    public async Task The_token_of_who_speaks_over_irc_is_checked_before(string owner, string expected, bool good)
    {
        _validate = _ => (200, owner);
        Task checking = TokenCheck.ForIrcAsync(Options(), ChannelName.Parse("ourbot"), _reports.Enqueue, _clock, Patience.Token);

        string said = good ? await checking.ContinueWith(_ => _reports.Single(), TaskScheduler.Default) : (await Assert.ThrowsAsync<TwitchException>(() => checking)).Message;

        Assert.Contains(expected, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_renewed_token_file_is_read_when_the_old_token_dies()
    {
        string path = Path.GetTempFileName();    // mode 0600
        try
        {
            await File.WriteAllTextAsync(path, Secret, Patience.Token);
            await using HelixSink sink = Sink(token: TokenSource.FromFile(path));
            await sink.OpenAsync(Patience.Token);
            _answer = context => context.Request.Headers.Authorization == $"Bearer {Renewed}" ? (200, Said) : (401, """{"message":"expired"}""");
            await File.WriteAllTextAsync(path, Renewed, Patience.Token);

            Assert.Equal(SendStatus.Sent, (await SendAsync(sink, "hi")).Status);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_token_that_died_and_was_not_renewed_ends_the_posting()
    {
        var decided = new TaskCompletionSource<PostOutcome>();
        await using var poster = new ChatPoster(Sink(), new PostOptions(), decided.SetResult);
        await poster.StartAsync(Patience.Token);
        _answer = _ => (401, """{"message":"expired"}""");
        _validate = _ => (401, """{"message":"expired"}""");

        poster.Offer("hi");

        Assert.Equal(PostDecision.Failed, (await decided.Task).Decision);
        Assert.Contains("does not accept the chat token", poster.StoppedBecause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_is_checked_every_hour()
    {
        await using HelixSink sink = await OpenAsync();
        await SendAsync(sink, "one");
        Assert.Single(_asked, line => line.Contains("validate", StringComparison.Ordinal));

        _clock.Advance(TimeSpan.FromHours(1));
        await SendAsync(sink, "two");

        Assert.Equal(2, _asked.Count(line => line.Contains("validate", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_server_that_is_gone_is_a_failure_and_at_the_start_an_error()
    {
        await using HelixSink sink = await OpenAsync();
        await using HelixSink late = Sink();
        await _server!.StopAsync(Patience.Token);

        Assert.Equal(SendStatus.Failed, (await SendAsync(sink, "hi")).Status);
        Assert.Equal(ExitCode.SourceLost, (await Assert.ThrowsAsync<TwitchException>(() => late.OpenAsync(Patience.Token))).ExitCode);
    }

    [Theory]
    [InlineData("http://api.twitch.tv/helix/")]
    [InlineData("ftp://localhost/")]
    public void An_address_that_would_show_the_token_is_refused(string api) => Assert.Contains("in the clear", Assert.Throws<TwitchException>(
        () => new HelixSink(Options() with { Api = new(api) }, ChannelName.Parse("chan"))).Message, StringComparison.Ordinal);

    private async Task ServeAsync(HttpContext context)
    {
        HttpRequest request = context.Request;
        _asked.Enqueue($"{request.Method} {request.Path}{request.QueryString} {request.Headers.Authorization} {request.Headers["Client-Id"]}");
        (int status, string body) = (404, "");
        if (request.Path == "/oauth2/validate")
            (status, body) = _validate(request.Headers.Authorization.ToString().Split(' ')[^1]);
        else if (request.Path == "/helix/users")
            (status, body) = (200, Users);
        else if (request.Path == "/helix/chat/messages")
        {
            _posted.Enqueue(await new StreamReader(request.Body).ReadToEndAsync());
            (status, body) = _answer(context);
        }
        context.Response.StatusCode = status;
        if (status == 302)
            context.Response.Headers.Location = "/elsewhere";
        context.Response.ContentType ??= "application/json";
        await context.Response.WriteAsync(body);
    }

    private async Task<HelixSink> OpenAsync()
    {
        HelixSink sink = Sink();
        await sink.OpenAsync(Patience.Token);
        return sink;
    }

    private HelixSink Sink(string? sender = null, string channel = "chan", TokenSource? token = null) => new(
        Options() with { Sender = sender is null ? null : ChannelName.Parse(sender), Token = token ?? Options().Token }, ChannelName.Parse(channel), _reports.Enqueue, _clock);

    private HelixOptions Options() => new()
    {
        Api = new($"http://localhost:{Kestrel.Port(_server!)}/helix/"),
        Validation = new($"http://localhost:{Kestrel.Port(_server!)}/oauth2/validate"),
        Token = TokenSource.Of(AccessToken.TryParse(Secret)!),
    };

    private static Task<SendResult> SendAsync(HelixSink sink, string text) => sink.SendAsync(PostText.TryCreate(text)!, Patience.Token);
}
