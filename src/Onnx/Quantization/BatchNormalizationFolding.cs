namespace Twitch.Onnx.Quantization;

/// <summary>A convolution and the BatchNormalization behind it as one convolution: in evaluation both are affine.</summary>
internal static class BatchNormalizationFolding
{
    private const float DefaultEpsilon = 1e-5f;

    /// <summary>Folds every BatchNormalization that is the only reader of a convolution with constant weights.</summary>
    /// <param name="graph">Changed.</param>
    public static void Fold(GraphProto graph)
    {
        var index = new GraphIndex(graph);
        foreach (NodeProto conv in graph.Node.Where(node => node.OpType == "Conv" && node.Domain.Length == 0).ToArray())
        {
            if (index.OnlyReader(conv.Output[0], "BatchNormalization") is { } norm && Factors(index, norm) is { } factors && index.Constant(conv.Input[1]) is { } weight && weight.Floats() is { } kernels)
                Fold(graph, conv, norm, weight, kernels, index.Floats(conv, 2), factors);
        }
        GraphIndex.DropUnused(graph);
    }

    private static void Fold(GraphProto graph, NodeProto conv, NodeProto norm, TensorProto weight, float[] kernels, float[]? bias, (double Scale, double Offset)[] factors)
    {
        int size = kernels.Length / factors.Length;
        var folded = new float[kernels.Length];
        for (int i = 0; i < kernels.Length; i++)
            folded[i] = (float)(kernels[i] * factors[i / size].Scale);
        float[] offset = [.. factors.Select((factor, i) => (float)(factor.Offset + (bias?[i] ?? 0) * factor.Scale))];

        string name = $"{conv.Input[1]}/folded";
        while (conv.Input.Count > 1)
            conv.Input.RemoveAt(1);
        conv.Input.Add([name, $"{name}/bias"]);
        conv.Output[0] = norm.Output[0];
        graph.Node.Remove(norm);
        graph.Initializer.Add(TensorContent.Of(name, TensorProto.Types.DataType.Float, folded, [.. weight.Dims]));
        graph.Initializer.Add(TensorContent.Of(conv.Input[2], TensorProto.Types.DataType.Float, offset, offset.Length));
    }

    // y = x · scale + offset for each channel; null if the parameters are not constants.
    private static (double Scale, double Offset)[]? Factors(GraphIndex index, NodeProto norm)
    {
        float[]?[] parameters = [.. Enumerable.Range(1, 4).Select(input => index.Floats(norm, input))];
        if (parameters.Any(parameter => parameter is null))
            return null;
        float epsilon = norm.Attribute.FirstOrDefault(attribute => attribute.Name == "epsilon")?.F ?? DefaultEpsilon;
        return [.. parameters[0]!.Select((gain, i) =>
        {
            double scale = gain / Math.Sqrt(parameters[3]![i] + (double)epsilon);
            return (scale, parameters[1]![i] - parameters[2]![i] * scale);
        })];
    }
}
