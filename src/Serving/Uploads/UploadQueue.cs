using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Twitch.Serving.Http;
using Twitch.Serving.Telemetry;

namespace Twitch.Serving.Uploads;

/// <summary>Lets a few clips be decoded, a few more wait, and turns the rest away at once: before their body is read.</summary>
internal sealed class UploadQueue(IOptions<ServeOptions> options, ServeMetrics metrics) : IDisposable
{
    private readonly SemaphoreSlim _decoding = new(options.Value.MaxUploads);
    private readonly int _most = options.Value.MaxUploads + options.Value.MaxWaitingUploads;
    private int _admitted;

    /// <summary>Takes a place, which is given back on disposal.</summary>
    /// <exception cref="ProblemException">There is none.</exception>
    public IDisposable Admit()
    {
        if (Interlocked.Increment(ref _admitted) > _most)
        {
            Interlocked.Decrement(ref _admitted);
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, "uploads", $"{_most} clips are being worked on or wait; ask again.", $"{_most}", $"fewer than {_most}", TimeSpan.FromSeconds(2));
        }
        metrics.ClipBegan();
        return new Given(() =>
        {
            Interlocked.Decrement(ref _admitted);
            metrics.ClipEnded();
        });
    }

    /// <summary>Waits for one's turn to decode, which ends on disposal.</summary>
    public async Task<IDisposable> TurnAsync(CancellationToken cancellation)
    {
        await _decoding.WaitAsync(cancellation);
        return new Given(() => _decoding.Release());
    }

    public void Dispose() => _decoding.Dispose();

    private sealed class Given(Action back) : IDisposable
    {
        private Action? _back = back;

        public void Dispose() => Interlocked.Exchange(ref _back, null)?.Invoke();
    }
}
