using System.Globalization;
using Google.Protobuf;

namespace Twitch.Onnx;

/// <summary>Who wrote a model's file.</summary>
/// <param name="Name">Name of the program.</param>
/// <param name="Version">Its version.</param>
public sealed record Producer(string Name, string Version);

/// <summary>A finished graph, ready to be saved.</summary>
public sealed class Model
{
    /// <summary>Ends the name of a file of external data; what comes before is the name of the model's file.</summary>
    public const string DataSuffix = ".data";

    /// <summary>Where ONNX Runtime's own operators are.</summary>
    internal const string ContributedDomain = "com.microsoft";

    /// <summary>The version of the format that <see cref="Graph.Opset"/> came with.</summary>
    internal const int IrVersion = 8;

    // Where ONNX asks external tensors to begin so that they can be mapped: a page, or Windows' unit of 64 KiB.
    private const int DataAlignment = 1 << 16;

    private readonly GraphProto _graph;
    private readonly IReadOnlyList<Weight> _weights;
    private readonly long _irVersion;

    internal Model(GraphProto graph, IReadOnlyList<Weight> weights, long version, IReadOnlyDictionary<string, long> domains, long irVersion)
    {
        _graph = graph;
        _weights = weights;
        _irVersion = irVersion;
        Version = version;
        Domains = domains;
        Inputs = [.. graph.Input.Select(ModelFile.Describe)];
        Outputs = [.. graph.Output.Select(ModelFile.Describe)];
    }

    /// <summary>Inputs in order.</summary>
    public IReadOnlyList<ValueInfo> Inputs { get; }

    /// <summary>The graph without its weights.</summary>
    internal GraphProto Proto => _graph;

    /// <summary>The version of ONNX's operators that it speaks.</summary>
    internal long Version { get; }

    /// <summary>Versions of the operators beyond ONNX's own, by their domain.</summary>
    internal IReadOnlyDictionary<string, long> Domains { get; }

    /// <summary>Outputs in order.</summary>
    public IReadOnlyList<ValueInfo> Outputs { get; }

    /// <summary>Bytes of all weights.</summary>
    public long WeightBytes => _weights.Sum(weight => weight.ByteCount);

    /// <summary>The same model with its graph rewritten.</summary>
    /// <param name="rewrite">Changes the graph that it is given, a copy.</param>
    /// <param name="contributed">Whether operators that ONNX Runtime has beyond ONNX's own come in.</param>
    internal Model Rewritten(Action<GraphProto> rewrite, bool contributed = false)
    {
        GraphProto graph = _graph.Clone();
        rewrite(graph);
        var domains = new Dictionary<string, long>(Domains, StringComparer.Ordinal);
        if (contributed)
            domains.TryAdd(ContributedDomain, 1);
        return new Model(graph, _weights, Version, domains, _irVersion);
    }

    /// <summary>Writes the model, and its weights into a second file beside it if they are many.</summary>
    /// <param name="path">File of the model; external data lies at this path with <see cref="DataSuffix"/>.</param>
    /// <param name="externalDataThreshold">Most bytes of weights that stand in the model's own file, which cannot exceed 2 GB.</param>
    /// <param name="producer">The program that writes the file.</param>
    /// <param name="metadata">What else the file should say about itself, by key.</param>
    public void Save(string path, long externalDataThreshold, Producer? producer = null, IReadOnlyDictionary<string, string>? metadata = null) =>
        Save(path, WeightBytes > externalDataThreshold ? WriteExternal(path + DataSuffix) : [.. _weights.Select(Embed)], _graph.Clone(), producer, metadata);

    /// <summary>Writes the model, and its large constants into a file that it shares with others.</summary>
    /// <param name="path">File of the model, in the folder of the shared file.</param>
    /// <param name="shared">The shared file.</param>
    /// <param name="producer">The program that writes the file.</param>
    /// <param name="metadata">What else the file should say about itself, by key.</param>
    public void Save(string path, SharedWeights shared, Producer? producer = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(shared);
        GraphProto graph = _graph.Clone();
        foreach (TensorProto constant in graph.Initializer)
            shared.Take(constant);
        Save(path, [.. _weights.Select(Embed)], graph, producer, metadata);
    }

    private void Save(string path, List<TensorProto> weights, GraphProto graph, Producer? producer, IReadOnlyDictionary<string, string>? metadata)
    {
        var model = new ModelProto
        {
            IrVersion = _irVersion,
            ProducerName = producer?.Name ?? "",
            ProducerVersion = producer?.Version ?? "",
            DocString = _graph.DocString,
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Version = Version } },
        };
        model.OpsetImport.AddRange(Domains.Select(domain => new OperatorSetIdProto { Domain = domain.Key, Version = domain.Value }));
        foreach ((string key, string value) in metadata ?? new Dictionary<string, string>())
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        model.Graph.Initializer.AddRange(weights);

        using FileStream stream = File.Create(path);
        model.WriteTo(stream);
    }

    /// <summary>A value at the border of a graph.</summary>
    internal static ValueInfoProto Describe(Value value)
    {
        var shape = new TensorShapeProto();
        foreach (Dimension dim in value.Shape)
            shape.Dim.Add(dim.Name is null ? new TensorShapeProto.Types.Dimension { DimValue = dim.Size } : new TensorShapeProto.Types.Dimension { DimParam = dim.Name });
        return new ValueInfoProto
        {
            Name = value.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = value.Type.ToProto(), Shape = shape } },
        };
    }

    private static TensorProto Embed(Weight weight)
    {
        var bytes = new byte[weight.ByteCount];
        WriteWhole(weight, new MemoryStream(bytes));
        TensorProto tensor = Declare(weight);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);    // the array is ours and never changes again: no copy
        return tensor;
    }

    private List<TensorProto> WriteExternal(string path)
    {
        var tensors = new List<TensorProto>(_weights.Count);
        using FileStream data = File.Create(path, bufferSize: 1 << 20);
        foreach (Weight weight in _weights)
        {
            data.Position = (data.Position + DataAlignment - 1) / DataAlignment * DataAlignment;
            TensorProto tensor = Declare(weight);
            tensor.DataLocation = TensorProto.Types.DataLocation.External;
            tensor.ExternalData.Add(Entry("location", Path.GetFileName(path)));
            tensor.ExternalData.Add(Entry("offset", data.Position.ToString(CultureInfo.InvariantCulture)));
            tensor.ExternalData.Add(Entry("length", weight.ByteCount.ToString(CultureInfo.InvariantCulture)));
            tensors.Add(tensor);
            WriteWhole(weight, data);
        }
        return tensors;

        static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
    }

    private static TensorProto Declare(Weight weight)
    {
        var tensor = new TensorProto { Name = weight.Name, DataType = weight.Type.ToProto() };
        tensor.Dims.AddRange(weight.Shape);
        return tensor;
    }

    private static void WriteWhole(Weight weight, Stream stream)
    {
        long before = stream.Position;
        weight.Write(stream);
        if (stream.Position - before != weight.ByteCount)
            throw new InvalidOperationException($"weight '{weight.Name}' wrote {stream.Position - before} bytes of {weight.ByteCount}");
    }
}
