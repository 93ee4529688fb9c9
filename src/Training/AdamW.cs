using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Adam with decoupled weight decay, whose moments are plain tensors with names, so that they can be saved.</summary>
/// <remarks>Loshchilov and Hutter, "Decoupled weight decay regularization", 2019. Biases do not decay.</remarks>
public sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly (string Name, Parameter Value, Tensor Mean, Tensor Square)[] _parameters;
    private readonly double _weightDecay;

    /// <summary>An optimizer of a network's parameters, with moments of zero on the parameters' device.</summary>
    /// <param name="model">The network.</param>
    /// <param name="weightDecay">Weight decay of the matrices.</param>
    public AdamW(nn.Module model, double weightDecay)
    {
        _weightDecay = weightDecay;
        _parameters = [.. model.named_parameters().Select(entry => (entry.name, entry.parameter,
            zeros_like(entry.parameter, requires_grad: false).DetachFromDisposeScope(), zeros_like(entry.parameter, requires_grad: false).DetachFromDisposeScope()))];
    }

    /// <summary>The moments by name: <c>mean.NAME</c> and <c>square.NAME</c>, averages of the gradient and of its square.</summary>
    public IEnumerable<(string Name, Tensor Value)> Moments() =>
        _parameters.SelectMany(p => ((string, Tensor)[])[($"mean.{p.Name}", p.Mean), ($"square.{p.Name}", p.Square)]);

    /// <summary>Moves every parameter along its gradient.</summary>
    /// <param name="learningRate">Learning rate of this step.</param>
    /// <param name="step">Steps made before this one.</param>
    public void Step(double learningRate, long step)
    {
        double meanScale = 1 - Math.Pow(Beta1, step + 1), squareScale = Math.Sqrt(1 - Math.Pow(Beta2, step + 1));
        using var frozen = no_grad();
        foreach ((_, Parameter value, Tensor mean, Tensor square) in _parameters)
        {
            using var scope = NewDisposeScope();
            if (value.grad is not { } gradient)
                continue;
            if (_weightDecay > 0 && value.dim() > 1)
                value.mul_(1 - learningRate * _weightDecay);
            mean.lerp_(gradient, 1 - Beta1);
            square.mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
            value.addcdiv_(mean, square.sqrt().div_(squareScale).add_(Epsilon), -learningRate / meanScale);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, _, Tensor mean, Tensor square) in _parameters)
        {
            mean.Dispose();
            square.Dispose();
        }
    }
}
