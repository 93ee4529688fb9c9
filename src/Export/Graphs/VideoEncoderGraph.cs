using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>Frames, or what the eyes saw in them, to the state of the video LSTM after the last of them.</summary>
/// <remarks><code>
/// in    features [clips, time, features] f32, without eyes frames [clips, time, height, width, 3] u8    hidden, cell [batch, hidden] f32
/// out   next_hidden, next_cell [batch, hidden] f32
/// </code>Clips is batch, or 1: then every state takes in the same frames, which are projected once.</remarks>
internal static class VideoEncoderGraph
{
    private const string Description = "Frames to the state of the video LSTM; state goes in and out, so frames may come in any number.";

    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its state dict.</param>
    /// <param name="arithmetic">Of the product of whole frames with their weights.</param>
    public static Model Build(ModelConfig config, SafeTensors weights, StepArithmetic arithmetic = StepArithmetic.Float32)
    {
        if (config.Eyes is { } eyes)
            return ProjectedLstm.Build("video_encoder", Description, eyes.FeatureCount, config, weights);
        var (height, width) = (config.Frame.Height, config.Frame.Width);
        var g = new Graph("video_encoder", Description);
        Value frames = g.Input("frames", ElementType.U8, "clips", "time", height, width, FrameSpec.Channels);
        Value hidden = g.Input("hidden", ElementType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", ElementType.F32, "batch", config.HiddenSize);

        Value pixels = g.Cast(g.Transpose(frames, 0, 1, 4, 2, 3), ElementType.F32);            // [clips, time, 3, height, width]
        pixels = g.Add(g.Mul(pixels, g.Constant(Scale(), FrameSpec.Channels, 1, 1)), g.Constant(Offset(), FrameSpec.Channels, 1, 1));
        Value flat = g.Reshape(pixels, "clips", "time", config.Frame.ByteCount);               // [clips, time, 3 × height × width]

        var (nextHidden, nextCell) = g.WideLstm(flat, hidden, cell, weights, "video_encoder.lstm", arithmetic);
        return g.Build(("next_hidden", nextHidden), ("next_cell", nextCell));
    }

    // (x / 255 − mean) / deviation = x · scale + offset
    internal static float[] Scale() => [.. FrameSpec.Deviation.ToArray().Select(deviation => (float)(1 / (255.0 * deviation)))];

    internal static float[] Offset() => [.. FrameSpec.Mean.ToArray().Zip(FrameSpec.Deviation.ToArray(), (mean, deviation) => (float)(-(double)mean / deviation))];
}
