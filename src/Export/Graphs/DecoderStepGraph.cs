using Twitch.Export.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>One token and the decoder's state to the logits of the next token and the next state.</summary>
/// <remarks><code>
/// in    token [batch] i64    hidden, cell [batch, hidden] f32
/// out   logits [batch, vocabulary] f32    next_hidden, next_cell [batch, hidden] f32
/// </code></remarks>
internal static class DecoderStepGraph
{
    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its state dict.</param>
    /// <param name="int8">Whether the two matrices that a step reads whole are in eight bits. The table of gates stays in float32: a
    /// token reads one row of it, so it costs memory and no time.</param>
    public static Model Build(ModelConfig config, SafeTensors weights, bool int8 = false)
    {
        var g = new Graph("decoder_step", "One step of the decoder: a token and the state to the logits of the next token and the next state.");
        Value token = g.Input("token", TensorType.I64, "batch");
        Value hidden = g.Input("hidden", TensorType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", TensorType.F32, "batch", config.HiddenSize);

        var lstm = new LstmWeights(weights, "decoder.lstm");
        Value gates = g.Gather(g.Weight(lstm.StepTable("decoder.embedding.weight")), token);  // [batch, 4 × hidden]: embedding · W_ihᵀ + b_ih + b_hh
        gates = int8                                                                          // + hidden · W_hhᵀ
            ? g.Add(g.MatMulInt8(hidden, lstm.StepRecurrentInt8()), gates)
            : g.Gemm(hidden, g.Weight(lstm.StepRecurrent()), gates);
        var (nextHidden, nextCell) = g.LstmCell(gates, cell);                                 // each [batch, hidden]
        Value logits = int8                                                                   // [batch, vocabulary]
            ? g.LinearInt8(nextHidden, weights, "decoder.output_fc")
            : g.Linear(nextHidden, weights, "decoder.output_fc");
        return g.Build(("logits", logits), ("next_hidden", nextHidden), ("next_cell", nextCell));
    }
}
