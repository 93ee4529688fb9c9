using System.Buffers;
using System.Globalization;
using System.Text;

namespace Twitch.Serving.Sessions;

/// <summary>Writes a session's events to one subscriber as <c>text/event-stream</c>.</summary>
/// <remarks>ASP.NET's own writer has no comments, which is what a heartbeat is.</remarks>
internal sealed class EventStream(EventRing ring, Stream output, TimeProvider clock)
{
    /// <summary>Time between two statuses, and statuses between two heartbeats.</summary>
    public static readonly TimeSpan StatusPeriod = TimeSpan.FromSeconds(5);

    private const int StatusesPerHeartbeat = 3;

    private readonly ArrayBufferWriter<byte> _pending = new();

    /// <summary>Writes until the session ends or the subscriber goes.</summary>
    /// <param name="place">Number of the last event that it has.</param>
    /// <param name="status">Makes the status of now.</param>
    /// <param name="gap">Makes the data of a gap.</param>
    /// <param name="cancellation">The subscriber is gone, or the server stops.</param>
    public async Task RunAsync(long place, Func<byte[]> status, Func<long, byte[]> gap, CancellationToken cancellation)
    {
        place = Math.Clamp(place, 0, ring.Last);    // a number from before a restart
        using var timer = new PeriodicTimer(StatusPeriod, clock);
        Task<bool> tick = timer.WaitForNextTickAsync(cancellation).AsTask();
        Put(null, "status", status());
        for (int ticks = 0; ;)
        {
            while (_pending.WrittenCount < 1 << 16 && ring.TryRead(ref place, out SessionEvent next, out long missed))
            {
                if (missed > 0)
                    Put(null, "gap", gap(missed));
                Put(next.Id, next.Name, next.Data);
            }
            await FlushAsync(cancellation);

            var (changed, complete) = ring.WaitAfter(place);
            if (complete)
                return;
            await Task.WhenAny(changed, tick);
            cancellation.ThrowIfCancellationRequested();
            if (!tick.IsCompleted)
                continue;
            Put(null, "status", status());
            if (++ticks % StatusesPerHeartbeat == 0)
                _pending.Write(": still here\n\n"u8);
            tick = timer.WaitForNextTickAsync(cancellation).AsTask();
        }
    }

    private void Put(long? id, string name, byte[] data)
    {
        if (id is { } number)
            _pending.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {number}\n")));
        _pending.Write(Encoding.ASCII.GetBytes($"event: {name}\ndata: "));
        _pending.Write(data);
        _pending.Write("\n\n"u8);
    }

    private async Task FlushAsync(CancellationToken cancellation)
    {
        await output.WriteAsync(_pending.WrittenMemory, cancellation);
        await output.FlushAsync(cancellation);
        _pending.ResetWrittenCount();
    }
}
