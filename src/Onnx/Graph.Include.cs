namespace Twitch.Onnx;

public sealed partial class Graph
{
    private readonly HashSet<string> _included = new(StringComparer.Ordinal);

    /// <summary>Takes in the nodes of a file as if they were written here, as many of them as the outputs need.</summary>
    /// <remarks>
    /// A file whose first dimension is one fixed size of all its inputs and outputs (usually 1) takes a batch of any size here: shapes that hold that size
    /// in first place, as the target of a Reshape does, are changed. Nodes of older operators are upgraded.
    /// </remarks>
    /// <param name="file">The file.</param>
    /// <param name="name">Stands before the names of all its values; unique in this graph.</param>
    /// <param name="inputs">What is given for each input that the outputs need, by the file's names.</param>
    /// <param name="outputs">Which of its values are wanted: outputs, or others (<see cref="ModelFile.ValueNames"/>).</param>
    /// <returns>The wanted values, in order.</returns>
    /// <exception cref="InvalidDataException">The file has no such value, an input does not fit or is missing, or the shape of an output cannot be told.</exception>
    public Value[] Include(ModelFile file, string name, IReadOnlyDictionary<string, Value> inputs, params ReadOnlySpan<string> outputs)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(inputs);
        Require(_outer is null, name, "a file cannot be included in the body of a node");
        Require(_included.Add(name), name, "the name is taken");
        string[] wanted = outputs.ToArray();
        var part = new IncludedPart(file, name, inputs, wanted, Math.Max(_version, file.Opset));
        _version = Math.Max(_version, file.Opset);
        _irVersion = Math.Max(_irVersion, file.IrVersion);
        foreach ((string domain, long version) in file.Domains.Where(domain => domain.Key.Length > 0))
            _domains[domain] = version;

        Value[] values = [.. wanted.Select(output => Border(part.Kinds[output], output))];
        _parts.Add(new Included(part, [.. part.UsedInputs.Select(input => inputs[input])], inputs, wanted, values));
        return values;

        Value Border(TensorKind kind, string output)
        {
            ElementType type = ElementTypes.OfProto(kind.Type) ?? throw new InvalidDataException($"{file.Path}: '{output}' holds elements of type {kind.Type}, which cannot be read here; take another value.");
            return new Value(this, type, kind.Shape ?? throw new InvalidDataException($"{file.Path}: the shape of '{output}' cannot be told; take another value, or run shape inference over the file."));
        }
    }

    private sealed record Included(IncludedPart Content, IReadOnlyList<Value?> Inputs, IReadOnlyDictionary<string, Value> Given, string[] Wanted, Value[] Values) : Part(Inputs)
    {
        public override void WriteTo(GraphProto graph, string prefix, long version)
        {
            for (int i = 0; i < Wanted.Length; i++)
                Values[i].Name ??= $"{Content.Name}/{Wanted[i]}";
            Dictionary<string, string> names = Given.Where(pair => Content.UsedInputs.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value.Name!, StringComparer.Ordinal);
            for (int i = 0; i < Wanted.Length; i++)
                names[Wanted[i]] = Values[i].Name!;
            Content.WriteTo(graph, version, value => value.Length == 0 ? "" : names.GetValueOrDefault(value) ?? $"{Content.Name}/{value}");
        }
    }
}
