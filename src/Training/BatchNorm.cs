using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Gives every feature mean 0 and variance 1 over a batch, then a scale and an offset of its own.</summary>
/// <remarks>Ioffe and Szegedy, 2015. Most of a frame never changes: without it the LSTM behind sees one large constant, and what happens is lost
/// in it. A single row has no variance, so it takes the running statistics, as everything does in evaluation.</remarks>
internal sealed class BatchNorm : nn.Module
{
    private const double Momentum = 0.1;    // share of a batch in the running statistics

    private readonly Parameter weight, bias;
    private readonly Tensor running_mean, running_var;

    public BatchNorm(int size) : base(nameof(BatchNorm))
    {
        (weight, bias) = (new Parameter(ones(size)), new Parameter(zeros(size)));
        (running_mean, running_var) = (zeros(size), ones(size));
        RegisterComponents();
    }

    /// <param name="x">[batch, size] or [batch, size, height, width].</param>
    public Tensor Normalise(Tensor x) => nn.functional.batch_norm(
        x, running_mean, running_var, weight, bias, training: training && x.shape[0] > 1, Momentum, ModelConfig.NormEpsilon);
}
