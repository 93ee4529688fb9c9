using Google.Protobuf.Collections;

namespace Twitch.Onnx.Quantization;

/// <summary>Rewrites a graph in eight bits, node by node in its order.</summary>
/// <param name="source">The graph in float32, BatchNormalization folded; not changed.</param>
/// <param name="scales">Those of the values that are quantized; null if it is only asked which these are.</param>
internal sealed class QuantizedGraph(GraphProto source, ChannelScales? scales)
{
    private const float LargestCode = 127;

    // A convolution over a picture itself stays exact: large even areas give every place the same error, which no average takes away, and it is a small part of the work.
    private const int LeastChannels = 8;

    private readonly GraphIndex _index = new(source);
    private readonly GraphProto _graph = new();
    private readonly Dictionary<string, Codes> _codes = new(StringComparer.Ordinal);       // values that are there in eight bits
    private readonly HashSet<string> _floats = new(StringComparer.Ordinal);                // values that were quantized and are there in float32 again
    private readonly HashSet<NodeProto> _done = [];
    private readonly List<string> _observed = [];

    // A value in eight bits: (code − zero) · step · profile[channel]. Scale and zero are names of constants: the step, and the code of 0.
    private sealed record Codes(string Name, string Value, float Step, string Scale, string Zero, byte ZeroCode);

    /// <summary>The rewritten graph, and the values of the old one whose ranges were asked for.</summary>
    public (GraphProto Graph, IReadOnlyList<string> Observed) Quantize()
    {
        _graph.Initializer.AddRange(source.Initializer);
        foreach (NodeProto node in source.Node)
        {
            if (_done.Contains(node))
                continue;
            bool isPlain = node.Domain.Length == 0;
            if (isPlain && node.OpType == "Conv" && IsWide(node) && _index.Floats(node, 1) is { } kernels && (node.Input.Count < 3 || _index.Floats(node, 2) is not null))
                Convolve(node, kernels);
            else if (isPlain && node.OpType == "Add" && node.Input.All(_codes.ContainsKey) && !IsLast(node))
                Sum(node);
            else if (isPlain && node.OpType == "MaxPool" && node.Output.Count == 1 && _codes.TryGetValue(node.Input[0], out Codes? pooled))
                Pool(node, pooled);
            else
                Copy(node);
        }
        foreach (ValueInfoProto output in source.Output)
            Float(output.Name);
        return (_graph, _observed);
    }

    private void Convolve(NodeProto conv, float[] kernels)
    {
        TensorProto weight = _index.Constant(conv.Input[1])!;
        int outputs = (int)weight.Dims[0];
        Codes input = Quantized(conv.Input[0]);
        float[]? bias = _index.Floats(conv, 2);
        string output = BehindRelu(conv.Output[0], out bool positive);
        Codes result = Declare(output, positive);
        float[] shares = scales?.ProfileOf(output) ?? Ones(outputs);
        float[] rescaled = Rescaled(kernels, weight.Dims, scales?.ProfileOf(input.Value), shares);
        (sbyte[] codes, float[] steps) = Round(rescaled, outputs);

        string name = $"{conv.Output[0]}/kernels";
        Add(TensorContent.Of($"{name}/int8", TensorProto.Types.DataType.Int8, codes, [.. weight.Dims]));
        Add(TensorContent.Of($"{name}/scale", TensorProto.Types.DataType.Float, steps, outputs));
        Add(TensorContent.Of($"{name}/zero", TensorProto.Types.DataType.Int8, new sbyte[outputs], outputs));
        var node = new NodeProto { Name = conv.Name, OpType = "QLinearConv", Output = { result.Name } };
        node.Input.Add([input.Name, input.Scale, input.Zero, $"{name}/int8", $"{name}/scale", $"{name}/zero", result.Scale, result.Zero]);
        if (bias is not null)
        {
            node.Input.Add($"{name}/bias_int32");
            double[] lost = LostToRounding(rescaled, codes, steps, weight.Dims, input.Value);
            Add(TensorContent.Of(node.Input[^1], TensorProto.Types.DataType.Int32, [.. bias.Select((value, i) => (int)Math.Round((value / shares[i] + lost[i]) / ((double)input.Step * steps[i])))], outputs));
        }
        node.Attribute.AddRange(conv.Attribute);
        _graph.Node.Add(node);
    }

    private void Sum(NodeProto add)
    {
        (Codes left, Codes right) = (_codes[add.Input[0]], _codes[add.Input[1]]);
        Codes result = Declare(BehindRelu(add.Output[0], out bool positive), positive);
        var node = new NodeProto { Name = add.Name, OpType = "QLinearAdd", Domain = Model.ContributedDomain, Output = { result.Name } };
        node.Input.Add([left.Name, left.Scale, left.Zero, right.Name, right.Scale, right.Zero, result.Scale, result.Zero]);
        _graph.Node.Add(node);
    }

    // The largest code is the code of the largest number.
    private void Pool(NodeProto pool, Codes input)
    {
        NodeProto node = pool.Clone();
        Codes result = input with { Name = $"{pool.Output[0]}/codes" };
        (node.Input[0], node.Output[0]) = (input.Name, result.Name);
        _graph.Node.Add(node);
        _codes[pool.Output[0]] = result;
    }

    private void Copy(NodeProto node)
    {
        foreach (string input in node.Input)
            Float(input);
        _graph.Node.Add(node.Clone());
    }

