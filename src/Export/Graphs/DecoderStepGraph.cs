using Twitch.Export.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>How the two matrices of a step are multiplied.</summary>
internal enum StepArithmetic
{
    /// <summary>As trained.</summary>
    Float32,

    /// <summary>In eight bits, a scale for each block of a row: the most exact, and the fastest for up to three rows.</summary>
    Int8,

    /// <summary>In eight bits, a scale for each row: the fastest for more rows, by 1.4 at 4 and by 2.3 from 16 on.</summary>
    Int8Rows,
}

/// <summary>One token and the decoder's state to the logits of the next token and the next state.</summary>
/// <remarks><code>
/// in    token [batch] i64    hidden, cell [batch, hidden] f32
/// out   logits [batch, vocabulary] f32    next_hidden, next_cell [batch, hidden] f32
/// </code>A network that reads past chat has the inputs and outputs of <see cref="PastWordsGraph"/> besides, and its logits are ln p.</remarks>
internal static class DecoderStepGraph
{
    /// <summary>From how many rows on <see cref="StepArithmetic.Int8Rows"/> is faster.</summary>
    public const int LeastRowsOfBatch = 4;

    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its state dict.</param>
    /// <param name="arithmetic">Of the two matrices that a step reads whole. The table of gates always stays in float32: a token reads
    /// one row of it, so it costs memory and no time.</param>
    public static Model Build(ModelConfig config, SafeTensors weights, StepArithmetic arithmetic = StepArithmetic.Float32)
    {
        const string Head = "decoder.output_fc";
        var g = new Graph("decoder_step", "One step of the decoder: a token and the state to the logits of the next token and the next state.");
        Value token = g.Input("token", TensorType.I64, "batch");
        Value hidden = g.Input("hidden", TensorType.F32, "batch", config.HiddenSize);
        Value cell = g.Input("cell", TensorType.F32, "batch", config.HiddenSize);

        PastWordsGraph? past = config.Chat is ChatSpec chat ? new PastWordsGraph(g, chat, weights, token) : null;

        var lstm = new LstmWeights(weights, "decoder.lstm");
        Value gates = g.Gather(g.Weight(lstm.StepTable("decoder.embedding.weight")), token);  // [batch, 4 × hidden]: embedding · W_ihᵀ + b_ih + b_hh
        gates = arithmetic switch                                                             // + hidden · W_hhᵀ
        {
            StepArithmetic.Int8 => g.Add(g.MatMulInt8(hidden, lstm.StepRecurrentInt8()), gates),
            StepArithmetic.Int8Rows => g.Add(g.MatMulInt8Rows(hidden, lstm.StepRecurrentInt8Rows()), gates),
            _ => g.Gemm(hidden, g.Weight(lstm.StepRecurrent()), gates),
        };
        var (nextHidden, nextCell) = g.LstmCell(gates, cell);                                 // each [batch, hidden]
        Value logits = arithmetic switch                                                      // [batch, vocabulary]
        {
            StepArithmetic.Int8 => g.LinearInt8(nextHidden, weights, Head),
            StepArithmetic.Int8Rows => g.LinearInt8Rows(nextHidden, weights, Head),
            _ => g.Linear(nextHidden, weights, Head),
        };
        if (past is null)
            return g.Build(("logits", logits), ("next_hidden", nextHidden), ("next_cell", nextCell));
        (logits, Value nextMatch) = past.Mix(logits, nextHidden);
        return g.Build(("logits", logits), ("next_hidden", nextHidden), ("next_cell", nextCell), ("next_match", nextMatch));
    }
}
