namespace Twitch.Onnx;

/// <summary>The type and shape of one value; the shape is null where it is not known.</summary>
internal readonly record struct TensorKind(TensorProto.Types.DataType Type, Dimension[]? Shape);

/// <summary>Types and shapes of a graph's values, as far as the operators of image and sound networks tell them.</summary>
/// <remarks>Nodes speak version 13 of ONNX's operators or a later one. Shapes are those of the operators' definitions: onnx/onnx, docs/Operators.md.</remarks>
internal sealed class ShapeInference
{
    private static readonly HashSet<string> s_sameShape = new(StringComparer.Ordinal)
    {
        "Abs", "BatchNormalization", "Celu", "Clip", "Cos", "Dropout", "Elu", "Erf", "Exp", "Floor", "Gelu", "GroupNormalization", "HardSigmoid", "HardSwish", "Identity", "InstanceNormalization",
        "LRN", "LayerNormalization", "LeakyRelu", "Log", "LogSoftmax", "Mish", "Neg", "PRelu", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sin", "Softmax", "Softplus", "Sqrt", "Tanh", "ThresholdedRelu",
    };

    private static readonly HashSet<string> s_broadcast = new(StringComparer.Ordinal) { "Add", "Div", "Max", "Mean", "Min", "Mul", "Pow", "Sub", "Sum" };

    private readonly Dictionary<string, TensorKind> _kinds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorProto> _constants = new(StringComparer.Ordinal);

    /// <summary>A value that is given.</summary>
    public void Set(string name, TensorKind kind) => _kinds[name] = kind;

    /// <summary>A constant.</summary>
    public void Set(TensorProto constant)
    {
        _constants[constant.Name] = constant;
        _kinds[constant.Name] = new TensorKind(constant.DataType, [.. constant.Dims.Select(size => size == 0 ? (Dimension)"0" : size)]);
    }

    /// <summary>What is known of a value.</summary>
    public TensorKind this[string name] => _kinds.GetValueOrDefault(name);

    /// <summary>Learns what a node makes; its inputs must be known by then.</summary>
    /// <param name="node">The node.</param>
    /// <param name="declared">What the file says of a value; asked where the operator does not tell.</param>
    public void Visit(NodeProto node, Func<string, TensorKind?> declared)
    {
        TensorKind first = node.Input.Count > 0 ? this[node.Input[0]] : default;
        Dimension[]?[] shapes = node.Domain.Length > 0 ? [] : OutputShapes(node, first.Shape);
        for (int i = 0; i < node.Output.Count; i++)
        {
            Dimension[]? shape = i < shapes.Length ? shapes[i] : null;
            TensorKind? said = shape is null || node.OpType is "Cast" or "QuantizeLinear" or "DequantizeLinear" ? declared(node.Output[i]) : null;
            var type = node.OpType == "Cast" ? (TensorProto.Types.DataType)Int(node, "to", 0) : said?.Type ?? first.Type;
            _kinds[node.Output[i]] = new TensorKind(type, shape ?? said?.Shape);
        }
    }

    /// <summary>The shape that a file states; null if it states none.</summary>
    public static Dimension[]? Declared(TypeProto.Types.Tensor tensor) => tensor.Shape is null
        ? null
        : [.. tensor.Shape.Dim.Select((dim, i) => dim.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && dim.DimValue > 0 ? (Dimension)dim.DimValue
            : string.IsNullOrWhiteSpace(dim.DimParam) ? $"unknown_{i}" : dim.DimParam)];

