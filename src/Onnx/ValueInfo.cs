namespace Twitch.Onnx;

/// <summary>An input or output of a graph.</summary>
/// <param name="Name">Name of the value.</param>
/// <param name="Type">Element type: <c>u8</c>, <c>i64</c>, <c>f16</c> or <c>f32</c>; ONNX's name of it in lower case where the program has none.</param>
/// <param name="Shape">Sizes and names, outermost first; null if the file does not say.</param>
public sealed record ValueInfo(string Name, string Type, IReadOnlyList<Dimension>? Shape)
{
    /// <inheritdoc/>
    public override string ToString() => $"'{Name}' {Type} {(Shape is null ? "of any shape" : Dimension.Format(Shape))}";
}
