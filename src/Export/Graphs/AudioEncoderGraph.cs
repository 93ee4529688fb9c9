using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>Log-mel steps, or what the ears heard in whole seconds of them, to the state of the audio LSTM after the last of them.</summary>
/// <remarks><code>
/// in    features [clips, time, features] f32, without ears mel [clips, time, n_mels] f32    hidden, cell [batch, hidden] f32
/// out   next_hidden, next_cell [batch, hidden] f32
/// </code>Clips is batch, or 1: then every state takes in the same steps, which are projected once.</remarks>
internal static class AudioEncoderGraph
{
    private const string Description = "Sound to the state of the audio LSTM; state goes in and out, so steps may come in any number.";

    public static Model Build(ModelConfig config, SafeTensors weights)
    {
        if (config.Ears is { } ears)
            return ProjectedLstm.Build("audio_encoder", Description, ears.FeatureCount, config, weights);
        var g = new Graph("audio_encoder", Description);
        Value mel = g.Input("mel", ElementType.F32, "clips", "time", config.Mel.MelCount);
        Value hidden = g.Input("hidden", ElementType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", ElementType.F32, "batch", config.HiddenSize);
        var (nextHidden, nextCell) = g.Lstm(mel, hidden, cell, weights, "audio_encoder.lstm");
        return g.Build(("next_hidden", nextHidden), ("next_cell", nextCell));
    }
}
