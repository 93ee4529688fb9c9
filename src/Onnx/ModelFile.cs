using Google.Protobuf;

namespace Twitch.Onnx;

/// <summary>An ONNX file that somebody else wrote, as <see cref="Graph.Include"/> takes it.</summary>
public sealed class ModelFile
{
    /// <summary>The oldest and newest version of ONNX's operators that is read.</summary>
    public const long OldestOpset = 7, NewestOpset = 25;

    private readonly ModelProto _model;

    private ModelFile(string path, ModelProto model)
    {
        Path = path;
        _model = model;
        Dictionary<string, TensorProto> constants = model.Graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Inputs = [.. model.Graph.Input.Where(input => !constants.ContainsKey(input.Name)).Select(Describe)];
        Outputs = [.. model.Graph.Output.Select(Describe)];
    }

    /// <summary>Where the file lies.</summary>
    public string Path { get; }

    /// <summary>What its caller gives, in order.</summary>
    public IReadOnlyList<ValueInfo> Inputs { get; }

    /// <summary>What it gives, in order.</summary>
    public IReadOnlyList<ValueInfo> Outputs { get; }

    /// <summary>The version of ONNX's operators that its nodes speak.</summary>
    public long Opset => Domains.GetValueOrDefault("", 1);

    /// <summary>Names of everything that its nodes make, in their order.</summary>
    public IEnumerable<string> ValueNames => _model.Graph.Node.SelectMany(node => node.Output).Where(name => name.Length > 0);

    internal long IrVersion => _model.IrVersion;

    internal GraphProto Graph => _model.Graph;

    /// <summary>Version of the operators of each domain.</summary>
    internal IReadOnlyDictionary<string, long> Domains =>
        _model.OpsetImport.ToDictionary(domain => domain.Domain is "ai.onnx" ? "" : domain.Domain, domain => domain.Version, StringComparer.Ordinal);

    /// <summary>Reads a file, and the weights that lie in files beside it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">It is no ONNX model, or one whose operators are older or newer than what is understood.</exception>
    /// <exception cref="IOException">It, or a file beside it, cannot be read.</exception>
    public static ModelFile Load(string path)
    {
        ModelProto model;
        try
        {
            using FileStream stream = File.OpenRead(path);
            model = ModelProto.Parser.ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException($"{path} is no ONNX file: {e.Message}", e);
        }
        if (model.Graph is null || model.Graph.Node.Count == 0 || model.OpsetImport.Count == 0)
            throw new InvalidDataException($"{path} is no ONNX model: it has no graph; give the file that the network was exported to.");

        foreach (TensorProto tensor in Tensors(model.Graph))
            TensorContent.ToRaw(tensor, path);
        var file = new ModelFile(path, model);
        if (file.Opset is < OldestOpset or > NewestOpset)
            throw new InvalidDataException($"{path} is written in ONNX operators of version {file.Opset}; versions {OldestOpset} to {NewestOpset} are understood. Export it again in one of them.");
        return file;
    }

    /// <summary>What is known of a value: an input's, an output's, or one in between whose shape the file states.</summary>
    internal ValueInfoProto? Find(string name) =>
        _model.Graph.Output.Concat(_model.Graph.ValueInfo).Concat(_model.Graph.Input).FirstOrDefault(value => value.Name == name);

    private static IEnumerable<TensorProto> Tensors(GraphProto graph) => graph.Initializer.Concat(graph.Node.SelectMany(node => node.Attribute)
        .SelectMany(attribute => attribute.G is { } body ? Tensors(body) : attribute.T is { } tensor ? [tensor] : []));

    internal static ValueInfo Describe(ValueInfoProto value)
    {
        TypeProto.Types.Tensor? tensor = value.Type?.TensorType;
        ElementType? type = ElementTypes.OfProto(tensor?.ElemType ?? TensorProto.Types.DataType.Undefined);
        return new ValueInfo(value.Name, type?.Name() ?? tensor?.ElemType.ToString().ToLowerInvariant() ?? "no tensor", tensor is null ? null : ShapeInference.Declared(tensor));
    }
}
