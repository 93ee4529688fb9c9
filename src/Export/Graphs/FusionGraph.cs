using Twitch.Export.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>The states of both encoders to the state that the decoder starts from.</summary>
/// <remarks><code>
/// in    video_hidden, video_cell, audio_hidden, audio_cell [batch, hidden] f32
/// out   hidden, cell [batch, hidden] f32
/// </code></remarks>
internal static class FusionGraph
{
    public static Model Build(ModelConfig config, SafeTensors weights)
    {
        var g = new Graph("fusion", "The states of the video and the audio encoder to the first state of the decoder.");
        Value videoHidden = g.Input("video_hidden", TensorType.F32, "batch", config.HiddenSize);
        Value videoCell = g.Input("video_cell", TensorType.F32, "batch", config.HiddenSize);
        Value audioHidden = g.Input("audio_hidden", TensorType.F32, "batch", config.HiddenSize);
        Value audioCell = g.Input("audio_cell", TensorType.F32, "batch", config.HiddenSize);

        Value hidden = g.Linear(g.Concat(axis: 1, videoHidden, audioHidden), weights, "fuse_h");
        Value cell = g.Linear(g.Concat(axis: 1, videoCell, audioCell), weights, "fuse_c");
        return g.Build(("hidden", hidden), ("cell", cell));
    }
}
