using System.Net;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Twitch.Chat;
using Twitch.Serving.Http;
using Twitch.Serving.Net;
using Twitch.Serving.Posting;
using Twitch.Serving.Sessions;
using Twitch.Serving.Telemetry;
using Twitch.Serving.Uploads;

namespace Twitch.Serving;

/// <summary>Adds what serves a model to any ASP.NET Core application.</summary>
/// <example><code>
/// var builder = WebApplication.CreateSlimBuilder(args);
/// builder.Services.AddTwitch(options => options.Bundle = "models/mine/bundle");
/// WebApplication app = builder.Build();
/// app.MapTwitch();
/// app.Run();
/// </code></example>
public static class TwitchServices
{
    internal static string Version { get; } = typeof(TwitchServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Adds the model, the sessions, the uploads and their telemetry. A <see cref="ChatPoster"/> among the services, started, posts what sessions say.</summary>
    /// <param name="services">The application's.</param>
    /// <param name="configure">Sets the options; they are checked when the host starts.</param>
    public static IServiceCollection AddTwitch(this IServiceCollection services, Action<ServeOptions> configure)
    {
        services.AddOptions<ServeOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServeOptions>, ServeOptionsCheck>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<ServeMetrics>();
        services.AddSingleton<Tickets>();
        services.AddSingleton<RequestGuard>();
        services.TryAddSingleton<ResolveHost>(_ => Dns.GetHostAddressesAsync);
        services.AddSingleton<SourcePolicy>();
        services.TryAddSingleton(new TrustedRoots());
        services.AddSingleton<SourceProxy>();
        services.AddSingleton<UploadQueue>();
        services.AddSingleton<ClipComments>();
        services.AddSingleton(provider => new ServedModel(provider.GetRequiredService<IOptions<ServeOptions>>(), provider.GetRequiredService<ServeMetrics>()));
        services.TryAddSingleton<OpenFeed>(provider => (source, options) => new WatcherFeed(provider.GetRequiredService<ServedModel>(), source, options));
        services.AddSingleton(provider => new SessionTable(
            provider.GetRequiredService<ServedModel>(), provider.GetRequiredService<SourcePolicy>(), provider.GetRequiredService<SourceProxy>(), provider.GetRequiredService<OpenFeed>(), provider.GetRequiredService<IOptions<ServeOptions>>(),
            provider.GetRequiredService<ServeMetrics>(), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SessionTable>>(), provider.GetService<ChatPoster>()));
        services.AddSingleton(provider => new SessionPosting(provider.GetRequiredService<SessionTable>(), provider.GetService<ChatPoster>()));

        // In this order: sessions stop before the model is closed.
        services.AddHostedService(provider => provider.GetRequiredService<ServedModel>());
        services.AddHostedService(provider => provider.GetRequiredService<SourceProxy>());
        services.AddHostedService(provider => provider.GetRequiredService<SessionTable>());
        services.AddHostedService(provider => provider.GetRequiredService<SessionPosting>());

        var asked = new ServeOptions();
        configure(asked);
        services.AddTwitchTelemetry(asked.OtlpEndpoint);
        return services;
    }
}
