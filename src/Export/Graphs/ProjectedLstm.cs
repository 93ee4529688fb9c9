using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>Features of one sense, standardised and projected, to the state of its LSTM: both encoders of a network with eyes and ears.</summary>
internal static class ProjectedLstm
{
    /// <param name="module">Name of the encoder in the state dict, and of the graph.</param>
    /// <param name="description">What the graph computes.</param>
    /// <param name="features">Numbers of a second.</param>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its state dict.</param>
    public static Model Build(string module, string description, int features, ModelConfig config, SafeTensors weights)
    {
        var g = new Graph(module, description);
        Value x = g.Input("features", ElementType.F32, "clips", "time", features);
        Value hidden = g.Input("hidden", ElementType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", ElementType.F32, "batch", config.HiddenSize);

        x = g.Div(g.Sub(x, g.Weight(weights, $"{module}.mean")), g.Weight(weights, $"{module}.deviation"));
        x = g.Max(g.Min(x, g.Constant([ModelConfig.MostDeviations])), g.Constant([-ModelConfig.MostDeviations]));
        x = g.Linear(x, weights, $"{module}.embed");                                           // [clips, time, projection]
        x = g.Relu(g.LayerNormalization(x, g.Weight(weights, $"{module}.embed_norm.weight"), g.Weight(weights, $"{module}.embed_norm.bias"), ModelConfig.NormEpsilon));

        var (nextHidden, nextCell) = g.Lstm(x, hidden, cell, weights, $"{module}.lstm");
        return g.Build(("next_hidden", nextHidden), ("next_cell", nextCell));
    }
}
