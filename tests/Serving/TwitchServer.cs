using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Twitch.Runtime.Tests;
using Twitch.Serving.Sessions;

namespace Twitch.Serving.Tests;

/// <summary>The library in a host of the tests' own: a small bundle, a clock that stands until it is moved, and scripted sources.</summary>
internal sealed class TwitchServer : IAsyncDisposable
{
    public const string Source = "http://stream.test/live.m3u8";

    private readonly WebApplication _app;
    private readonly TinyBundle _bundle;

    private TwitchServer(WebApplication app, TinyBundle bundle, FakeTimeProvider clock, List<ScriptedFeed> feeds)
    {
        (_app, _bundle, Clock, Feeds) = (app, bundle, clock, feeds);
        Client = app.GetTestClient();
    }

    public HttpClient Client { get; }

    public FakeTimeProvider Clock { get; }

    /// <summary>What sessions watch, in the order of their making.</summary>
    public List<ScriptedFeed> Feeds { get; }

    public IServiceProvider Services => _app.Services;

    public Task StopAsync() => _app.StopAsync(Cancellation);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="configure">Changes the options.</param>
    /// <param name="scripted">False: sources are really opened.</param>
    /// <param name="build">Changes the host, with the clock.</param>
    public static async Task<TwitchServer> StartAsync(Action<ServeOptions>? configure = null, bool scripted = true, Action<WebApplicationBuilder, TimeProvider>? build = null)
    {
        TinyBundle bundle = TinyBundle.SeedTiny();
        var clock = new FakeTimeProvider(new DateTimeOffset(2025, 3, 10, 20, 0, 0, TimeSpan.Zero));
        List<ScriptedFeed> feeds = [];
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        if (scripted)
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.Services.AddSingleton<OpenFeed>((_, options) =>
            {
                feeds.Add(new ScriptedFeed(options.Sampling!));
                return feeds[^1];
            });
        }
        build?.Invoke(builder, scripted ? clock : TimeProvider.System);
        builder.Services.AddTwitch(options =>
        {
            options.Bundle = bundle.Folder;
            options.ModelName = "tiny";
            options.AllowedSources.Add("http://stream.test/");
            configure?.Invoke(options);
        });
        WebApplication app = builder.Build();
        app.MapTwitch();
        await app.StartAsync(Cancellation);
        return new TwitchServer(app, bundle, clock, feeds);
    }

    public async Task<JsonNode> CreateAsync(object? more = null)
    {
        JsonObject body = more is null ? [] : JsonSerializer.SerializeToNode(more)!.AsObject();
        body["source"] ??= Source;
        using HttpResponseMessage response = await Client.PostAsJsonAsync("/v1/sessions", body, Cancellation);
        Assert.Equal(201, (int)response.StatusCode);
        return await JsonOf(response);
    }

    public async Task<JsonNode> GetAsync(string path) => await JsonOf(await Client.GetAsync(path, Cancellation));

    /// <summary>The problem of a request that was refused.</summary>
    public static async Task<JsonNode> ProblemOf(HttpResponseMessage response, int status)
    {
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonNode problem = await JsonOf(response);
        Assert.Equal(status, (int)problem["status"]!);
        return problem;
    }

    public static async Task<JsonNode> JsonOf(HttpResponseMessage response) => JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _bundle.Dispose();
    }
}
