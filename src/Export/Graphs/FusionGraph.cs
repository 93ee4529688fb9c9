using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>The states of the encoders to the state that the decoder starts from.</summary>
/// <remarks><code>
/// in    video_hidden, video_cell, audio_hidden, audio_cell [batch, hidden] f32
/// out   hidden, cell [batch, hidden] f32
/// </code></remarks>
internal static class FusionGraph
{
    public static Model Build(ModelConfig config, SafeTensors weights)
    {
        var g = new Graph("fusion", "The states of the encoders to the first state of the decoder.");
        (Value Hidden, Value Cell)[] states = [.. ((string[])["video", "audio"]).Select(encoder => (
            g.Input($"{encoder}_hidden", ElementType.F32, "batch", config.HiddenSize),
            g.Input($"{encoder}_cell", ElementType.F32, "batch", config.HiddenSize)))];

        Value hidden = g.Linear(g.Concat(axis: 1, [.. states.Select(state => state.Hidden)]), weights, "fuse_h");
        Value cell = g.Linear(g.Concat(axis: 1, [.. states.Select(state => state.Cell)]), weights, "fuse_c");
        return g.Build(("hidden", hidden), ("cell", cell));
    }
}