    private Dimension[]?[] OutputShapes(NodeProto node, Dimension[]? x) => node.OpType switch
    {
        "Shape" or "Size" or "Constant" or "ConstantOfShape" => [],
        _ when x is null => [],
        "Cast" => [x],
        "Conv" => [Convolved(node, x, this[node.Input[1]].Shape)],
        "MaxPool" or "AveragePool" or "LpPool" => [Pooled(node, x, x[1], Ints(node, "kernel_shape"))],
        "GlobalAveragePool" or "GlobalMaxPool" => [[x[0], x[1], .. x.Skip(2).Select(_ => (Dimension)1)]],
        "Flatten" => [Flattened(x, (int)Int(node, "axis", 1))],
        "Reshape" => [Reshaped(x, Constant(node, 1), Int(node, "allowzero", 0) == 0)],
        "Transpose" => [Ints(node, "perm") is { Length: > 0 } order ? [.. order.Select(i => x[i])] : [.. x.Reverse()]],
        "Squeeze" => [Constant(node, 1) is { } gone ? [.. x.Where((_, i) => !gone.Contains(i) && !gone.Contains(i - x.Length))] : null],
        "Unsqueeze" => [Constant(node, 1) is { } added ? Unsqueezed(x, added) : null],
        "Concat" => [Concatenated(node, x)],
        "Split" => Pieces(node, x),
        "Gemm" => [Product(x, this[node.Input[1]].Shape, Int(node, "transA", 0) == 1, Int(node, "transB", 0) == 1)],
        "MatMul" => [Product(x, this[node.Input[1]].Shape, false, false)],
        _ when node.OpType.StartsWith("Reduce", StringComparison.Ordinal) => [Reduced(node, x)],
        _ when s_sameShape.Contains(node.OpType) => [x],
        _ when s_broadcast.Contains(node.OpType) => [Broadcast(node)],
        _ => [],
    };

    private static Dimension[]? Convolved(NodeProto node, Dimension[] x, Dimension[]? kernels) =>
        kernels is null ? null : Pooled(node, x, kernels[0], [.. kernels.Skip(2).Select(dim => dim.Size)]);

    private static Dimension[]? Pooled(NodeProto node, Dimension[] x, Dimension channels, long[] kernel)
    {
        long[] strides = Ints(node, "strides"), pads = Ints(node, "pads"), dilations = Ints(node, "dilations");
        string autoPad = node.Attribute.FirstOrDefault(attribute => attribute.Name == "auto_pad")?.S?.ToStringUtf8() ?? "NOTSET";
        bool ceiling = Int(node, "ceil_mode", 0) == 1;
        if (x.Skip(2).Any(dim => dim.Name is not null) || kernel.Length != x.Length - 2)
            return null;
        return [x[0], channels, .. x.Skip(2).Select((dim, i) => (Dimension)Size(dim.Size, i))];

        long Size(long size, int i)
        {
            long stride = i < strides.Length ? strides[i] : 1, reach = (kernel[i] - 1) * (i < dilations.Length ? dilations[i] : 1) + 1;
            if (autoPad.StartsWith("SAME", StringComparison.Ordinal))
                return (size + stride - 1) / stride;
            long room = size - reach + (pads.Length > 0 && autoPad == "NOTSET" ? pads[i] + pads[i + kernel.Length] : 0);
            return (room + (ceiling ? stride - 1 : 0)) / stride + 1;
        }
    }

    private static Dimension[]? Flattened(Dimension[] x, int axis)
    {
        Dimension? first = Whole(x[..axis]), second = Whole(x[axis..]);
        return first is { } rows && second is { } columns ? [rows, columns] : null;
    }

    private static Dimension[]? Reshaped(Dimension[] x, long[]? target, bool zeroCopies)
    {
        if (target is null)
            return null;
        var shape = new Dimension[target.Length];
        List<Dimension> left = [.. x];    // what is not accounted for yet; a copied dimension is
        for (int i = 0; i < target.Length; i++)
        {
            if (target[i] == 0 && zeroCopies)
                left.Remove(shape[i] = x[i]);
            else if (target[i] > 0)
                shape[i] = target[i];
        }
        int inferred = Array.IndexOf(target, -1);
        if (inferred < 0)
            return shape;
        long known = target.Where(size => size > 0).Aggregate(1L, (product, size) => product * size), count = left.Aggregate(1L, (product, dim) => product * dim.Size);
        string[] names = [.. left.Where(dim => dim.Name is not null).Select(dim => dim.Name!)];
        if (count % known != 0 || (names.Length > 0 && (names.Length > 1 || count != known)))
            return null;
        shape[inferred] = names.Length == 1 ? names[0] : count / known;
        return shape;
    }

