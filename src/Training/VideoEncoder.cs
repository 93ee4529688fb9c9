using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Pictures to a state: each is embedded, or taken as it is (preset <c>seed</c>), and goes into an LSTM.</summary>
internal sealed class VideoEncoder : nn.Module
{
    private readonly int hiddenSize;
    private readonly Convolutions convolutions;
    private readonly Linear? embed;
    private readonly BatchNorm? embed_norm;
    private readonly Dropout dropout;
    private readonly LSTM lstm;

    public VideoEncoder(ModelConfig config) : base(nameof(VideoEncoder))
    {
        hiddenSize = config.HiddenSize;
        convolutions = new Convolutions(this, FrameSpec.Channels, config.FrameChannels);
        if (config.FrameEmbeddingSize > 0)
        {
            embed = nn.Linear(3 * config.ConvolvedShape.Channels, config.FrameEmbeddingSize, hasBias: false);
            embed_norm = new BatchNorm(config.FrameEmbeddingSize);
        }
        dropout = nn.Dropout(config.Dropout);
        lstm = Recurrence.OpenLstm(config.VideoInputSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>State after some frames.</summary>
    /// <param name="frames">Pool of frames, [steps, height, width, 3] u8.</param>
    /// <param name="windows">Which frames each row of the batch sees.</param>
    public LstmState Encode(Tensor frames, StepWindows windows)
    {
        Device device = frames.device;
        Tensor mean = tensor(FrameSpec.Mean.ToArray(), device: device).view(1, 3, 1, 1);
        Tensor deviation = tensor(FrameSpec.Deviation.ToArray(), device: device).view(1, 3, 1, 1);

        Tensor x = frames.permute(0, 3, 1, 2).contiguous()                           // [steps, 3, height, width]
            .to(lstm.get_parameter("weight_ih_l0")!.dtype);
        x = x.div_(255).sub_(mean).div_(deviation);
        if (embed is null)
            return Recurrence.Encode(lstm, x.flatten(1), windows, hiddenSize);
        x = convolutions.Convolve(x);                                                // [steps, channels, height / 8, width / 8]
        x = cat([x.amax([2, 3]), Places(x)], 1);                                     // [steps, 3 × channels]
        x = dropout.call(nn.functional.relu(embed_norm!.Normalise(embed.call(x))));  // [steps, embedding]
        return Recurrence.Encode(lstm, x, windows, hiddenSize);
    }

    // The mean row and column under a softmax over each channel, from −1 to 1: [steps, channels × 2].
    private static Tensor Places(Tensor x)
    {
        (long height, long width) = (x.shape[2], x.shape[3]);
        Tensor rows = linspace(-1, 1, height, dtype: x.dtype, device: x.device).repeat_interleave(width);
        Tensor columns = linspace(-1, 1, width, dtype: x.dtype, device: x.device).repeat(height);
        return x.flatten(2).softmax(2).matmul(stack([rows, columns], 1)).flatten(1);
    }
}
