using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>Frames to the state of the video LSTM after the last of them.</summary>
/// <remarks><code>
/// in    frames [clips, time, height, width, 3] u8    hidden, cell [batch, hidden] f32
/// out   next_hidden, next_cell [batch, hidden] f32
/// </code>Clips is batch, or 1: then every state takes in the same frames, which are embedded once.</remarks>
internal static class VideoEncoderGraph
{
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its state dict.</param>
    /// <param name="arithmetic">Of the product of the LSTM's inputs with their weights.</param>
    public static Model Build(ModelConfig config, SafeTensors weights, StepArithmetic arithmetic = StepArithmetic.Float32)
    {
        var (height, width) = (config.Frame.Height, config.Frame.Width);
        var g = new Graph("video_encoder", "Frames to the state of the video LSTM; state goes in and out, so frames may come in any number.");
        Value frames = g.Input("frames", ElementType.U8, "clips", "time", height, width, FrameSpec.Channels);
        Value hidden = g.Input("hidden", ElementType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", ElementType.F32, "batch", config.HiddenSize);

        Value pixels = g.Cast(g.Transpose(frames, 0, 1, 4, 2, 3), ElementType.F32);            // [clips, time, 3, height, width]
        pixels = g.Add(g.Mul(pixels, g.Constant(Scale(), FrameSpec.Channels, 1, 1)), g.Constant(Offset(), FrameSpec.Channels, 1, 1));
        Value features = config.FrameChannels.Count == 0
            ? g.Reshape(pixels, "clips", "time", config.Frame.ByteCount)                      // [clips, time, 3 × height × width]
            : Embed(g, config, weights, pixels);                                              // [clips, time, embedding]

        var (nextHidden, nextCell) = g.WideLstm(features, hidden, cell, weights, "video_encoder.lstm", arithmetic);
        return g.Build(("next_hidden", nextHidden), ("next_cell", nextCell));
    }

    // Every frame by itself: convolutions, each halving the picture, and a small embedding of what each channel saw best and where.
    private static Value Embed(Graph g, ModelConfig config, SafeTensors weights, Value pixels)
    {
        Value x = g.Reshape(pixels, "clips*time", FrameSpec.Channels, config.Frame.Height, config.Frame.Width);
        x = g.NormalisedConvolutions(x, weights, "video_encoder", config.FrameChannels.Count);
        var (channels, height, width) = config.ConvolvedShape;
        Value largest = g.Reshape(g.GlobalMaxPool(x), "clips*time", channels);
        Value shares = g.Softmax(g.Reshape(x, "clips*time", channels, height * width));
        Value places = g.Reshape(g.MatMul(shares, g.Constant(Places(height, width), height * width, 2)), "clips*time", 2 * channels);
        x = g.NormalisedLinear(g.Concat(axis: 1, largest, places), weights, "video_encoder.embed", "video_encoder.embed_norm");    // [clips*time, embedding]
        return g.Reshape(x, "clips", "time", config.FrameEmbeddingSize);
    }

    // Row and column of every place, each from −1 to 1: [height × width, 2].
    private static float[] Places(int height, int width)
    {
        return [.. Enumerable.Range(0, height * width).SelectMany(i => (float[])[From(i / width, height), From(i % width, width)])];

        static float From(int i, int size) => size == 1 ? -1 : (float)(2.0 * i / (size - 1) - 1);    // as torch.linspace has it
    }

    // (x / 255 − mean) / deviation = x · scale + offset
    internal static float[] Scale() => [.. FrameSpec.Deviation.ToArray().Select(deviation => (float)(1 / (255.0 * deviation)))];

    internal static float[] Offset() => [.. FrameSpec.Mean.ToArray().Zip(FrameSpec.Deviation.ToArray(), (mean, deviation) => (float)(-(double)mean / deviation))];
}
