using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Twitch.Training;

/// <summary>Adam with decoupled weight decay, whose moments are plain tensors with names, so that they can be saved.</summary>
/// <remarks>Loshchilov and Hutter, "Decoupled weight decay regularization", 2019. Biases do not decay. On the processor a step is one pass over each
/// parameter, its gradient and its moments, where they lie.</remarks>
public sealed class AdamW : IDisposable
{
    private const float Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f;

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
    /// <param name="clipNorm">Largest norm of the gradient; a longer one is scaled down to it.</param>
    /// <returns>The gradient's norm; where it is not finite, nothing was moved.</returns>
    public double Step(double learningRate, long step, double clipNorm = double.PositiveInfinity)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Tensor?[] gradients = [.. _parameters.Select(parameter => parameter.Value.grad?.contiguous())];
        double norm = Math.Sqrt(gradients.Sum(gradient => gradient is null ? 0 : SumOfSquares(gradient)));
        if (!double.IsFinite(norm))
            return norm;

        double meanScale = 1 - Math.Pow(Beta1, step + 1), squareScale = Math.Sqrt(1 - Math.Pow(Beta2, step + 1));
        for (int i = 0; i < _parameters.Length; i++)
        {
            if (gradients[i] is not Tensor gradient)
                continue;
            (_, Parameter value, Tensor mean, Tensor square) = _parameters[i];
            var pass = new Pass(
                GradientScale: (float)(norm > clipNorm ? clipNorm / norm : 1),
                Keep: value.dim() > 1 ? (float)(1 - learningRate * _weightDecay) : 1,
                Rate: (float)(learningRate / meanScale), RootScale: (float)(1 / squareScale));
            if (value.device_type == DeviceType.CPU && value.dtype == ScalarType.Float32)
                pass.Run(Values(value), Values(gradient), Values(mean), Values(square));
            else
                pass.Run(value, gradient, mean, square);
        }
        return norm;
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

    private static double SumOfSquares(Tensor gradient) => gradient.device_type == DeviceType.CPU && gradient.dtype == ScalarType.Float32
        ? TensorPrimitives.SumOfSquares<float>(Values(gradient))
        : gradient.square().sum().item<float>();

    private static Span<float> Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    // What is the same for every element of a parameter.
    private readonly record struct Pass(float GradientScale, float Keep, float Rate, float RootScale)
    {
        public void Run(Span<float> values, ReadOnlySpan<float> gradients, Span<float> means, Span<float> squares)
        {
            int i = 0;
            for (; i + Vector256<float>.Count <= values.Length; i += Vector256<float>.Count)
            {
                Vector256<float> gradient = Vector256.Create(gradients[i..]) * GradientScale, mean = Vector256.Create(means[i..]);
                mean += (gradient - mean) * (1 - Beta1);
                Vector256<float> square = Vector256.Create((ReadOnlySpan<float>)squares[i..]) * Beta2 + gradient * gradient * (1 - Beta2);
                mean.CopyTo(means[i..]);
                square.CopyTo(squares[i..]);
                (Vector256.Create((ReadOnlySpan<float>)values[i..]) * Keep - mean * Rate / (Vector256.Sqrt(square) * RootScale + Vector256.Create(Epsilon))).CopyTo(values[i..]);
            }
            for (; i < values.Length; i++)
            {
                float gradient = gradients[i] * GradientScale;
                means[i] += (gradient - means[i]) * (1 - Beta1);
                squares[i] = squares[i] * Beta2 + gradient * gradient * (1 - Beta2);
                values[i] = values[i] * Keep - means[i] * Rate / (MathF.Sqrt(squares[i]) * RootScale + Epsilon);
            }
        }

        public void Run(Tensor values, Tensor gradients, Tensor means, Tensor squares)
        {
            Tensor gradient = gradients * GradientScale;
            means.lerp_(gradient, 1 - Beta1);
            squares.mul_(Beta2).addcmul_(gradient, gradient, 1 - Beta2);
            values.mul_(Keep).addcdiv_(means, squares.sqrt().mul_(RootScale).add_(Epsilon), -Rate);
        }
    }
}
