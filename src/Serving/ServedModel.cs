using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Twitch.Runtime;
using Twitch.Serving.Telemetry;

namespace Twitch.Serving;

/// <summary>The model that all sessions and clips share, and the batch in which their comments are written. Opened when the host starts.</summary>
public sealed class ServedModel : IHostedService, IAsyncDisposable
{
    private readonly ServeOptions _options;
    private readonly ServeMetrics _metrics;
    private CommentModel? _model;
    private BatchScheduler? _scheduler;

    internal ServedModel(IOptions<ServeOptions> options, ServeMetrics metrics) => (_options, _metrics) = (options.Value, metrics);

    /// <summary>Whether comments can be written.</summary>
    public bool IsReady => _scheduler is not null;

    /// <summary>The model's name.</summary>
    public string Name => _options.ModelName ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_options.Bundle)));

    /// <summary>The model.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public CommentModel Model => _model ?? throw new InvalidOperationException("the model is opened when the host starts.");

    /// <summary>Writes comments.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public BatchScheduler Scheduler => _scheduler ?? throw new InvalidOperationException("the model is opened when the host starts.");

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _model = CommentModel.Open(_options.Bundle, _options.Runtime);
        _scheduler = new BatchScheduler(new MeasuredDecoder(_model.CreateBatchDecoder(_options.BatchRows), _metrics), _model.Speaker);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _scheduler, null) is { } scheduler)
            await scheduler.DisposeAsync();
        Interlocked.Exchange(ref _model, null)?.Dispose();
    }
}
