using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Twitch.Onnx;

/// <summary>An ONNX graph while it is written, the way its formula reads: operators are functions from values to a value, and a
/// value that does not fit fails on the line that wrote it. Nodes name themselves; people name what crosses the border.</summary>
/// <param name="name">Name of the graph.</param>
/// <param name="description">What it computes, in a sentence; stands in the file.</param>
public sealed partial class Graph(string name, string description)
{
    /// <summary>The version of ONNX's operators that the graphs speak, unless a file that is included speaks a newer one.</summary>
    public const int Opset = 17;

    private readonly Graph? _outer;
    private readonly List<Value> _inputs = [];
    private readonly List<Part> _parts = [];
    private readonly List<Weight> _weights = [];
    private readonly List<TensorProto> _constants = [];
    private readonly Dictionary<string, Value> _named = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _domains = new(StringComparer.Ordinal);    // beyond ONNX's own
    private long _version = Opset;
    private long _irVersion = Model.IrVersion;

    // What a node of another graph runs again and again. Its nodes read its inputs, and weights and inputs of the outer graph.
    private Graph(string name, Graph outer) : this(name, "") => _outer = outer;

    /// <summary>Name of the graph.</summary>
    public string Name { get; } = name;

    /// <summary>Inputs in order.</summary>
    public IReadOnlyList<Value> Inputs => _inputs;

    /// <summary>A value that the caller of the graph gives.</summary>
    public Value Input(string name, ElementType type, params ReadOnlySpan<Dimension> shape)
    {
        Value input = Register(name, type, [.. shape]);
        _inputs.Add(input);
        return input;
    }

