using Twitch.Onnx;

namespace Twitch.Export;

/// <summary>A Linear or Conv2d without bias and the BatchNorm behind it as one layer with a bias: in evaluation both are affine, so a graph needs
/// no normalisation of its own.</summary>
/// <remarks>weight · s and bias − mean · s, where s = scale / √(variance + ε), for each output.</remarks>
/// <param name="weights">The state dict.</param>
/// <param name="layer">Name of the Linear or Conv2d.</param>
/// <param name="norm">Name of the BatchNorm.</param>
internal sealed class NormalisedLayer(SafeTensors weights, string layer, string norm)
{
    private readonly string _weight = $"{layer}.weight";

    /// <summary>PyTorch's weight, [outputs, …].</summary>
    public Onnx.Weight Weight() => new(_weight, ElementType.F32, weights.Find(_weight).Shape, stream => Onnx.Weight.WriteValues(stream, Scaled()));

    /// <summary>A Linear's weight as a matrix product wants it, [inputs, outputs].</summary>
    public Onnx.Weight Transposed()
    {
        long[] shape = weights.Find(_weight).Shape;
        (int outputs, int inputs) = ((int)shape[0], (int)shape[1]);
        return new(_weight, ElementType.F32, [inputs, outputs], stream => Onnx.Weight.WriteTransposed(stream, Scaled(), outputs, inputs));
    }

    /// <summary>[outputs].</summary>
    public Onnx.Weight Bias() => new($"{layer}.bias", ElementType.F32, weights.Find($"{norm}.bias").Shape, stream =>
    {
        ReadOnlySpan<float> bias = weights.Read<float>($"{norm}.bias"), mean = weights.Read<float>($"{norm}.running_mean");
        double[] scales = Scales();
        var folded = new float[bias.Length];
        for (int i = 0; i < folded.Length; i++)
            folded[i] = (float)(bias[i] - mean[i] * scales[i]);
        Onnx.Weight.WriteValues(stream, folded);
    });

    private float[] Scaled()
    {
        float[] values = weights.Read<float>(_weight).ToArray();
        double[] scales = Scales();
        int size = values.Length / scales.Length;
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(values[i] * scales[i / size]);
        return values;
    }

    private double[] Scales()
    {
        ReadOnlySpan<float> scale = weights.Read<float>($"{norm}.weight"), variance = weights.Read<float>($"{norm}.running_var");
        var scales = new double[scale.Length];
        for (int i = 0; i < scales.Length; i++)
            scales[i] = scale[i] / Math.Sqrt(variance[i] + (double)ModelConfig.NormEpsilon);
        return scales;
    }
}
