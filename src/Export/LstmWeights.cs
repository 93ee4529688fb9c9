using Twitch.Onnx;

namespace Twitch.Export;

/// <summary>The gates of an LSTM, stacked in a matrix's rows: PyTorch's order to the order that a graph wants.</summary>
/// <remarks>PyTorch nn.LSTM stacks input, forget, cell, output in <c>weight_ih_l[k]</c> and the three others.</remarks>
public sealed class LstmWeights
{
    // Place in PyTorch's stack.
    private const int Input = 0, Forget = 1, Cell = 2, Output = 3;

    private readonly SafeTensors _weights;
    private readonly string _module;

    /// <summary>The LSTM of that name in a state dict.</summary>
    /// <param name="weights">The state dict; must stay open until the graphs are saved.</param>
    /// <param name="module">Name of the module: <c>video_encoder.lstm</c>.</param>
    public LstmWeights(SafeTensors weights, string module)
    {
        _weights = weights;
        _module = module;
        HiddenSize = (int)weights.Find($"{module}.weight_hh_l0").Shape[1];
        InputSize = (int)weights.Find($"{module}.weight_ih_l0").Shape[1];
    }

    /// <summary>The order of the operator LSTM, inputs W, R and B: input, output, forget, cell.</summary>
    public static ReadOnlySpan<int> OnnxOrder => [Input, Output, Forget, Cell];

    /// <summary>The order of our decoder step: the three gates with a sigmoid lie together, the one with a tanh is last.</summary>
    public static ReadOnlySpan<int> StepOrder => [Input, Forget, Output, Cell];

    /// <summary>Size of each state.</summary>
    public int HiddenSize { get; }

    /// <summary>Size of the input of one step.</summary>
    public int InputSize { get; }

    /// <summary>Weights of the input, [1, 4 × hidden, inputs], in ONNX's order; the gates' blocks are copied straight from the file.</summary>
    public Weight OnnxInput() => new($"{_module}.weight_ih_l0", ElementType.F32, [1, 4 * HiddenSize, InputSize], stream => WriteGates(stream, "weight_ih_l0", OnnxOrder));

    /// <summary>Weights of the recurrence, [1, 4 × hidden, hidden], in ONNX's order.</summary>
    public Weight OnnxRecurrent() => new($"{_module}.weight_hh_l0", ElementType.F32, [1, 4 * HiddenSize, HiddenSize], stream => WriteGates(stream, "weight_hh_l0", OnnxOrder));

    /// <summary>Biases, [1, 8 × hidden], the input's and then the recurrence's, each in ONNX's order.</summary>
    public Weight OnnxBias() => new($"{_module}.bias", ElementType.F32, [1, 8 * HiddenSize], stream =>
    {
        WriteGates(stream, "bias_ih_l0", OnnxOrder);
        WriteGates(stream, "bias_hh_l0", OnnxOrder);
    });

    /// <summary>Weights of the input, [4 × hidden, inputs], gates in <see cref="StepOrder"/>; copied straight from the file.</summary>
    public Weight StepInput() => new($"{_module}.weight_ih_l0", ElementType.F32, [4 * HiddenSize, InputSize], stream => WriteGates(stream, "weight_ih_l0", StepOrder));

    /// <summary>Weights of the input in eight bits, [4 × hidden, inputs]; gates in <see cref="StepOrder"/>, rounded one after the other.</summary>
    internal QuantizedWeight StepInputInt8() =>
        Weight.Quantized($"{_module}.weight_ih_l0", 4 * HiddenSize, InputSize, StepOrder.Length, gate => Gate(Read("weight_ih_l0"), StepOrder[gate]));

    /// <summary>Sum of both biases, [4 × hidden]; gates in <see cref="StepOrder"/>.</summary>
    public Weight StepBias() => new($"{_module}.bias", ElementType.F32, [4 * HiddenSize], stream =>
        Weight.WriteValues(stream, (float[])[.. StepBiases().Select(bias => (float)bias)]));

    /// <summary>Weights of the recurrence, [hidden, 4 × hidden], for a matrix product; gates in <see cref="StepOrder"/>.</summary>
    public Weight StepRecurrent() => new($"{_module}.weight_hh_l0", ElementType.F32, [HiddenSize, 4 * HiddenSize], stream =>
        Weight.WriteTransposed(stream, Reorder(Read("weight_hh_l0"), StepOrder), 4 * HiddenSize, HiddenSize));

    /// <summary>Weights of the recurrence in eight bits, [4 × hidden, hidden]; gates in <see cref="StepOrder"/>.</summary>
    internal QuantizedWeight StepRecurrentInt8() =>
        Weight.Quantized($"{_module}.weight_hh_l0", 4 * HiddenSize, HiddenSize, StepOrder.Length, gate => Gate(Read("weight_hh_l0"), StepOrder[gate]));

    /// <summary>Weights of the recurrence in eight bits, [hidden, 4 × hidden], for many rows; gates in <see cref="StepOrder"/>.</summary>
    internal TurnedQuantizedWeight StepRecurrentInt8Rows() =>
        Weight.QuantizedTransposed($"{_module}.weight_hh_l0", 4 * HiddenSize, HiddenSize, () => Reorder(Read("weight_hh_l0"), StepOrder));

    /// <summary>What each token adds to the gates, embedding · W_ihᵀ + b_ih + b_hh, [vocabulary, 4 × hidden]; gates in <see cref="StepOrder"/>.</summary>
    /// <param name="embedding">Name of the embedding in the state dict, [vocabulary, inputs].</param>
    public Weight StepTable(string embedding)
    {
        long rows = _weights.Find(embedding).Shape[0];
        return new Weight($"{_module}.token_gates", ElementType.F32, [rows, 4 * HiddenSize], stream =>
        {
            TokenTable.Write(stream, _weights.Read<float>(embedding), Reorder(Read("weight_ih_l0"), StepOrder), StepBiases());
        });
    }

    /// <summary>Stacks four gates in another order.</summary>
    /// <param name="rows">[4 × hidden, columns], row-major; not changed.</param>
    /// <param name="order">Which gate of <paramref name="rows"/> stands at each place.</param>
    /// <exception cref="ArgumentException">The rows do not divide into four gates.</exception>
    public static float[] Reorder(ReadOnlySpan<float> rows, ReadOnlySpan<int> order)
    {
        var reordered = new float[rows.Length];
        for (int place = 0; place < order.Length; place++)
            Gate(rows, order[place]).CopyTo(reordered.AsSpan(place * (rows.Length / 4)));
        return reordered;
    }

    private double[] StepBiases() =>
        [.. Reorder(Read("bias_ih_l0"), StepOrder).Zip(Reorder(Read("bias_hh_l0"), StepOrder), (ih, hh) => (double)ih + hh)];

    private void WriteGates(Stream stream, string tensor, ReadOnlySpan<int> order)
    {
        foreach (int gate in order)
            Weight.WriteValues(stream, Gate(Read(tensor), gate));
    }

    private ReadOnlySpan<float> Read(string tensor) => _weights.Read<float>($"{_module}.{tensor}");

    private static ReadOnlySpan<float> Gate(ReadOnlySpan<float> rows, int gate)
    {
        if (rows.Length % 4 != 0)
            throw new ArgumentException($"{rows.Length} elements do not divide into four gates", nameof(rows));
        int length = rows.Length / 4;
        return rows.Slice(gate * length, length);
    }
}
