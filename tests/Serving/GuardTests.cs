using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Twitch.Serving.Http;

namespace Twitch.Serving.Tests;

public class GuardTests
{
    private const string Token = "0123456789abcdef0123";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("evil.example", 403)]
    [InlineData("localhost.evil.example:8080", 403)]
    [InlineData("localhost:1234", 200)]
    [InlineData("127.0.0.1:8080", 200)]
    [InlineData("[::1]:8080", 200)]
    [InlineData("twitch.lan", 200)]
    public async Task Only_the_servers_own_names_are_answered(string host, int status)
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.AllowedHosts.Add("twitch.lan"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sessions") { Headers = { Host = host } };

        using HttpResponseMessage response = await server.Client.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "http://localhost.evil.example", 403)]
    [InlineData("Origin", "https://localhost", 403)]
    [InlineData("Origin", "http://localhost", 200)]
    [InlineData("Origin", "https://tools.example", 200)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    public async Task Other_sites_pages_may_not_use_the_server(string header, string value, int status)
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.AllowedOrigins.Add("https://tools.example"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sessions");
        request.Headers.Add(header, value);

        using HttpResponseMessage response = await server.Client.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(value == "https://tools.example", response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_can_read_what_was_wrong()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options =>
        {
            (options.MaxSessions, options.Token) = (1, Token);
            options.AllowedOrigins.Add("https://tools.example");
        });
        server.Client.DefaultRequestHeaders.Add("Origin", "https://tools.example");
        using HttpResponseMessage closed = await server.Client.GetAsync("/v1/sessions", Cancellation);
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using HttpResponseMessage made = await server.Client.PostAsJsonAsync("/v1/sessions", new { source = TwitchServer.Source }, Cancellation);
        using HttpResponseMessage full = await server.Client.PostAsJsonAsync("/v1/sessions", new { source = TwitchServer.Source }, Cancellation);
        using HttpResponseMessage gone = await server.Client.GetAsync("/v1/sessions/none", Cancellation);

        Assert.Equal([401, 201, 429, 404], ((HttpResponseMessage[])[closed, made, full, gone]).Select(response => (int)response.StatusCode));
        Assert.NotNull(full.Headers.RetryAfter);
        foreach (HttpResponseMessage response in (HttpResponseMessage[])[closed, made, full, gone])
        {
            Assert.Equal("https://tools.example", Assert.Single(response.Headers.GetValues("Access-Control-Allow-Origin")));
            Assert.Equal("Location, Retry-After", Assert.Single(response.Headers.GetValues("Access-Control-Expose-Headers")));
            Assert.Equal("Origin", Assert.Single(response.Headers.Vary));
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        }
    }

    [Theory]
    [InlineData("/v1/sessions", null, 401)]
    [InlineData("/v1/sessions", "Bearer wrong-token-of-some-length", 401)]
    [InlineData("/v1/sessions", "Basic " + Token, 401)]
    [InlineData("/v1/sessions", "Bearer " + Token, 200)]
    [InlineData("/metrics", null, 401)]
    [InlineData("/metrics", "Bearer " + Token, 200)]
    [InlineData("/v2/health/ready", null, 200)]
    public async Task A_token_opens_what_is_not_open(string path, string? authorization, int status)
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.Token = Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (authorization is not null)
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(authorization);

        using HttpResponseMessage response = await server.Client.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status == 401, response.Headers.WwwAuthenticate.Count > 0);
    }

    [Fact]
    public async Task A_ticket_opens_one_stream_of_its_session_once_and_soon()
    {
        await using TwitchServer server = await TwitchServer.StartAsync(options => options.Token = Token);
        server.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        string mine = (string)(await server.CreateAsync())["id"]!, other = (string)(await server.CreateAsync())["id"]!;
        string[] tickets = [await Ticket(), await Ticket(), await Ticket()];
        server.Client.DefaultRequestHeaders.Authorization = null;

        int first = await Open(mine, tickets[0]), again = await Open(mine, tickets[0]), others = await Open(other, tickets[1]), elsewhere = (int)(await server.Client.GetAsync($"/v1/sessions/{mine}?ticket={tickets[2]}", Cancellation)).StatusCode;
        server.Clock.Advance(TimeSpan.FromSeconds(31));
        int late = await Open(mine, tickets[2]);

        Assert.Equal([200, 401, 401, 401, 401], [first, again, others, elsewhere, late]);

        async Task<string> Ticket() => (string)(await TwitchServer.JsonOf(await server.Client.PostAsJsonAsync("/v1/tickets", new { session = mine }, Cancellation)))["ticket"]!;

        async Task<int> Open(string session, string ticket)
        {
            using HttpResponseMessage response = await server.Client.GetAsync($"/v1/sessions/{session}/events?ticket={ticket}", HttpCompletionOption.ResponseHeadersRead, Cancellation);
            return (int)response.StatusCode;
        }
    }

    [Theory]
    [InlineData("0.0.0.0", null, "there is no token")]
    [InlineData("192.168.1.5", null, "there is no token")]
    [InlineData("::", null, "there is no token")]
    [InlineData("0.0.0.0", "short", "at least 16 are needed")]
    [InlineData("0.0.0.0", Token, null)]
    [InlineData("127.0.0.1", null, null)]
    [InlineData("::1", null, null)]
    [InlineData("anywhere", null, "must be an IP address")]
    public void An_address_that_others_reach_needs_a_token(string address, string? token, string? expected)
    {
        ValidateOptionsResult result = new ServeOptionsCheck().Validate(null, new ServeOptions { Bundle = "b", Address = address, Token = token });

        Assert.Equal(expected is null, result.Succeeded);
        Assert.Contains(expected ?? "", result.FailureMessage ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, Token + "\n", null)]
    [InlineData(UnixFileMode.UserRead, Token, null)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.GroupRead, Token, "chmod 600")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, Token, "chmod 600")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, " \n", "is empty")]
    public void A_token_comes_from_a_file_of_its_owner_alone(UnixFileMode mode, string content, string? expected)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, content);
            File.SetUnixFileMode(path, mode);
            if (expected is null)
            {
                Assert.Equal(Token, TokenFile.Read(path));
                return;
            }

            var e = Assert.Throws<TwitchException>(() => TokenFile.Read(path));
            Assert.Equal(ExitCode.Usage, e.ExitCode);
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Token, e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_token_file_that_cannot_be_opened_is_wrong_usage()
    {
        var e = Assert.Throws<TwitchException>(() => TokenFile.Read(Path.GetTempPath()));    // a folder: access is denied, for root too

        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.Contains("the token cannot be read: Access to the path", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_variable_leaves_the_environment_whether_or_not_a_file_is_named()
    {
        string path = Path.GetTempFileName();    // mode 0600
        File.WriteAllText(path, Token);
        try
        {
            Environment.SetEnvironmentVariable(TokenFile.Variable, "fedcba9876543210fedc");
            Assert.Equal(Token, TokenFile.Read(path));
            Assert.Null(TokenFile.Read(null));
            Environment.SetEnvironmentVariable(TokenFile.Variable, "fedcba9876543210fedc");
            Assert.Equal("fedcba9876543210fedc", TokenFile.Read(null));
            Assert.Null(Environment.GetEnvironmentVariable(TokenFile.Variable));    // so ffmpeg does not inherit it
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task The_model_answers_as_KServe_asks()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();

        JsonNode model = await server.GetAsync("/v2/models/tiny");

        Assert.True((bool)(await server.GetAsync("/v2/health/live"))["live"]!);
        Assert.True((bool)(await server.GetAsync("/v2/health/ready"))["ready"]!);
        Assert.True((bool)(await server.GetAsync("/v2/models/tiny/ready"))["ready"]!);
        Assert.Equal("twitch", (string)(await server.GetAsync("/v2"))["name"]!);
        Assert.Equal("onnxruntime_onnx", (string)model["platform"]!);
        Assert.Equal("[-1,-1,8,8,3]", model["inputs"]![0]!["shape"]!.ToJsonString());
        await TwitchServer.ProblemOf(await server.Client.GetAsync("/v2/models/other", Cancellation), 404);
    }

    [Fact]
    public async Task Metrics_count_what_sessions_do()
    {
        await using TwitchServer server = await TwitchServer.StartAsync();
        JsonNode session = await server.CreateAsync();
        using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{session["id"]}/events", Cancellation));
        server.Feeds[0].Say("EZ", "Clap");
        await events.UntilAsync("comment");

        string metrics = await server.Client.GetStringAsync("/metrics", Cancellation);

        Assert.Matches(@"(?m)^twitch_sessions_running\{.*\} 1( |$)", metrics);
        Assert.Matches(@"(?m)^twitch_comments_total\{.*\} 1( |$)", metrics);
        Assert.Matches(@"(?m)^twitch_tokens_total\{.*\} 2( |$)", metrics);
        Assert.Matches(@"(?m)^twitch_first_token_duration_seconds_bucket\{.*le=""0.005""\} 1( |$)", metrics);
    }
}
