using Twitch.Export.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>One token and the decoder's state to the logits of the next token and the next state.</summary>
/// <remarks><code>
/// in    token [batch] i64    hidden, cell [batch, hidden] f32
/// out   logits [batch, vocabulary] f32    next_hidden, next_cell [batch, hidden] f32
/// </code></remarks>
internal static class DecoderStepGraph
{
    public static Model Build(ModelConfig config, SafeTensors weights)
    {
        var g = new Graph("decoder_step", "One step of the decoder: a token and the state to the logits of the next token and the next state.");
        Value token = g.Input("token", TensorType.I64, "batch");
        Value hidden = g.Input("hidden", TensorType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", TensorType.F32, "batch", config.HiddenSize);

        var lstm = new LstmWeights(weights, "decoder.lstm");
        Value gates = g.Gather(g.Weight(lstm.StepTable("decoder.embedding.weight")), token);  // [batch, 4 × hidden]: embedding · W_ihᵀ + b_ih + b_hh
        gates = g.Gemm(hidden, g.Weight(lstm.StepRecurrent()), gates);                        // + hidden · W_hhᵀ
        var (nextHidden, nextCell) = g.LstmCell(gates, cell);                                 // each [batch, hidden]
        Value logits = g.Linear(nextHidden, weights, "decoder.output_fc");                    // [batch, vocabulary]
        return g.Build(("logits", logits), ("next_hidden", nextHidden), ("next_cell", nextCell));
    }
}
