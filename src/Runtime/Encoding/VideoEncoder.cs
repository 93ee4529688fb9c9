using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>Takes frames into a state, whole windows or as they arrive. Shared between threads.</summary>
public sealed class VideoEncoder
{
    private readonly RecurrentGraph _graph;
    private readonly FrameSpec _frame;
    private readonly Senses? _senses;

    internal VideoEncoder(OpenGraph graph, ModelConfig config, Senses? senses) =>
        (_graph, _frame, _senses) = (new RecurrentGraph(graph, senses is null ? GraphContract.Frames : GraphContract.Features), config.Frame, senses);

    /// <summary>Takes in frames, each clip of the batch as many. Without any, the state stays as it was.</summary>
    /// <param name="frames">[batch, time, height, width, 3] RGB; read during the call.</param>
    /// <param name="state">State before, of <see cref="EncoderState.Zeros"/> or of the last call; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The bytes are not whole frames of the batch.</exception>
    public EncoderState Encode(ReadOnlySpan<byte> frames, EncoderState state) => Encode(frames, state.Batch, state);

    /// <summary>Takes the same frames into every clip of the batch; they are looked at once.</summary>
    /// <param name="frames">[time, height, width, 3] RGB; read during the call.</param>
    /// <param name="state">State before; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The bytes are not whole frames.</exception>
    public EncoderState EncodeShared(ReadOnlySpan<byte> frames, EncoderState state) => Encode(frames, 1, state);

    /// <summary>Takes in frames as the eyes have seen them.</summary>
    /// <param name="features">[batch, time, features], of <see cref="Senses.See"/>; read during the call.</param>
    /// <param name="state">State before; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The numbers are not whole frames of the batch.</exception>
    /// <exception cref="InvalidOperationException">The network has no eyes.</exception>
    public EncoderState EncodeFeatures(ReadOnlySpan<float> features, EncoderState state) =>
        _graph.RunRows(features, state.Batch, (_senses ?? throw new InvalidOperationException("this network has no eyes: give it frames")).Eyes.FeatureCount, state);

    private EncoderState Encode(ReadOnlySpan<byte> frames, int clips, EncoderState state)
    {
        int time = _graph.StepCount(frames.Length, clips, _frame.ByteCount);
        return time == 0 ? state
            : _senses is null ? _graph.Run(frames, TensorElementType.UInt8, [clips, time, _frame.Height, _frame.Width, FrameSpec.Channels], state)
            : _graph.RunRows(_senses.See(frames), clips, _senses.Eyes.FeatureCount, state);
    }
}
