using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Pictures to a state: what the eyes saw in each is projected, or the frame taken as it is (preset <c>published</c>), and goes into an LSTM.</summary>
internal sealed class VideoEncoder : nn.Module
{
    private readonly int hiddenSize;
    private readonly double secondDropout;
    private readonly Projection? projection;
    private readonly LSTM lstm;

    public VideoEncoder(ModelConfig config) : base(nameof(VideoEncoder))
    {
        (hiddenSize, secondDropout) = (config.HiddenSize, config.SecondDropout);
        projection = config.Eyes is { } eyes ? new Projection(this, eyes.FeatureCount, config) : null;
        lstm = Recurrence.OpenLstm(config.VideoInputSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <summary>State after some frames.</summary>
    /// <param name="seen">Pool of frames, [steps, height, width, 3] u8, or of their features, [steps, features].</param>
    /// <param name="windows">Which frames each row of the batch sees.</param>
    public LstmState Encode(Tensor seen, StepWindows windows) =>
        Recurrence.Encode(lstm, projection is null ? Flatten(seen) : projection.Project(seen), windows, hiddenSize, training ? secondDropout : 0);

    /// <summary>Sets the statistics of the training data; ignored without eyes.</summary>
    public void SetStatistics(FeatureStatistics statistics) => projection?.SetStatistics(statistics);

    private Tensor Flatten(Tensor frames)
    {
        Device device = frames.device;
        Tensor mean = tensor(FrameSpec.Mean.ToArray(), device: device).view(1, 3, 1, 1);
        Tensor deviation = tensor(FrameSpec.Deviation.ToArray(), device: device).view(1, 3, 1, 1);
        Tensor x = frames.permute(0, 3, 1, 2).contiguous()                           // [steps, 3, height, width]
            .to(lstm.get_parameter("weight_ih_l0")!.dtype);
        return x.div_(255).sub_(mean).div_(deviation).flatten(1);
    }
}
