using Twitch.Onnx;

namespace Twitch.Export;

/// <summary>The decoder's last layer, from its hidden state to a logit for each word; on request the sentinel's score is one logit more, so that the
/// product that gives the others gives it too.</summary>
internal sealed class HeadWeights
{
    private const string Words = "decoder.output_fc", Sentinel = "chat_encoder.sentinel";

    private readonly SafeTensors _weights;
    private readonly string[] _modules;
    private readonly int _inputs, _outputs;

    /// <param name="weights">The state dict; must stay open until the graphs are saved.</param>
    /// <param name="withSentinel">Whether the sentinel's score comes behind the words.</param>
    public HeadWeights(SafeTensors weights, bool withSentinel)
    {
        (_weights, _modules) = (weights, withSentinel ? [Words, Sentinel] : [Words]);
        _inputs = (int)weights.Find($"{Words}.weight").Shape[1];
        _outputs = _modules.Sum(module => (int)weights.Find($"{module}.weight").Shape[0]);
    }

    private string Name => string.Join('+', _modules);

    /// <summary>[hidden, outputs].</summary>
    public Weight Transposed() => new($"{Name}.weight", ElementType.F32, [_inputs, _outputs], stream => Weight.WriteTransposed(stream, Read("weight"), _outputs, _inputs));

    /// <summary>In eight bits, [outputs, hidden].</summary>
    public QuantizedWeight Int8() =>
        Weight.Quantized($"{Name}.weight", _outputs, _inputs, _modules.Length, module => _weights.Read<float>($"{_modules[module]}.weight"));

    /// <summary>In eight bits, [hidden, outputs], for many rows.</summary>
    public TurnedQuantizedWeight Int8Rows() => Weight.QuantizedTransposed($"{Name}.weight", _outputs, _inputs, () => Read("weight"));

    /// <summary>[outputs].</summary>
    public Weight Bias() => new($"{Name}.bias", ElementType.F32, [_outputs], stream => Weight.WriteValues(stream, Read("bias")));

    private float[] Read(string parameter)
    {
        var all = new float[_modules.Sum(module => _weights.Read<float>($"{module}.{parameter}").Length)];
        int written = 0;
        foreach (string module in _modules)
        {
            ReadOnlySpan<float> values = _weights.Read<float>($"{module}.{parameter}");
            values.CopyTo(all.AsSpan(written));
            written += values.Length;
        }
        return all;
    }
}
