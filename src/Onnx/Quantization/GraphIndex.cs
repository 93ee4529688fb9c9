namespace Twitch.Onnx.Quantization;

/// <summary>Who makes and who reads the values of a graph.</summary>
internal sealed class GraphIndex
{
    private readonly Dictionary<string, List<NodeProto>> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _constants;
    private readonly HashSet<string> _outputs;

    /// <summary>Looks at a graph as it is now.</summary>
    public GraphIndex(GraphProto graph)
    {
        _constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        _outputs = [.. graph.Output.Select(output => output.Name)];
        foreach (NodeProto node in graph.Node)
        {
            foreach (string input in node.Input)
            {
                if (!_readers.TryGetValue(input, out List<NodeProto>? readers))
                    _readers[input] = readers = [];
                readers.Add(node);
            }
        }
    }

    /// <summary>A constant; null if the value is none.</summary>
    public TensorProto? Constant(string name) => _constants.GetValueOrDefault(name);

    /// <summary>The float32 constant that a node reads in some place; null if it reads none there.</summary>
    public float[]? Floats(NodeProto node, int input) => node.Input.Count > input && Constant(node.Input[input]) is { } tensor ? tensor.Floats() : null;

    /// <summary>The one node of a kind that reads a value, if nothing else does.</summary>
    public NodeProto? OnlyReader(string value, string op) =>
        !_outputs.Contains(value) && _readers.TryGetValue(value, out List<NodeProto>? readers) && readers is [{ Domain: "" } reader] && reader.OpType == op ? reader : null;

    /// <summary>Removes constants that no node reads.</summary>
    public static void DropUnused(GraphProto graph)
    {
        HashSet<string> used = [.. graph.Node.SelectMany(node => node.Input), .. graph.Node.SelectMany(node => node.Attribute).Where(attribute => attribute.G is not null).SelectMany(attribute => Reads(attribute.G))];
        TensorProto[] kept = [.. graph.Initializer.Where(tensor => used.Contains(tensor.Name))];
        graph.Initializer.Clear();
        graph.Initializer.AddRange(kept);

        static IEnumerable<string> Reads(GraphProto body) => body.Node.SelectMany(node => node.Input.Concat(node.Attribute.Where(attribute => attribute.G is not null).SelectMany(attribute => Reads(attribute.G))));
    }
}
