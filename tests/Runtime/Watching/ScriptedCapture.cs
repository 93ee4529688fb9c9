using System.Runtime.CompilerServices;
using Twitch.Media;

namespace Twitch.Runtime.Tests;

/// <summary>A source that brings given seconds of noise and then ends in a given way.</summary>
internal sealed class ScriptedCapture(ModelConfig config, IReadOnlyList<int> seconds, CaptureEnd ending, string reason, TimeProvider clock) : ILiveCapture
{
    public CaptureEnd Ending { get; private set; }

    public string Reason => Ending == CaptureEnd.None ? "" : reason;

    public bool IsDisposed { get; private set; }

    public bool IsRecording { get; init; }

    public string? KeyframeFailure { get; init; }

    public CaptureStatistics Statistics => new(seconds.Count, 0, 0, null, null, default, default, default);

    public static StreamSecond Second(ModelConfig config, int index)
    {
        var random = new Random(index);
        var frame = new byte[config.Frame.ByteCount];
        random.NextBytes(frame);
        long first = config.Mel.StepsEndingBy(TimeSpan.FromSeconds(index - 1)), end = config.Mel.StepsEndingBy(TimeSpan.FromSeconds(index));
        float[] mel = [.. Enumerable.Range(0, (int)(end - first) * config.Mel.MelCount).Select(_ => random.NextSingle() * 20 - 20)];
        return new StreamSecond(index, frame, first, mel);
    }

    public async IAsyncEnumerable<LiveSecond> SecondsAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        foreach (int index in seconds)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return new LiveSecond(Second(config, index), clock.GetTimestamp());
        }
        Ending = ending;
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return default;
    }
}