    private static Dimension[] Unsqueezed(Dimension[] x, long[] axes)
    {
        int rank = x.Length + axes.Length;
        var rest = new Queue<Dimension>(x);
        return [.. Enumerable.Range(0, rank).Select(i => axes.Contains(i) || axes.Contains(i - rank) ? 1 : rest.Dequeue())];
    }

    private Dimension[]? Concatenated(NodeProto node, Dimension[] x)
    {
        long axis = Axis(node, x.Length, 0);
        Dimension[]?[] shapes = [.. node.Input.Select(input => this[input].Shape)];
        if (shapes.Any(shape => shape is null || shape.Length != x.Length || shape[axis].Name is not null))
            return null;
        return [.. x.Select((dim, i) => i == axis ? shapes.Sum(shape => shape![i].Size) : dim)];
    }

    private Dimension[]?[] Pieces(NodeProto node, Dimension[] x)
    {
        long axis = Axis(node, x.Length, 0);
        if (x[axis].Name is not null)
            return [];
        long size = x[axis].Size, piece = (size + node.Output.Count - 1) / node.Output.Count;
        long[] sizes = Constant(node, 1) ?? [.. Enumerable.Range(0, node.Output.Count).Select(i => Math.Min(piece, size - i * piece))];
        return sizes.Length != node.Output.Count ? [] : [.. sizes.Select(part => (Dimension[])[.. x.Select((dim, i) => i == axis ? part : dim)])];
    }

    private static Dimension[]? Product(Dimension[] left, Dimension[]? right, bool turnLeft, bool turnRight)
    {
        if (right is null || left.Length < 2 || right.Length < 2)
            return null;
        Dimension rows = turnLeft ? left[^1] : left[^2], columns = turnRight ? right[^2] : right[^1];
        return [.. (left.Length >= right.Length ? left : right)[..^2], rows, columns];
    }

    private Dimension[]? Reduced(NodeProto node, Dimension[] x)
    {
        long[]? axes = node.Input.Count > 1 && node.Input[1].Length > 0 ? Constant(node, 1) : Ints(node, "axes");
        if (axes is null)
            return null;
        bool keeps = Int(node, "keepdims", 1) == 1;
        bool Gone(int i) => axes.Length == 0 ? Int(node, "noop_with_empty_axes", 0) == 0 : axes.Contains(i) || axes.Contains(i - x.Length);
        return [.. x.Select((dim, i) => (dim, i)).Where(pair => keeps || !Gone(pair.i)).Select(pair => Gone(pair.i) ? 1 : pair.dim)];
    }

    private Dimension[]? Broadcast(NodeProto node)
    {
        Dimension[]?[] shapes = [.. node.Input.Select(input => this[input].Shape)];
        if (shapes.Any(shape => shape is null))
            return null;
        int rank = shapes.Max(shape => shape!.Length);
        return [.. Enumerable.Range(0, rank).Select(i => shapes
            .Where(shape => i >= rank - shape!.Length)
            .Select(shape => shape![i - rank + shape.Length])
            .Aggregate((Dimension)1, (most, dim) => most == 1 ? dim : most))];
    }

    // Several dimensions as one; null if it has no name and no size.
    private static Dimension? Whole(Dimension[] dims)
    {
        string[] names = [.. dims.Where(dim => dim.Name is not null).Select(dim => dim.Name!)];
        long size = dims.Aggregate(1L, (product, dim) => product * dim.Size);
        return names.Length == 0 ? size : names.Length == 1 && size == 1 ? names[0] : (Dimension?)null;
    }

    private long[]? Constant(NodeProto node, int input) =>
        node.Input.Count > input && _constants.TryGetValue(node.Input[input], out TensorProto? tensor) ? tensor.Integers() : null;

    private static long Axis(NodeProto node, int rank, long otherwise)
    {
        long axis = Int(node, "axis", otherwise);
        return axis < 0 ? axis + rank : axis;
    }

    private static long Int(NodeProto node, string name, long otherwise) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.I ?? otherwise;

    private static long[] Ints(NodeProto node, string name) => [.. node.Attribute.FirstOrDefault(attribute => attribute.Name == name)?.Ints ?? []];
}
