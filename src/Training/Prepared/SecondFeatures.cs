using System.Runtime.InteropServices;
using Twitch.Runtime;
using Twitch.Media;

namespace Twitch.Training.Prepared;

/// <summary>What is kept of a second of a recording, one piece for each file: the frame, then what eyes saw and ears heard, or the log-mel.</summary>
/// <param name="source">What the recording is prepared with.</param>
/// <param name="senses">Its eyes and ears, opened; absent if it has none.</param>
internal sealed class SecondFeatures(PreparedSource source, Senses? senses)
{
    /// <summary>The files, the frames' first.</summary>
    public string[] Files { get; } = source.Ears is null
        ? [PreparedStream.FramesFile, PreparedStream.MelFile]
        : [PreparedStream.FramesFile, PreparedStream.FrameFeaturesFile, PreparedStream.SoundFeaturesFile];

    /// <summary>Bytes of each file before a second.</summary>
    public long[] BytesBefore(int second) => source is { Eyes: { } eyes, Ears: { } ears }
        ? [(long)second * source.Frame.ByteCount, (long)second * eyes.FeatureCount * sizeof(float), (long)second * ears.FeatureCount * sizeof(float)]
        : [(long)second * source.Frame.ByteCount, source.Mel.StepsEndingBy(TimeSpan.FromSeconds(second - 1)) * source.Mel.MelCount * sizeof(float)];

    /// <summary>The pieces of a second.</summary>
    public ReadOnlyMemory<byte>[] Of(StreamSecond second)
    {
        if (senses is null)
            return [second.Frame, MemoryMarshal.AsBytes(second.Mel.Span).ToArray()];
        float[] mel = SoundSteps.OfSeconds(second.Index, 1, second.FirstStep, second.Mel.Span, source.Mel, senses.Ears.StepCount);
        return [
            Shrink(second.Frame.Span, source.Captured, source.Frame),
            MemoryMarshal.AsBytes<float>(senses.See(second.Frame.Span)).ToArray(),
            MemoryMarshal.AsBytes<float>(senses.Hear(mel)).ToArray(),
        ];
    }

    // Each pixel is the mean of those it lies over.
    private static byte[] Shrink(ReadOnlySpan<byte> frame, FrameSpec from, FrameSpec to)
    {
        var small = new byte[to.ByteCount];
        for (int y = 0, at = 0; y < to.Height; y++)
        {
            (int top, int bottom) = Cover(y, from.Height, to.Height);
            for (int x = 0; x < to.Width; x++)
            {
                (int left, int right) = Cover(x, from.Width, to.Width);
                for (int channel = 0; channel < FrameSpec.Channels; channel++, at++)
                {
                    int sum = 0;
                    for (int row = top; row < bottom; row++)
                    {
                        for (int column = left; column < right; column++)
                            sum += frame[(row * from.Width + column) * FrameSpec.Channels + channel];
                    }
                    small[at] = (byte)(sum / ((bottom - top) * (right - left)));
                }
            }
        }
        return small;

        static (int First, int End) Cover(int i, int source, int target) => (i * source / target, Math.Max(i * source / target + 1, (i + 1) * source / target));
    }
}
