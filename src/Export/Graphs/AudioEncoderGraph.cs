using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>Log-mel steps to the state of the audio LSTM after the last of them.</summary>
/// <remarks><code>
/// in    mel [clips, time, n_mels] f32, time a multiple of the mel stride    hidden, cell [batch, hidden] f32
/// out   next_hidden, next_cell [batch, hidden] f32
/// </code>Clips is batch, or 1: then every state takes in the same steps, which are embedded once.</remarks>
internal static class AudioEncoderGraph
{
    public static Model Build(ModelConfig config, SafeTensors weights)
    {
        var g = new Graph("audio_encoder", "Log-mel steps to the state of the audio LSTM; state goes in and out, so steps may come in any multiple of the mel stride.");
        Value mel = g.Input("mel", ElementType.F32, "clips", "time", config.Mel.MelCount);
        Value hidden = g.Input("hidden", ElementType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", ElementType.F32, "batch", config.HiddenSize);

        Value x = mel;
        if (config.MelEmbeddingSize > 0)
            x = g.Div(g.Sub(x, g.Weight(weights, "audio_encoder.mean")), g.Weight(weights, "audio_encoder.deviation"));
        if (config.MelChannels.Count > 0)
            x = Convolve(g, config, weights, x);
        else if (config.MelStride > 1)
            x = g.Reshape(x, "clips", "steps", config.MelStride * config.Mel.MelCount);       // steps = time / stride
        if (config.MelEmbeddingSize > 0)
            x = g.NormalisedLinear(x, weights, "audio_encoder.embed", "audio_encoder.embed_norm");    // [clips, steps, embedding]

        var (nextHidden, nextCell) = g.Lstm(x, hidden, cell, weights, "audio_encoder.lstm");
        return g.Build(("next_hidden", nextHidden), ("next_cell", nextCell));
    }

    // Every stack of steps by itself, as a picture: convolutions, each halving its steps and its filters.
    private static Value Convolve(Graph g, ModelConfig config, SafeTensors weights, Value mel)
    {
        Value x = g.Reshape(mel, "clips*steps", 1, config.MelStride, config.Mel.MelCount);
        x = g.NormalisedConvolutions(x, weights, "audio_encoder", config.MelChannels.Count);
        var (channels, height, width) = config.ConvolvedMelShape;
        return g.Reshape(x, "clips", "steps", channels * height * width);
    }
}