    /// <summary>A weight; the same one may be asked for again.</summary>
    public Value Weight(Weight weight)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (_weights.Contains(weight))
            return _named[weight.Name];
        Value value = Register(weight.Name, weight.Type, [.. weight.Shape.Select(Dimension.FromInt64)]);
        _weights.Add(weight);
        return value;
    }

    /// <summary>A few float numbers that belong to the formula; without sizes, a vector.</summary>
    public Value Constant(float[] values, params ReadOnlySpan<Dimension> shape) => Constant(MemoryMarshal.AsBytes<float>(values), values.Length, ElementType.F32, shape);

    /// <summary>A vector of integers that belongs to the formula: sizes, axes.</summary>
    public Value Constant(params long[] values) => Constant(MemoryMarshal.AsBytes<long>(values), values.Length, ElementType.I64, []);

    /// <summary>A byte that belongs to the formula, as a vector of one.</summary>
    public Value Constant(byte value) => Constant([value], 1, ElementType.U8, []);

    private Value Constant(ReadOnlySpan<byte> bytes, int length, ElementType type, ReadOnlySpan<Dimension> shape)
    {
        Dimension[] dims = shape.IsEmpty ? [length] : shape.ToArray();
        Require(dims.All(dim => dim.Name is null) && dims.Aggregate(1L, (product, dim) => product * dim.Size) == length,
            "Constant", $"{length} numbers do not fill {Dimension.Format(dims)}");
        Value value = Register($"{Prefix}constant_{_constants.Count}", type, dims);
        var tensor = new TensorProto { Name = value.Name, DataType = type.ToProto(), RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.AddRange(dims.Select(dim => dim.Size));
        _constants.Add(tensor);
        return value;
    }

    /// <summary>Ends the graph with its outputs in order.</summary>
    /// <exception cref="ArgumentException">An output is an input or weight as it came, or stands there twice; a name is taken; an input is not used.</exception>
    public Model Build(params ReadOnlySpan<(string Name, Value Value)> outputs)
    {
        foreach (Value input in _inputs)
            Require(_parts.Any(part => part.Inputs.Contains(input)), input.Name!, "no node uses this input");
        foreach ((string output, Value value) in outputs)
        {
            Require(value.Graph == this, output, "the value belongs to another graph");
            Require(value.Name is null, output, $"the value already has the name '{value.Name}'; an output must be made by a node and be named once");
            Claim(output, value);
        }

        var proto = new GraphProto { Name = Name, DocString = description };
        proto.Input.AddRange(_inputs.Select(Model.Describe));
        proto.Initializer.AddRange(_constants);
        foreach (Part part in _parts)
            part.WriteTo(proto, Prefix, _version);
        foreach ((_, Value value) in outputs)
            proto.Output.Add(Model.Describe(value));
        return new Model(proto, _weights, _version, _domains, _irVersion);
    }

    /// <summary>Writes the body of a node that runs a graph of its own.</summary>
    /// <param name="name">Name of the body, unique in this graph.</param>
    /// <param name="write">Adds inputs and nodes to the body and gives its outputs. Weights belong into this graph, and the body may read them.</param>
    internal GraphProto Body(string name, Func<Graph, (string Name, Value Value)[]> write)
    {
        var body = new Graph(name, this);
        (string, Value)[] outputs = write(body);
        Require(body._weights.Count == 0, name, "a weight was made in the body; make it in the graph around it");
        Model model = body.Build(outputs);
        foreach ((string domain, long version) in model.Domains)
            _domains.TryAdd(domain, version);
        return model.Proto;
    }

    /// <summary>Adds a node of an operator that ONNX Runtime has beyond ONNX's own.</summary>
    internal Value AddContributed(string op, Value?[] inputs, ElementType type, IReadOnlyList<Dimension> shape, params AttributeProto[] attributes)
    {
        Value output = new(this, type, shape);
        Add(new Node(op, inputs, [output], attributes, Model.ContributedDomain));
        return output;
    }

    /// <summary>Adds a node with one output.</summary>
    internal Value Add(string op, Value?[] inputs, ElementType type, IReadOnlyList<Dimension> shape, params AttributeProto[] attributes) =>
        Add(op, inputs, [new Value(this, type, shape)], attributes)[0]!;

    /// <summary>Adds a node; null leaves out an optional input or output.</summary>
    internal Value?[] Add(string op, Value?[] inputs, Value?[] outputs, params AttributeProto[] attributes)
    {
        Add(new Node(op, inputs, outputs, attributes));
        return outputs;
    }

    /// <summary>Fails on the line that wrote a node which does not fit.</summary>
    internal void Require(bool fits, string op, string problem)
    {
        if (!fits)
            throw new ArgumentException($"graph '{Name}', {op}: {problem}.");
    }

    private void Add(Node node)
    {
        foreach (Value? input in node.Inputs)
            Require(input is null || input.Graph == this || (input.Graph == _outer && input.Name is not null), node.Op, "an input belongs to another graph");
        if (node.Domain.Length > 0)
            _domains.TryAdd(node.Domain, 1);
        _parts.Add(node);
    }

    // A body's names must differ from those around it.
    private string Prefix => _outer is null ? "" : $"{Name}/";

    private Value Register(string name, ElementType type, IReadOnlyList<Dimension> shape) => Claim(name, new Value(this, type, shape));

    private Value Claim(string name, Value value)
    {
        Require(_named.TryAdd(name, value), name, "the name is taken");
        value.Name = name;
        return value;
    }

    // What a graph is made of, in order: a node, or the nodes of a file.
    private abstract record Part(IReadOnlyList<Value?> Inputs)
    {
        public abstract void WriteTo(GraphProto graph, string prefix, long version);
    }

    private sealed record Node(string Op, IReadOnlyList<Value?> Inputs, Value?[] Outputs, AttributeProto[] Attributes, string Domain = "") : Part(Inputs)
    {
        public override void WriteTo(GraphProto graph, string prefix, long version)
        {
            var node = new NodeProto { Name = $"{prefix}{Op}_{graph.Node.Count}", OpType = Op, Domain = Domain };
            for (int i = 0; i < Outputs.Length; i++)
                node.Output.Add(Outputs[i] is { } output ? output.Name ??= $"{node.Name}_{i}" : "");
            node.Input.AddRange(Inputs.Select(input => input?.Name ?? ""));
            node.Attribute.AddRange(Attributes);
            OpsetUpgrade.Upgrade(node, Opset, version, tensor => AddTo(graph, tensor, node.Name), _ => null);
            graph.Node.Add(node);
        }

        private static string AddTo(GraphProto graph, TensorProto tensor, string node)
        {
            tensor.Name = $"{node}/constant_{graph.Initializer.Count}";
            graph.Initializer.Add(tensor);
            return tensor.Name;
        }
    }
}
