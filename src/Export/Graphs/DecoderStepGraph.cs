using Twitch.Onnx;

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

    /// <summary>Products and the table of gates in float16, for CUDA; the cell, whose state adds up, in float32.</summary>
    Float16,
}

/// <summary>One token and the decoder's state to the logits of the next token and the next state.</summary>
/// <remarks><code>
/// in    token [batch] i64    hidden, cell [batch, hidden] f32
/// out   logits [batch, vocabulary] f32    next_hidden, next_cell [batch, hidden] f32
/// </code>Of a network that reads past chat logits are [batch, vocabulary + 1], the last of them the sentinel's score: whoever runs the step mixes the past
/// words in, which takes a processor less time than a few operators' calls. Made for a state that stays on the device, it mixes them itself, with the inputs
/// and outputs of <see cref="PastWordsGraph"/> besides and ln p for logits; it takes every state as <see cref="StepStates"/> says, and gives besides
/// <code>
/// out   top_ids [batch, k] i64, top_logits [batch, k] f32: the k most likely tokens    log_sum [batch] f32: ln Σ exp(logit)
/// </code>In that form nothing but the tables of past words reads the processor's memory: Concat and Split of unequal sizes would copy a table of the sizes each time.</remarks>
internal static class DecoderStepGraph
{
    /// <summary>From how many rows on <see cref="StepArithmetic.Int8Rows"/> is faster.</summary>
    public const int LeastRowsOfBatch = 4;

    /// <param name="config">Sizes of the network.</param>
    /// <param name="weights">Its state dict.</param>
    /// <param name="arithmetic">Of the two matrices that a step reads whole. On a processor the table of gates stays in float32: a token
    /// reads one row of it, so it costs memory and no time.</param>
    /// <param name="onDevice">Whether it is made for a state that stays on the device.</param>
    public static Model Build(ModelConfig config, SafeTensors weights, StepArithmetic arithmetic = StepArithmetic.Float32, bool onDevice = false)
    {
        var g = new Graph("decoder_step", "One step of the decoder: a token and the state to the logits of the next token and the next state.");
        Value token = g.Input("token", ElementType.I64, "batch");
        var states = new StepStates(g, onDevice);
        Value hidden = states.Input("hidden", ElementType.F32, config.HiddenSize);             // [batch, hidden]
        Value cell = states.Input("cell", ElementType.F32, config.HiddenSize);                 // [batch, hidden]

        PastWordsGraph? past = onDevice && config.Chat is ChatSpec chat ? new PastWordsGraph(g, states, chat, weights, token) : null;

        var lstm = new LstmWeights(weights, "decoder.lstm");
        Weight table = lstm.StepTable("decoder.embedding.weight");
        Value gates = g.Gather(g.Weight(arithmetic == StepArithmetic.Float16 ? Weight.Float16(table) : table), token);    // [batch, 4 × hidden]: embedding · W_ihᵀ + b_ih + b_hh
        gates = arithmetic switch                                                             // + hidden · W_hhᵀ
        {
            StepArithmetic.Float16 => g.Cast(g.Gemm(g.Cast(hidden, ElementType.F16), g.Weight(Weight.Float16(lstm.StepRecurrent())), gates), ElementType.F32),
            StepArithmetic.Int8 => g.Add(g.MatMulInt8(hidden, lstm.StepRecurrentInt8()), gates),
            StepArithmetic.Int8Rows => g.Add(g.MatMulInt8Rows(hidden, lstm.StepRecurrentInt8Rows()), gates),
            _ => g.Gemm(hidden, g.Weight(lstm.StepRecurrent()), gates),
        };
        var (nextHidden, nextCell) = g.LstmCell(gates, cell, onDevice);                       // each [batch, hidden]
        var head = new HeadWeights(weights, withSentinel: config.Chat is not null && !onDevice);
        Value logits = arithmetic switch                                                      // [batch, vocabulary], or one more
        {
            StepArithmetic.Float16 => g.Cast(g.Gemm(g.Cast(nextHidden, ElementType.F16), g.Weight(Weight.Float16(head.Transposed())), g.Weight(Weight.Float16(head.Bias()))), ElementType.F32),
            StepArithmetic.Int8 => g.Add(g.MatMulInt8(nextHidden, head.Int8()), g.Weight(head.Bias())),
            StepArithmetic.Int8Rows => g.Add(g.MatMulInt8Rows(nextHidden, head.Int8Rows()), g.Weight(head.Bias())),
            _ => g.Linear(nextHidden, g.Weight(head.Transposed()), g.Weight(head.Bias())),
        };
        List<(string, Value)> outputs = [("next_hidden", nextHidden), ("next_cell", nextCell)];
        if (past is not null)
        {
            (logits, Value nextMatch) = past.Mix(logits, nextHidden);
            outputs.Add(("next_match", nextMatch));
        }
        outputs.Insert(0, ("logits", logits));
        return g.Build(onDevice ? [.. outputs, .. states.Kept, .. MostLikely(g, logits, GraphVariant.TopCount(config))] : [.. outputs]);
    }

    private static (string, Value)[] MostLikely(Graph g, Value logits, int count)
    {
        (Value values, Value ids) = g.TopK(logits, count);

        // Their first is the largest, so the sum cannot overflow. ReduceLogSumExp, which says the same, takes 0.5 ms in CUDA from two rows on: cuDNN
        // reduces a row of thousands with few threads.
        Value largest = g.Slice(values, axis: 1, 0, 1);
        Value sum = g.ReduceSum(g.Exp(g.Sub(logits, largest)), axis: 1);
        return [("top_ids", ids), ("top_logits", values), ("log_sum", g.Add(g.Squeeze(largest, 1), g.Log(sum)))];
    }
}
