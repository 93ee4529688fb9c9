namespace Twitch.Onnx;

/// <summary>What flows between operators: a tensor of a known type and shape, made by one graph.</summary>
public sealed class Value
{
    internal Value(Graph graph, ElementType type, IReadOnlyList<Dimension> shape, string? name = null)
    {
        Graph = graph;
        Type = type;
        Shape = shape;
        Name = name;
    }

    /// <summary>Element type.</summary>
    public ElementType Type { get; }

    /// <summary>Sizes and names, outermost first.</summary>
    public IReadOnlyList<Dimension> Shape { get; }

    /// <summary>Number of dimensions.</summary>
    public int Rank => Shape.Count;

    // Inputs and weights have a name from the start, outputs get theirs from Build, and everything else is named after its node.
    internal string? Name { get; set; }

    internal Graph Graph { get; }

    /// <summary>Type and shape as messages show them: <c>f32 [batch, 512]</c>.</summary>
    public override string ToString() => $"{Type.Name()} {Dimension.Format(Shape)}";
}
