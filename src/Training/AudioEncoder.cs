using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Sound to a state: what the ears heard in each second is projected, or single mel steps are taken as they are (preset <c>published</c>),
/// and goes into an LSTM.</summary>
internal sealed class AudioEncoder : nn.Module
{
    private readonly int hiddenSize;
    private readonly double secondDropout;
    private readonly Projection? projection;
    private readonly LSTM lstm;

    public AudioEncoder(ModelConfig config) : base(nameof(AudioEncoder))
    {
        (hiddenSize, secondDropout) = (config.HiddenSize, config.SecondDropout);
        projection = config.Ears is { } ears ? new Projection(this, ears.FeatureCount, config) : null;
        lstm = Recurrence.OpenLstm(config.AudioInputSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>State after some sound.</summary>
    /// <param name="heard">Pool of log-mel steps, [steps, n_mels], or of features of seconds, [steps, features].</param>
    /// <param name="windows">Which steps each row of the batch hears.</param>
    public LstmState Encode(Tensor heard, StepWindows windows) =>
        Recurrence.Encode(lstm, projection?.Project(heard) ?? heard, windows, hiddenSize, training ? secondDropout : 0);

    /// <summary>Sets the statistics of the training data; ignored without ears.</summary>
    public void SetStatistics(FeatureStatistics statistics) => projection?.SetStatistics(statistics);
}
