using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>Takes mel steps into a state, whole windows or as they arrive. Shared between threads.</summary>
public sealed class AudioEncoder
{
    private readonly RecurrentGraph _graph;
    private readonly ModelConfig _config;

    internal AudioEncoder(OpenGraph graph, ModelConfig config) =>
        (_graph, _config) = (new RecurrentGraph(graph, GraphContract.Mel), config);

    /// <summary>Takes in mel steps, each clip of the batch as many. Without any, the state stays as it was.</summary>
    /// <param name="mel">[batch, time, n_mels] log-mel, time a multiple of <see cref="ModelConfig.MelStride"/>; read during the call.</param>
    /// <param name="state">State before, of <see cref="EncoderState.Zeros"/> or of the last call; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The numbers are not whole strides of the batch.</exception>
    public EncoderState Encode(ReadOnlySpan<float> mel, EncoderState state) => Encode(mel, state.Batch, state);

    /// <summary>Takes the same mel steps into every clip of the batch; they are embedded once.</summary>
    /// <param name="mel">[time, n_mels] log-mel, time a multiple of <see cref="ModelConfig.MelStride"/>; read during the call.</param>
    /// <param name="state">State before; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The numbers are not whole strides.</exception>
    public EncoderState EncodeShared(ReadOnlySpan<float> mel, EncoderState state) => Encode(mel, 1, state);

    private EncoderState Encode(ReadOnlySpan<float> mel, int clips, EncoderState state)
    {
        int strides = _graph.StepCount(mel.Length, clips, _config.MelStride * _config.Mel.MelCount);
        return strides == 0 ? state : _graph.Run(mel, TensorElementType.Float, [clips, strides * _config.MelStride, _config.Mel.MelCount], state);
    }
}
