namespace Twitch.Onnx.Quantization;

/// <summary>Convolutions, sums and pools in eight bits, with the ranges of what flows between them fixed beforehand.</summary>
/// <remarks>
/// Activations are unsigned, weights signed with a scale for each output channel: the pair that processors have an instruction for (VNNI). A ReLU behind a
/// convolution or a sum costs nothing: what is below 0 has the code of 0. Everything else stays in float32. The arithmetic is ONNX's QLinearConv and ONNX
/// Runtime's QLinearAdd.
/// </remarks>
public static class StaticQuantization
{
    /// <summary>The same model ready to be quantized, with every value of which statistics are needed as an output more.</summary>
    /// <param name="model">The model in float32.</param>
    public static Model ForCalibration(this Model model) => model.Rewritten(graph =>
    {
        BatchNormalizationFolding.Fold(graph);
        foreach (string value in new QuantizedGraph(graph, null).Quantize().Observed)
            graph.Output.Add(new ValueInfoProto { Name = value, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float } } });
    });

    /// <summary>The model in eight bits.</summary>
    /// <param name="model">The model in float32.</param>
    /// <param name="statistics">Of every output that <see cref="ForCalibration"/> adds.</param>
    /// <param name="others">What was seen of the same values in models that are made of the same network: quantized so, they have the same weights.</param>
    /// <exception cref="ArgumentException">What was seen of a value is missing.</exception>
    public static Model Quantize(this Model model, IReadOnlyDictionary<string, ChannelStatistics> statistics, params IReadOnlyList<IReadOnlyDictionary<string, ChannelStatistics>> others) => model.Rewritten(graph =>
    {
        BatchNormalizationFolding.Fold(graph);
        foreach (string value in new QuantizedGraph(graph, null).Quantize().Observed.Where(value => !statistics.ContainsKey(value)))
            throw new ArgumentException($"the statistics of '{value}' are not given; calibrate this very model.", nameof(statistics));
        GraphProto quantized = new QuantizedGraph(graph, new ChannelScales(graph, statistics, others)).Quantize().Graph;
        graph.Node.Clear();
        graph.Node.AddRange(quantized.Node);
        graph.Initializer.Clear();
        graph.Initializer.AddRange(quantized.Initializer);
        graph.ValueInfo.Clear();
        GraphIndex.DropUnused(graph);
    }, contributed: true);
}
