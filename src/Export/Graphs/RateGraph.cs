using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>The fused state to the rate at which people comment now.</summary>
/// <remarks><code>
/// in    hidden, cell [batch, hidden] f32    with past chat pace [batch, 2] f32, -1 where no chat is known
/// out   rate [batch] f32, comments per second, above 0
/// </code></remarks>
internal static class RateGraph
{
    public static Model Build(ModelConfig config, SafeTensors weights)
    {
        var g = new Graph("rate", "The fused state to the rate at which people comment now, in comments per second.");
        Value hidden = g.Input("hidden", ElementType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", ElementType.F32, "batch", config.HiddenSize);

        Value[] told = [hidden, cell, .. config.Chat is null ? (Value[])[] : [Pace(g, weights)]];
        Value x = g.Relu(g.Linear(g.Concat(axis: 1, told), weights, "rate.embed"));           // [batch, units]
        x = g.Squeeze(g.Linear(x, weights, "rate.output"), 1);                                // [batch]: ln of the rate
        x = g.Min(g.Max(x, g.Constant([MathF.Log(ModelConfig.LeastRate)])), g.Constant([MathF.Log(ModelConfig.MostRate)]));
        return g.Build(("rate", g.Exp(x)));
    }

    // What differs from the mean; 0 where no chat is known.
    private static Value Pace(Graph g, SafeTensors weights)
    {
        Value pace = g.Input("pace", ElementType.F32, "batch", ChatPace.Count);
        Value isKnown = g.Min(g.Max(g.Add(pace, g.Constant([-ChatPace.Unknown])), g.Constant([0f])), g.Constant([1f]));
        return g.Mul(g.Sub(pace, g.Weight(weights, "rate.pace_mean")), isKnown);
    }
}
