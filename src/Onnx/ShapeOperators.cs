namespace Twitch.Onnx;

/// <summary>Operators that move elements and compute nothing.</summary>
public static class ShapeOperators
{
    /// <summary>The same elements in another shape, row-major. A name that the value does not have at the same place is inferred
    /// or read from the graph's inputs, so the shape is simply written down: <c>["batch", "time", 512]</c>.</summary>
    public static Value Reshape(this Graph g, Value x, params ReadOnlySpan<Dimension> shape)
    {
        Dimension[] target = shape.ToArray();
        g.Require(Dimension.HaveEqualCounts(x.Shape, target), "Reshape", $"{x} does not have as many elements as {Dimension.Format(target)}");

        const long Copied = 0, Inferred = -1;    // as the operator spells them
        long[] sizes = [.. target.Select((dim, i) => dim.Name is null ? dim.Size : i < x.Rank && x.Shape[i] == dim ? Copied : Inferred)];
        int last = Array.LastIndexOf(sizes, Inferred);
        Value sizesValue = Array.IndexOf(sizes, Inferred) == last
            ? g.Constant(sizes)
            : g.Concat(0, [.. target.Select((dim, i) => sizes[i] == Inferred && i != last ? g.SizeOf("Reshape", dim) : g.Constant(sizes[i]))]);
        return g.Add("Reshape", [x, sizesValue], x.Type, target);
    }

    /// <summary>The same elements for every place of a dimension that was 1. A dimension that the value does not have at the same place is
    /// read from the graph's inputs; at run time the value's must be 1 there, or the same.</summary>
    public static Value Expand(this Graph g, Value x, params ReadOnlySpan<Dimension> shape)
    {
        Dimension[] target = shape.ToArray();
        bool fits = x.Rank == target.Length && target.Zip(x.Shape).All(pair => pair.First == pair.Second || pair.First.Name is not null || pair.Second == 1);
        g.Require(fits, "Expand", $"{x} cannot be repeated to {Dimension.Format(target)}");

        const long Kept = 1;    // as the operator spells it
        Value sizes = g.Concat(0, [.. target.Select((dim, i) => x.Shape[i] == dim ? g.Constant(Kept) : dim.Name is null ? g.Constant(dim.Size) : g.SizeOf("Expand", dim))]);
        return g.Add("Expand", [x, sizes], x.Type, target);
    }

    /// <summary>The dimensions in another order: dimension i of the result is dimension <paramref name="order"/>[i].</summary>
    public static Value Transpose(this Graph g, Value x, params int[] order)
    {
        g.Require(order.Order().SequenceEqual(Enumerable.Range(0, x.Rank)), "Transpose", $"[{string.Join(", ", order)}] is no order of the dimensions of {x}");
        return g.Add("Transpose", [x], x.Type, [.. order.Select(i => x.Shape[i])], Attribute.Ints("perm", [.. order.Select(i => (long)i)]));
    }

    /// <summary>The values one after the other along one dimension; all others must agree. Where that one has names, the result's is their sum.</summary>
    public static Value Concat(this Graph g, int axis, params Value[] values)
    {
        Value first = values[0];
        g.Require(axis >= 0 && axis < first.Rank, "Concat", $"{first} has no dimension {axis}");
        foreach (Value value in values)
        {
            bool fits = value.Type == first.Type && value.Rank == first.Rank
                && value.Shape.Where((_, i) => i != axis).SequenceEqual(first.Shape.Where((_, i) => i != axis));
            g.Require(fits, "Concat", $"{value} cannot follow {first} along dimension {axis}");
        }
        Dimension[] shape = [.. first.Shape];
        shape[axis] = values.All(value => value.Shape[axis].Name is null)
            ? values.Sum(value => value.Shape[axis].Size)
            : string.Join('+', values.Select(value => value.Shape[axis]));
        return g.Add("Concat", values, first.Type, shape, Attribute.Int("axis", axis));
    }

    /// <summary>Cuts a value along one dimension into pieces of the given sizes.</summary>
    public static Value[] Split(this Graph g, Value x, int axis, params long[] sizes)
    {
        g.Require(axis >= 0 && axis < x.Rank && x.Shape[axis] == sizes.Sum(), "Split", $"{x} cannot be cut into [{string.Join(", ", sizes)}] along dimension {axis}");
        Value?[] pieces = [.. sizes.Select(size => new Value(g, x.Type, [.. x.Shape.Select((dim, i) => i == axis ? size : dim)]))];
        return g.Add("Split", [x, g.Constant(sizes)], pieces, Attribute.Int("axis", axis))!;
    }

    /// <summary>A part along one dimension.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">The whole.</param>
    /// <param name="axis">The dimension; its size is known.</param>
    /// <param name="first">Where the part begins.</param>
    /// <param name="count">Its size, at least 1.</param>
    public static Value Slice(this Graph g, Value x, int axis, long first, long count)
    {
        g.Require(axis >= 0 && axis < x.Rank && x.Shape[axis].Name is null && first >= 0 && count >= 1 && first + count <= x.Shape[axis].Size, "Slice", $"{x} has no [{first}, {first + count}) along dimension {axis}");
        return g.Add("Slice", [x, g.Constant([first]), g.Constant([first + count]), g.Constant([(long)axis])], x.Type, [.. x.Shape.Select((dim, i) => i == axis ? count : dim)]);
    }

    /// <summary>Inserts a dimension of size 1.</summary>
    public static Value Unsqueeze(this Graph g, Value x, int axis)
    {
        g.Require(axis >= 0 && axis <= x.Rank, "Unsqueeze", $"{x} has no place {axis} for a dimension");
        return g.Add("Unsqueeze", [x, g.Constant(axis)], x.Type, [.. x.Shape.Take(axis), 1, .. x.Shape.Skip(axis)]);
    }

    /// <summary>Removes a dimension of size 1.</summary>
    public static Value Squeeze(this Graph g, Value x, int axis)
    {
        g.Require(axis >= 0 && axis < x.Rank && x.Shape[axis] == 1, "Squeeze", $"dimension {axis} of {x} is not 1");
        return g.Add("Squeeze", [x, g.Constant(axis)], x.Type, [.. x.Shape.Where((_, i) => i != axis)]);
    }

    // The size that a name stands for, as a vector of one: read from the first input that has the name.
    private static Value SizeOf(this Graph g, string op, Dimension dim)
    {
        Value? input = g.Inputs.FirstOrDefault(input => input.Shape.Contains(dim));
        g.Require(input is not null, op, $"no input of the graph has a dimension '{dim}'");
        long axis = input!.Shape.ToList().IndexOf(dim);
        return g.Add("Shape", [input], ElementType.I64, [1], Attribute.Int("start", axis), Attribute.Int("end", axis + 1));
    }
}