    // A sum from which no convolution follows is what the network gives: it stays exact.
    private bool IsLast(NodeProto add)
    {
        string value = BehindRelu(add.Output[0], out _, consume: false);
        return !source.Node.Any(node => node.Input.Contains(value) && node.OpType is "Conv" or "Add" or "MaxPool");
    }

    // A ReLU that alone reads a value is done with it.
    private string BehindRelu(string value, out bool positive, bool consume = true)
    {
        NodeProto? relu = _index.OnlyReader(value, "Relu");
        positive = relu is not null;
        if (relu is null)
            return value;
        if (consume)
            _done.Add(relu);
        return relu.Output[0];
    }

    private Codes Quantized(string value)
    {
        if (_codes.TryGetValue(value, out Codes? codes))
            return codes;
        codes = Declare(value, positive: false);
        _floats.Add(value);
        _graph.Node.Add(Border("QuantizeLinear", codes, value, codes.Name));
        return codes;
    }

    private void Float(string value)
    {
        if (_codes.TryGetValue(value, out Codes? codes) && _floats.Add(value))
            _graph.Node.Add(Border("DequantizeLinear", codes, codes.Name, value));
    }

    private Codes Declare(string value, bool positive)
    {
        _observed.Add(value);
        (float step, byte zero) = scales?.CodesOf(value, positive) ?? (1, 0);
        var codes = new Codes($"{value}/codes", value, step, $"{value}/step", $"{value}/zero", zero);
        Add(TensorContent.Of<float>(codes.Scale, TensorProto.Types.DataType.Float, [step]));
        Add(TensorContent.Of<byte>(codes.Zero, TensorProto.Types.DataType.Uint8, [zero]));
        return _codes[value] = codes;
    }

    // What turns codes into numbers and back, with a scale for each channel.
    private NodeProto Border(string op, Codes codes, string from, string to)
    {
        const int Channels = 1;    // the dimension
        float[] profile = scales?.ProfileOf(codes.Value) ?? [1];
        string name = $"{to}/{op}";
        Add(TensorContent.Of<float>($"{name}/scales", TensorProto.Types.DataType.Float, [.. profile.Select(share => share * codes.Step)], profile.Length));
        Add(TensorContent.Of<byte>($"{name}/zeros", TensorProto.Types.DataType.Uint8, [.. profile.Select(_ => codes.ZeroCode)], profile.Length));
        return new NodeProto { Name = name, OpType = op, Input = { from, $"{name}/scales", $"{name}/zeros" }, Output = { to }, Attribute = { Attribute.Int("axis", Channels) } };
    }

    private void Add(TensorProto constant) => _graph.Initializer.Add(constant);

    private bool IsWide(NodeProto conv) => _index.Constant(conv.Input[1]) is { } weight && weight.Dims[1] * (conv.Attribute.FirstOrDefault(attribute => attribute.Name == "group")?.I ?? 1) >= LeastChannels;

    private static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];

    // The kernels of channels that are given in units of their profile, and give such.
    private static float[] Rescaled(float[] kernels, RepeatedField<long> shape, float[]? inputProfile, float[] outputProfile)
    {
        var rescaled = new float[kernels.Length];
        for (int i = 0; i < kernels.Length; i++)
        {
            (int input, int output) = Channels(i, shape, kernels.Length, inputProfile?.Length ?? (int)shape[1]);
            rescaled[i] = kernels[i] * (inputProfile?[input] ?? 1) / outputProfile[output];
        }
        return rescaled;
    }

    // The channels that a weight leads from and to; with groups, a kernel has only the inputs of its own.
    private static (int Input, int Output) Channels(int weight, RepeatedField<long> shape, int count, int inputCount)
    {
        (int outputs, int inputs) = ((int)shape[0], (int)shape[1]);
        int place = weight / (count / outputs / inputs), output = place / inputs;
        return (output / (outputs * inputs / inputCount) * inputs + place % inputs, output);
    }

    // What each output loses on average because its weights are rounded; given back with the bias.
    private double[] LostToRounding(float[] kernels, sbyte[] codes, float[] steps, RepeatedField<long> shape, string input)
    {
        var lost = new double[steps.Length];
        if (scales is null)
            return lost;
        (ChannelStatistics seen, float[] profile) = (scales.StatisticsOf(input), scales.ProfileOf(input));
        for (int i = 0; i < kernels.Length; i++)
        {
            (int from, int to) = Channels(i, shape, kernels.Length, profile.Length);
            lost[to] += (kernels[i] - (double)codes[i] * steps[to]) * seen.Mean(from) / profile[from];
        }
        return lost;
    }

    // Each output channel's largest weight decides its scale.
    private static (sbyte[] Codes, float[] Scales) Round(float[] kernels, int outputs)
    {
        int size = kernels.Length / outputs;
        (var codes, var steps) = (new sbyte[kernels.Length], new float[outputs]);
        for (int output = 0; output < outputs; output++)
        {
            ReadOnlySpan<float> row = kernels.AsSpan(output * size, size);
            float most = 0;
            foreach (float value in row)
                most = Math.Max(most, Math.Abs(value));
            steps[output] = Math.Max(most, float.Epsilon * LargestCode) / LargestCode;
            for (int i = 0; i < size; i++)
                codes[output * size + i] = (sbyte)Math.Clamp(MathF.Round(row[i] / steps[output]), -LargestCode, LargestCode);
        }
        return (codes, steps);
    }
}
