namespace Twitch.Export.Onnx;

/// <summary>Arithmetic on eight bits, by ONNX Runtime's own operators.</summary>
internal static class QuantizedOperators
{
    // Activations are rounded to eight bits as well: level 0 turns the weights back into floats first and is a hundred times slower.
    private const int Int8Arithmetic = 4;

    /// <summary>x × weightᵀ with the weight in eight bits; x is rounded to eight bits as it comes, block by block.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[rows, inputs] f32.</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <returns>[rows, outputs] f32.</returns>
    public static Value MatMulInt8(this Graph g, Value x, QuantizedWeight weight)
    {
        g.Require(x.Type == TensorType.F32 && x.Rank == 2 && x.Shape[1] == weight.InputSize, "MatMulNBits", $"{x} does not fit a weight of {weight.InputSize} inputs");
        long outputs = weight.Codes.Shape[0];
        return g.AddContributed("MatMulNBits", [x, g.Weight(weight.Codes), g.Weight(weight.Scales)], TensorType.F32, [x.Shape[0], outputs],
            Attribute.Int("K", weight.InputSize),
            Attribute.Int("N", outputs),
            Attribute.Int("bits", 8),
            Attribute.Int("block_size", weight.Codes.Shape[2]),
            Attribute.Int("accuracy_level", Int8Arithmetic));
    }
}
