namespace Twitch.Onnx;

/// <summary>The nodes of a file that make some of its values, ready to stand in another graph.</summary>
internal sealed class IncludedPart
{
    private readonly ModelFile _file;
    private readonly List<NodeProto> _nodes;
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly long? _fixedBatch;    // the file's first dimension, where another one is given
    private readonly Dimension _batch;
    private readonly long _version;

    /// <summary>Takes what is needed of a file.</summary>
    /// <param name="file">The file; not changed.</param>
    /// <param name="name">What its values are called by.</param>
    /// <param name="inputs">What will be given for its inputs.</param>
    /// <param name="outputs">What is wanted of it.</param>
    /// <param name="version">The version of ONNX's operators to speak.</param>
    public IncludedPart(ModelFile file, string name, IReadOnlyDictionary<string, Value> inputs, IReadOnlyList<string> outputs, long version)
    {
        _file = file;
        _version = version;
        Name = name;
        foreach (string output in outputs)
        {
            if (!file.ValueNames.Contains(output))
                throw new InvalidDataException($"{file.Path} has no value '{output}'; its outputs are {string.Join(", ", file.Outputs)}.");
        }

        _constants = file.Graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _nodes = Needed(file.Graph.Node, outputs);
        HashSet<string> read = [.. _nodes.SelectMany(Reads)];
        UsedInputs = [.. file.Inputs.Select(input => input.Name).Where(read.Contains)];
        (_fixedBatch, _batch) = CheckInputs(inputs);
        ConstantsFromNodes();
        Visit(inputs);
    }

    /// <summary>What stands before the names of its values.</summary>
    public string Name { get; }

    /// <summary>The file's inputs that are needed.</summary>
    public IReadOnlyList<string> UsedInputs { get; }

    /// <summary>What is known of its values, by the file's names.</summary>
    public ShapeInference Kinds { get; } = new();

    /// <summary>Adds nodes and constants to a graph.</summary>
    /// <param name="graph">Where they go.</param>
    /// <param name="version">The version of ONNX's operators that the graph speaks.</param>
    /// <param name="rename">What a value of the file is called there.</param>
    public void WriteTo(GraphProto graph, long version, Func<string, string> rename)
    {
        foreach (NodeProto source in _nodes)
        {
            NodeProto node = source.Clone();
            OpsetUpgrade.Upgrade(node, _version, version, AddConstant, value => Kinds[value].Shape?.Length);
            Rename(node, rename);
            graph.Node.Add(node);
        }
        HashSet<string> used = [.. _nodes.SelectMany(Reads), .. _added];
        foreach (TensorProto constant in _constants.Values.Where(constant => used.Contains(constant.Name)))
        {
            TensorProto copy = constant.Clone();
            copy.Name = rename(constant.Name);
            graph.Initializer.Add(copy);
        }
    }

    private readonly List<string> _added = [];

    private string AddConstant(TensorProto tensor)
    {
        tensor.Name = $"constant_{_added.Count}";
        while (!_constants.TryAdd(tensor.Name, tensor))
            tensor.Name += "_";
        Kinds.Set(tensor);
        _added.Add(tensor.Name);
        return tensor.Name;
    }

    // The nodes that the outputs come from, in the file's order.
    private static List<NodeProto> Needed(IEnumerable<NodeProto> nodes, IEnumerable<string> outputs)
    {
        HashSet<string> wanted = [.. outputs];
        var needed = new List<NodeProto>();
        foreach (NodeProto node in nodes.Reverse())
        {
            if (!node.Output.Any(wanted.Contains))
                continue;
            needed.Add(node.Clone());
            wanted.UnionWith(Reads(node));
        }
        needed.Reverse();
        return needed;
    }

