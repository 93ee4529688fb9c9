using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>The network's modules as PyTorch names them in the state dict, written into a graph.</summary>
internal static class Layers
{
    /// <summary>A tensor of the state dict as it stands there.</summary>
    public static Value Weight(this Graph g, SafeTensors weights, string name) => g.Weight(Onnx.Weight.Stored(weights, name));

    /// <summary>nn.Linear: [..., inputs] to [..., outputs].</summary>
    public static Value Linear(this Graph g, Value x, SafeTensors weights, string module) =>
        g.Linear(x, g.Weight(Onnx.Weight.Transposed(weights, $"{module}.weight")), g.Weight(weights, $"{module}.bias"));

    /// <summary>nn.LSTM over a whole sequence, [clips, time, inputs]; states before and after are [batch, hidden], where clips is batch, or 1
    /// for a sequence that all states take in.</summary>
    public static (Value Hidden, Value Cell) Lstm(this Graph g, Value x, Value hidden, Value cell, SafeTensors weights, string module)
    {
        var lstm = new LstmWeights(weights, module);
        x = g.Transpose(x, 1, 0, 2);                                                          // [time, clips, inputs]
        var (nextHidden, nextCell) = g.Lstm(
            g.Expand(x, x.Shape[0], hidden.Shape[0], x.Shape[2]),                             // [time, batch, inputs]
            g.Weight(lstm.OnnxInput()), g.Weight(lstm.OnnxRecurrent()), g.Weight(lstm.OnnxBias()),
            g.Unsqueeze(hidden, 0), g.Unsqueeze(cell, 0));                                    // [1, batch, hidden]
        return (g.Squeeze(nextHidden, 0), g.Squeeze(nextCell, 0));
    }

    /// <summary>nn.LSTM over a whole sequence, for inputs that are wide: what they add to the gates is computed once, for all steps and for all
    /// states that take them in, and then the states go through the steps.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[clips, time, inputs]; clips is batch, or 1 for a sequence that all states take in.</param>
    /// <param name="hidden">[batch, hidden].</param>
    /// <param name="cell">[batch, hidden].</param>
    /// <param name="weights">The state dict.</param>
    /// <param name="module">The LSTM's name in it.</param>
    /// <param name="arithmetic">Of the product with the inputs; the recurrence, which is small, stays in float32.</param>
    public static (Value Hidden, Value Cell) WideLstm(this Graph g, Value x, Value hidden, Value cell, SafeTensors weights, string module, StepArithmetic arithmetic)
    {
        var lstm = new LstmWeights(weights, module);
        long size = lstm.HiddenSize;
        Value rows = g.Reshape(x, "clips*time", lstm.InputSize);
        Value bias = g.Weight(lstm.StepBias());
        Value gates = arithmetic == StepArithmetic.Int8
            ? g.Add(g.MatMulInt8(rows, lstm.StepInputInt8()), bias)
            : g.Gemm(rows, g.Weight(lstm.StepInput()), bias, turnRight: true);
        gates = g.Transpose(g.Reshape(gates, x.Shape[0], x.Shape[1], 4 * size), 1, 0, 2);     // [time, clips, 4 × hidden]
        gates = g.Expand(gates, x.Shape[1], hidden.Shape[0], 4 * size);                       // [time, batch, 4 × hidden]

        Value recurrent = g.Weight(lstm.StepRecurrent());
        Value[] last = g.Scan(gates, [hidden, cell], (step, now, states) =>
        {
            var (nextHidden, nextCell) = step.LstmCell(step.Gemm(states[0], recurrent, now), states[1]);
            return [nextHidden, nextCell];
        });
        return (last[0], last[1]);
    }

    /// <summary>One step of an LSTM from gates that are already summed, stacked as in <see cref="LstmWeights.StepOrder"/>.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="gates">[batch, 4 × hidden].</param>
    /// <param name="cell">[batch, hidden].</param>
    /// <param name="onDevice">Whether CUDA runs it: a Split into unequal parts copies their places there with each run.</param>
    public static (Value Hidden, Value Cell) LstmCell(this Graph g, Value gates, Value cell, bool onDevice = false)
    {
        long size = cell.Shape[1].Size;
        Value[] parts = onDevice ? [g.Slice(gates, axis: 1, 0, 3 * size), g.Slice(gates, axis: 1, 3 * size, size)] : g.Split(gates, axis: 1, 3 * size, size);
        Value[] open = g.Split(g.Sigmoid(parts[0]), axis: 1, size, size, size);               // input, forget, output
        Value nextCell = g.Add(g.Mul(open[1], cell), g.Mul(open[0], g.Tanh(parts[1])));
        return (g.Mul(open[2], g.Tanh(nextCell)), nextCell);
    }
}
