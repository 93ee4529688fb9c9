namespace Twitch.Onnx;

/// <summary>Arithmetic on eight bits, by ONNX Runtime's own operators.</summary>
public static class QuantizedOperators
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
        g.Require(x.Type == ElementType.F32 && x.Rank == 2 && x.Shape[1] == weight.InputSize, "MatMulNBits", $"{x} does not fit a weight of {weight.InputSize} inputs");
        long outputs = weight.Codes.Shape[0];
        return g.AddContributed("MatMulNBits", [x, g.Weight(weight.Codes), g.Weight(weight.Scales)], ElementType.F32, [x.Shape[0], outputs],
            Attribute.Int("K", weight.InputSize),
            Attribute.Int("N", outputs),
            Attribute.Int("bits", 8),
            Attribute.Int("block_size", weight.Codes.Shape[2]),
            Attribute.Int("accuracy_level", Int8Arithmetic));
    }

    /// <summary>x × weight with the weight in eight bits; every row of x is rounded to eight bits by a scale of its own, so that it does
    /// not depend on its neighbours. DynamicQuantizeMatMul has one scale for all rows.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[rows, inputs] f32.</param>
    /// <param name="weight">[inputs, outputs].</param>
    /// <returns>[rows, outputs] f32.</returns>
    /// <remarks>The product of whole numbers is exact where the processor adds four products at a time (VNNI); an older one
    /// saturates sums of two products to 16 bits. Codes of x are unsigned and those of the weight signed: the pair that has such an instruction.</remarks>
    public static Value MatMulInt8Rows(this Graph g, Value x, TurnedQuantizedWeight weight)
    {
        const float Largest = 127, Least = 1e-30f;    // a row of zeros has a scale too
        const byte Zero = 128;
        g.Require(x.Type == ElementType.F32 && x.Rank == 2 && x.Shape[1] == weight.Codes.Shape[0], "MatMulIntegerToFloat", $"{x} does not fit a weight of {weight.Codes.Shape[0]} inputs");

        Value scale = g.Mul(g.Max(g.ReduceMax(g.Abs(x), axis: 1), g.Constant([Least])), g.Constant([1 / Largest]));    // [rows, 1]
        Value codes = g.Cast(g.Add(g.Round(g.Div(x, scale)), g.Constant([(float)Zero])), ElementType.U8);
        Value product = g.AddContributed("MatMulIntegerToFloat",
            [codes, g.Weight(weight.Codes), g.Constant([1f]), g.Weight(weight.Scales), g.Constant(Zero)],
            ElementType.F32, [x.Shape[0], weight.Codes.Shape[1]]);
        return g.Mul(product, scale);
    }
}
