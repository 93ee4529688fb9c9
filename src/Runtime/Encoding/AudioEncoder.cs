namespace Twitch.Runtime;

/// <summary>Takes sound into a state, whole windows or as it arrives. Shared between threads.</summary>
/// <remarks>A step is what <see cref="Media.SoundSteps"/> says: with ears the log-mel of a second, [steps of a second, n_mels], else a mel step, [n_mels].</remarks>
public sealed class AudioEncoder
{
    private readonly RecurrentGraph _graph;
    private readonly ModelConfig _config;
    private readonly Senses? _senses;

    internal AudioEncoder(OpenGraph graph, ModelConfig config, Senses? senses) =>
        (_graph, _config, _senses) = (new RecurrentGraph(graph, senses is null ? GraphContract.Mel : GraphContract.Features), config, senses);

    /// <summary>Takes in steps of log-mel, each clip of the batch as many. Without any, the state stays as it was.</summary>
    /// <param name="mel">[batch, time, stride, n_mels]; read during the call.</param>
    /// <param name="state">State before, of <see cref="EncoderState.Zeros"/> or of the last call; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The numbers are not whole steps of the batch.</exception>
    public EncoderState Encode(ReadOnlySpan<float> mel, EncoderState state) => Encode(mel, state.Batch, state);

    /// <summary>Takes the same steps into every clip of the batch; they are listened to once.</summary>
    /// <param name="mel">[time, stride, n_mels]; read during the call.</param>
    /// <param name="state">State before; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The numbers are not whole steps.</exception>
    public EncoderState EncodeShared(ReadOnlySpan<float> mel, EncoderState state) => Encode(mel, 1, state);

    /// <summary>Takes in seconds as the ears have heard them.</summary>
    /// <param name="features">[batch, time, features], of <see cref="Senses.Hear"/>; read during the call.</param>
    /// <param name="state">State before; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The numbers are not whole seconds of the batch.</exception>
    /// <exception cref="InvalidOperationException">The network has no ears.</exception>
    public EncoderState EncodeFeatures(ReadOnlySpan<float> features, EncoderState state) =>
        _graph.RunRows(features, state.Batch, (_senses ?? throw new InvalidOperationException("this network has no ears: give it log-mel")).Ears.FeatureCount, state);

    private EncoderState Encode(ReadOnlySpan<float> mel, int clips, EncoderState state)
    {
        int time = _graph.StepCount(mel.Length, clips, _config.MelStepSize);
        return time == 0 ? state
            : _senses is null ? _graph.RunRows(mel, clips, _config.MelStepSize, state)
            : _graph.RunRows(_senses.Hear(mel), clips, _senses.Ears.FeatureCount, state);
    }
}
