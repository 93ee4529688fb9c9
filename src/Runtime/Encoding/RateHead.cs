using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>How often people would comment now. Shared between threads.</summary>
internal sealed class RateHead(OpenGraph graph)
{
    private readonly string[] _inputs = [GraphContract.Hidden, GraphContract.Cell], _outputs = [GraphContract.Rate];

    /// <summary>Comments per second.</summary>
    public float Rate(ClipContext clip)
    {
        long[] shape = [1, clip.Hidden.Length];
        var rate = new float[1];
        using OrtValue hidden = OrtValue.CreateTensorValueFromMemory(clip.Hidden.ToArray(), shape);
        using OrtValue cell = OrtValue.CreateTensorValueFromMemory(clip.Cell.ToArray(), shape);
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(rate, [1]);
        graph.Run(_inputs, [hidden, cell], _outputs, [value]);
        return rate[0];
    }
}
