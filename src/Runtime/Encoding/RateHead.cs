using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>How often people would comment now. Shared between threads.</summary>
internal sealed class RateHead(OpenGraph graph, ModelConfig config)
{
    private readonly string[] _inputs = [GraphContract.Hidden, GraphContract.Cell, .. config.Chat is null ? (string[])[] : [GraphContract.Pace]];
    private readonly string[] _outputs = [GraphContract.Rate];

    /// <summary>Comments per second.</summary>
    /// <param name="clip">What was seen and heard.</param>
    /// <param name="pace">How lively the chat was; absent: nothing is known of it.</param>
    public float Rate(ClipContext clip, ChatPace? pace)
    {
        long[] shape = [1, clip.Hidden.Length];
        var rate = new float[1];
        using OrtValue hidden = OrtValue.CreateTensorValueFromMemory(clip.Hidden.ToArray(), shape);
        using OrtValue cell = OrtValue.CreateTensorValueFromMemory(clip.Cell.ToArray(), shape);
        using OrtValue lively = OrtValue.CreateTensorValueFromMemory(ChatPace.Numbers(pace), [1, ChatPace.Count]);
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(rate, [1]);
        graph.Run(_inputs, config.Chat is null ? [hidden, cell] : [hidden, cell, lively], _outputs, [value]);
        return rate[0];
    }
}
