using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Sound to a state: half seconds of log-mel are embedded, or single steps taken as they are (preset <c>seed</c>), and go into an LSTM.</summary>
internal sealed class AudioEncoder : nn.Module
{
    private readonly int hiddenSize, melCount, melStride;
    private readonly Tensor? mean, deviation;
    private readonly Convolutions convolutions;
    private readonly Linear? embed;
    private readonly BatchNorm? embed_norm;
    private readonly Dropout dropout;
    private readonly LSTM lstm;

    public AudioEncoder(ModelConfig config) : base(nameof(AudioEncoder))
    {
        (hiddenSize, melCount, melStride) = (config.HiddenSize, config.Mel.MelCount, config.MelStride);
        convolutions = new Convolutions(this, 1, config.MelChannels);
        if (config.MelEmbeddingSize > 0)
        {
            mean = zeros(melCount);
            deviation = ones(melCount);
            var (c, h, w) = config.ConvolvedMelShape;
            embed = nn.Linear(c * h * w, config.MelEmbeddingSize, hasBias: false);
            embed_norm = new BatchNorm(config.MelEmbeddingSize);
        }
        dropout = nn.Dropout(config.Dropout);
        lstm = Recurrence.OpenLstm(config.AudioInputSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>State after some sound.</summary>
    /// <param name="mel">Pool of stacked log-mel steps, [steps, stride × n_mels] f32.</param>
    /// <param name="windows">Which stacked steps each row of the batch hears.</param>
    public LstmState Encode(Tensor mel, StepWindows windows)
    {
        Tensor x = mel;                                                              // [steps, stride × n_mels]
        if (embed is not null)
        {
            x = (x.view(-1, 1, melStride, melCount) - mean!).div_(deviation!);        // [steps, 1, stride, n_mels]
            x = convolutions.Convolve(x).flatten(1);                                 // each halves stride and filters
            x = dropout.call(nn.functional.relu(embed_norm!.Normalise(embed.call(x))));    // [steps, embedding]
        }
        return Recurrence.Encode(lstm, x, windows, hiddenSize);
    }

    /// <summary>Mean and deviation of each mel filter, each [n_mels]; ignored where sound is not embedded.</summary>
    public void SetStatistics(float[] means, float[] deviations)
    {
        if (embed is null)
            return;
        using var scope = NewDisposeScope();
        mean!.copy_(tensor(means));
        deviation!.copy_(tensor(deviations));
    }
}