    // What a node reads, in its bodies too.
    private static IEnumerable<string> Reads(NodeProto node) =>
        node.Input.Concat(node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => attribute.G.Node.SelectMany(Reads).Concat(attribute.G.Output.Select(output => output.Name))));

    private static void Rename(NodeProto node, Func<string, string> rename)
    {
        node.Name = rename(node.Name);
        Each(node.Input);
        Each(node.Output);
        foreach (GraphProto body in node.Attribute.Where(attribute => attribute.G is not null).Select(attribute => attribute.G))
        {
            foreach (ValueInfoProto value in body.Input.Concat(body.Output).Concat(body.ValueInfo))
                value.Name = rename(value.Name);
            foreach (TensorProto constant in body.Initializer)
                constant.Name = rename(constant.Name);
            foreach (NodeProto inner in body.Node)
                Rename(inner, rename);
        }

        void Each(IList<string> names)
        {
            for (int i = 0; i < names.Count; i++)
                names[i] = rename(names[i]);
        }
    }

    private (long? Fixed, Dimension Batch) CheckInputs(IReadOnlyDictionary<string, Value> inputs)
    {
        (long? fixedBatch, Dimension batch) = (null, 1);
        foreach (ValueInfo needed in _file.Inputs.Where(input => UsedInputs.Contains(input.Name)))
        {
            Value given = inputs.GetValueOrDefault(needed.Name) ?? throw new InvalidDataException($"{_file.Path} needs its input {needed}; nothing is given for it.");
            if (needed.Shape is not { } shape)
                continue;
            bool fits = given.Type.Name() == needed.Type && given.Rank == shape.Count
                && Enumerable.Range(1, Math.Max(0, shape.Count - 1)).All(i => shape[i].Name is not null || shape[i] == given.Shape[i]);
            if (!fits)
                throw new InvalidDataException($"{_file.Path} takes {needed}; {given} does not fit.");
            if (shape.Count > 0 && shape[0].Name is null && shape[0] != given.Shape[0])
                (fixedBatch, batch) = (shape[0].Size, given.Shape[0]);
        }
        return (fixedBatch, batch);
    }

    private void ConstantsFromNodes()
    {
        foreach (NodeProto node in _nodes.Where(node => node.OpType == "Constant" && node.Domain.Length == 0).ToArray())
        {
            AttributeProto value = node.Attribute[0];
            TensorProto? tensor = value.Name switch
            {
                "value" => value.T.Clone(),
                "value_int" => TensorContent.Of<long>("", TensorProto.Types.DataType.Int64, [value.I]),
                "value_ints" => TensorContent.Of("", [.. value.Ints]),
                "value_float" => TensorContent.Of<float>("", TensorProto.Types.DataType.Float, [value.F]),
                "value_floats" => TensorContent.Of<float>("", TensorProto.Types.DataType.Float, [.. value.Floats], value.Floats.Count),
                _ => null,
            };
            if (tensor is null)
                continue;
            tensor.Name = node.Output[0];
            _constants[tensor.Name] = tensor;
            _nodes.Remove(node);
        }
    }

    private void Visit(IReadOnlyDictionary<string, Value> inputs)
    {
        foreach (TensorProto constant in _constants.Values.ToArray())
            Kinds.Set(constant);
        foreach (string input in UsedInputs)
            Kinds.Set(input, new TensorKind(inputs[input].Type.ToProto(), [.. inputs[input].Shape]));
        foreach (NodeProto node in _nodes)
        {
            try
            {
                OpsetUpgrade.Upgrade(node, _file.Opset, _version, AddConstant, value => Kinds[value].Shape?.Length);
            }
            catch (InvalidDataException e)
            {
                throw new InvalidDataException($"{_file.Path}: {e.Message}", e);
            }
            if (node.OpType == "Reshape" && node.Domain.Length == 0)
                FreeBatch(node);
            Kinds.Visit(node, Declared);
        }
    }

    // A Reshape that writes the file's batch in first place copies the given one instead.
    private void FreeBatch(NodeProto node)
    {
        bool isBatch = Kinds[node.Input[0]].Shape is not { Length: > 0 } shape || shape[0] == _batch;
        if (_fixedBatch is not { } size || !isBatch || !_constants.TryGetValue(node.Input[1], out TensorProto? target) || target.Integers() is not { Length: > 0 } sizes || sizes[0] != size)
            return;
        sizes[0] = 0;
        node.Input[1] = AddConstant(TensorContent.Of("", sizes));
    }

    private TensorKind? Declared(string value)
    {
        if (_file.Find(value)?.Type?.TensorType is not { } tensor)
            return null;
        Dimension[]? shape = ShapeInference.Declared(tensor);
        if (shape is { Length: > 0 } && _fixedBatch is { } size && shape[0] == size)
            shape[0] = _batch;
        return new TensorKind(tensor.ElemType, shape);
    }
}
