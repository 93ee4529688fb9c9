using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Twitch.Serving.Telemetry;

/// <summary>Metrics for Prometheus always; metrics and traces by OTLP where somebody said where to.</summary>
internal static class TelemetryServices
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    public static void AddTwitchTelemetry(this IServiceCollection services, Uri? endpoint)
    {
        bool sends = endpoint is not null || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable));
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("twitch", serviceVersion: TwitchServices.Version))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter(ServeMetrics.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter();
                if (sends)
                    metrics.AddOtlpExporter(otlp => SendTo(otlp, endpoint, "metrics"));
            });
        if (sends)
            telemetry.WithTracing(traces => traces.AddSource(ServeMetrics.Name).AddAspNetCoreInstrumentation().AddOtlpExporter(otlp => SendTo(otlp, endpoint, "traces")));
    }

    // As with the environment variable: what is named is the collector, and over HTTP each signal has its path there.
    private static void SendTo(OtlpExporterOptions otlp, Uri? collector, string signal)
    {
        if (collector is not null)
            otlp.Endpoint = otlp.Protocol == OtlpExportProtocol.HttpProtobuf ? new Uri($"{collector.AbsoluteUri.TrimEnd('/')}/v1/{signal}") : collector;
    }
}
