using System.Text.Json.Nodes;
using Twitch.Runtime.Tests;

namespace Twitch.Serving.Tests;

public class TelemetryTests
{
    /// <summary>opentelemetry/proto/collector: the field numbers from a request down to a name.</summary>
    private static readonly int[] MetricName = [1 /* resource_metrics */, 2 /* scope_metrics */, 2 /* metrics */, 1 /* name */], SpanName = [1 /* resource_spans */, 2 /* scope_spans */, 2 /* spans */, 5 /* name */],
        ServiceName = [1, 1 /* resource */, 1 /* attributes */, 2 /* value */, 1 /* string_value */];

    [Theory]
    [InlineData("grpc", "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "/opentelemetry.proto.collector.trace.v1.TraceService/Export")]
    [InlineData("http/protobuf", "/v1/metrics", "/v1/traces")]
    public async Task Metrics_and_traces_of_a_session_reach_a_collector(string protocol, string metricsPlace, string tracesPlace)
    {
        using var recording = new TinyRecording();
        await using Collector collector = await Collector.StartAsync(grpc: protocol == "grpc");
        await using (TwitchServer server = await TwitchServer.StartAsync(
            options => (options.OtlpEndpoint, options.MediaFolder) = (collector.Address, Path.GetDirectoryName(recording.Path)), scripted: false,
            build: (builder, _) => builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol))
        {
            JsonNode session = await server.CreateAsync(new { source = "tiny.mp4", every = 5, realtime = false });
            using var events = new EventReader(await server.Client.GetStreamAsync($"/v1/sessions/{session["id"]}/events?last_event_id=0", TestContext.Current.CancellationToken));
            await events.UntilAsync("end");
        }    // what was not sent yet is sent at the end

        Assert.Superset(
            new HashSet<string> { "twitch.sessions.running", "twitch.comments", "twitch.tokens", "twitch.first_token.duration", "twitch.decode.batch.rows" }, collector.Texts(metricsPlace, MetricName).ToHashSet());
        Assert.Superset(new HashSet<string> { "session.comment", "POST /v1/sessions/" }, collector.Texts(tracesPlace, SpanName).ToHashSet());
        Assert.Contains("twitch", collector.Texts(metricsPlace, ServiceName));
        Assert.Contains("twitch", collector.Texts(tracesPlace, ServiceName));
    }
}
