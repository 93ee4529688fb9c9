namespace Twitch.Onnx;

/// <summary>Arithmetic: each is the ONNX operator of its name.</summary>
public static class Operators
{
    /// <summary>left + right; shapes are broadcast.</summary>
    public static Value Add(this Graph g, Value left, Value right) => g.Elementwise("Add", left, right);

    /// <summary>left − right; shapes are broadcast.</summary>
    public static Value Sub(this Graph g, Value left, Value right) => g.Elementwise("Sub", left, right);

    /// <summary>left · right, element by element; shapes are broadcast.</summary>
    public static Value Mul(this Graph g, Value left, Value right) => g.Elementwise("Mul", left, right);

    /// <summary>left / right; shapes are broadcast.</summary>
    public static Value Div(this Graph g, Value left, Value right) => g.Elementwise("Div", left, right);

    /// <summary>The lesser of each two elements; shapes are broadcast.</summary>
    public static Value Min(this Graph g, Value left, Value right) => g.Elementwise("Min", left, right);

    /// <summary>The larger of each two elements; shapes are broadcast.</summary>
    public static Value Max(this Graph g, Value left, Value right) => g.Elementwise("Max", left, right);

    /// <summary>Magnitudes.</summary>
    public static Value Abs(this Graph g, Value x) => g.OfFloats("Abs", x);

    /// <summary>The nearest whole numbers; halves go to the even one.</summary>
    public static Value Round(this Graph g, Value x) => g.OfFloats("Round", x);

    /// <summary>The largest element along one dimension, which becomes 1.</summary>
    public static Value ReduceMax(this Graph g, Value x, int axis) => g.Reduce("ReduceMax", x, axis);

    /// <summary>The smallest element along one dimension, which becomes 1.</summary>
    public static Value ReduceMin(this Graph g, Value x, int axis) => g.Reduce("ReduceMin", x, axis);

    /// <summary>The mean along one dimension, which becomes 1.</summary>
    public static Value ReduceMean(this Graph g, Value x, int axis) => g.Reduce("ReduceMean", x, axis);

    /// <summary>Square roots.</summary>
    public static Value Sqrt(this Graph g, Value x) => g.OfFloats("Sqrt", x);

    /// <summary>Exponential function.</summary>
    public static Value Exp(this Graph g, Value x) => g.OfFloats("Exp", x);

    /// <summary>Natural logarithm.</summary>
    public static Value Log(this Graph g, Value x) => g.OfFloats("Log", x);

    /// <summary>1 / (1 + exp(−x)).</summary>
    public static Value Sigmoid(this Graph g, Value x) => g.OfFloats("Sigmoid", x);

    /// <summary>Hyperbolic tangent.</summary>
    public static Value Tanh(this Graph g, Value x) => g.OfFloats("Tanh", x);

    /// <summary>max(x, 0).</summary>
    public static Value Relu(this Graph g, Value x) => g.OfFloats("Relu", x);

    /// <summary>The same numbers in another element type.</summary>
    public static Value Cast(this Graph g, Value x, ElementType type) =>
        g.Add("Cast", [x], type, x.Shape, Attribute.Int("to", (long)type.ToProto()));

    /// <summary>Rows of a table.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="table">[rows, …].</param>
    /// <param name="indices">Row numbers, i64, of any shape.</param>
    /// <returns>[the shape of <paramref name="indices"/>, …].</returns>
    public static Value Gather(this Graph g, Value table, Value indices)
    {
        g.Require(indices.Type == ElementType.I64, "Gather", $"the indices are {indices}; i64 is needed");
        g.Require(table.Rank >= 1, "Gather", "the table has no rows");
        return g.Add("Gather", [table, indices], table.Type, [.. indices.Shape, .. table.Shape.Skip(1)], Attribute.Int("axis", 0));
    }

    /// <summary>1 where two elements are equal, 0 elsewhere, f32; shapes are broadcast.</summary>
    public static Value IsEqual(this Graph g, Value left, Value right) => g.Cast(g.Elementwise("Equal", left, right), ElementType.F32);    // from bool, which goes no further

    /// <summary>Some elements along one dimension.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">Where they stand.</param>
    /// <param name="axis">The dimension.</param>
    /// <param name="indices">Their places, i64; of the shape of <paramref name="x"/> but for the dimension.</param>
    /// <returns>Of the shape of <paramref name="indices"/>.</returns>
    public static Value GatherElements(this Graph g, Value x, int axis, Value indices)
    {
        g.RequireElements("GatherElements", x, axis, indices);
        return g.Add("GatherElements", [x, indices], x.Type, indices.Shape, Attribute.Int("axis", axis));
    }

    /// <summary>Puts numbers in the place of some elements along one dimension; those for the same element must be equal.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">What is changed.</param>
    /// <param name="axis">The dimension.</param>
    /// <param name="indices">The elements, i64; of the shape of <paramref name="x"/> but for the dimension.</param>
    /// <param name="values">One for each index.</param>
    public static Value ScatterElements(this Graph g, Value x, int axis, Value indices, Value values) => g.Scatter(x, axis, indices, values, "none");

    /// <summary>Adds numbers to some elements along one dimension; those for the same element are summed, in order.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">What is added to.</param>
    /// <param name="axis">The dimension.</param>
    /// <param name="indices">The elements, i64; of the shape of <paramref name="x"/> but for the dimension.</param>
    /// <param name="addends">One for each index.</param>
    public static Value ScatterAdd(this Graph g, Value x, int axis, Value indices, Value addends) => g.Scatter(x, axis, indices, addends, "add");

    /// <summary>The sum over one dimension, which goes away.</summary>
    public static Value ReduceSum(this Graph g, Value x, int axis)
    {
        g.Require(axis >= 0 && axis < x.Rank, "ReduceSum", $"{x} has no dimension {axis}");
        return g.Add("ReduceSum", [x, g.Constant(axis)], x.Type, [.. x.Shape.Where((_, i) => i != axis)], Attribute.Int("keepdims", 0));
    }

    /// <summary>The largest elements along the last dimension, largest first.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[…, columns].</param>
    /// <param name="count">How many, at most as many as there are columns.</param>
    /// <returns>The elements and their places i64, each […, count]. Which of several equal ones come is not defined.</returns>
    public static (Value Values, Value Places) TopK(this Graph g, Value x, int count)
    {
        g.Require(x.Rank >= 1 && x.Shape[^1].Name is null && count >= 1 && count <= x.Shape[^1].Size, "TopK", $"{x} has no {count} columns");
        Dimension[] shape = [.. x.Shape.SkipLast(1), count];
        Value?[] outputs = g.Add("TopK", [x, g.Constant((long)count)], [new Value(g, x.Type, shape), new Value(g, ElementType.I64, shape)]);
        return (outputs[0]!, outputs[1]!);
    }

    /// <summary>ln of the sum over one dimension, which goes away.</summary>
    public static Value ReduceLogSum(this Graph g, Value x, int axis)
    {
        g.Require(axis >= 0 && axis < x.Rank, "ReduceLogSum", $"{x} has no dimension {axis}");
        return g.Add("ReduceLogSum", [x], x.Type, [.. x.Shape.Where((_, i) => i != axis)], Attribute.Ints("axes", axis), Attribute.Int("keepdims", 0));
    }

    /// <summary>ln of <see cref="Softmax"/>.</summary>
    public static Value LogSoftmax(this Graph g, Value x)
    {
        g.Require(x.Type is ElementType.F16 or ElementType.F32 or ElementType.F64 && x.Rank >= 1, "LogSoftmax", $"{x} does not hold rows of floating point numbers");
        return g.Add("LogSoftmax", [x], x.Type, x.Shape, Attribute.Int("axis", x.Rank - 1));
    }

    /// <summary>exp(x) over its sum along the last dimension.</summary>
    public static Value Softmax(this Graph g, Value x)
    {
        g.Require(x.Type is ElementType.F16 or ElementType.F32 or ElementType.F64 && x.Rank >= 1, "Softmax", $"{x} does not hold rows of floating point numbers");
        return g.Add("Softmax", [x], x.Type, x.Shape, Attribute.Int("axis", -1));
    }

    /// <summary>Matrix product over the last dimensions.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="left">[…, rows, inner].</param>
    /// <param name="right">[inner, columns], or a matrix for each of the left: […, inner, columns].</param>
    /// <returns>[…, rows, columns].</returns>
    public static Value MatMul(this Graph g, Value left, Value right)
    {
        bool each = right.Rank == left.Rank && right.Shape.SkipLast(2).SequenceEqual(left.Shape.SkipLast(2));
        g.Require(left.Type == right.Type && left.Rank >= 2 && (right.Rank == 2 || each) && left.Shape[^1] == right.Shape[^2],
            "MatMul", $"{left} × {right}: the last dimension of the left must be the first of the right, a matrix of the same type");
        return g.Add("MatMul", [left, right], left.Type, [.. left.Shape.SkipLast(1), right.Shape[^1]]);
    }

    /// <summary>left × right + addend, for matrices.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="left">[rows, inner].</param>
    /// <param name="right">[inner, columns], or [columns, inner] if it is to be turned.</param>
    /// <param name="addend">[columns] or [rows, columns].</param>
    /// <param name="turnRight">Whether <paramref name="right"/> is the transpose of what is multiplied, as PyTorch stores it.</param>
    /// <returns>[rows, columns].</returns>
    public static Value Gemm(this Graph g, Value left, Value right, Value addend, bool turnRight = false)
    {
        var (inner, columns) = turnRight ? (1, 0) : (0, 1);    // dimensions of the right
        g.Require(left.Type == right.Type && left.Rank == 2 && right.Rank == 2 && left.Shape[1] == right.Shape[inner],
            "Gemm", $"{left} × {right}: two matrices of one type are needed, and the columns of the left must be the rows of the right");
        Dimension[] shape = [left.Shape[0], right.Shape[columns]];
        g.Require(addend.Type == left.Type && (addend.Shape.SequenceEqual(shape) || addend.Shape.SequenceEqual(shape[1..])),
            "Gemm", $"{addend} cannot be added to {Dimension.Format(shape)}");
        return g.Add("Gemm", [left, right, addend], left.Type, shape, turnRight ? [Attribute.Int("transB", 1)] : []);
    }

    /// <summary>x × weight + bias, for any number of leading dimensions.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[…, inputs].</param>
    /// <param name="weight">[inputs, outputs]: PyTorch's, transposed.</param>
    /// <param name="bias">[outputs].</param>
    /// <returns>[…, outputs].</returns>
    public static Value Linear(this Graph g, Value x, Value weight, Value bias) =>
        x.Rank == 2 ? g.Gemm(x, weight, bias) : g.Add(g.MatMul(x, weight), bias);

    private static Value Scatter(this Graph g, Value x, int axis, Value indices, Value values, string reduction)
    {
        g.RequireElements("ScatterElements", x, axis, indices);
        g.Require(values.Type == x.Type && values.Shape.SequenceEqual(indices.Shape), "ScatterElements", $"{values} does not fit {indices}");
        return g.Add("ScatterElements", [x, indices, values], x.Type, x.Shape, Attribute.Int("axis", axis), Attribute.Text("reduction", reduction));
    }

    private static void RequireElements(this Graph g, string op, Value x, int axis, Value indices)
    {
        bool fits = axis >= 0 && axis < x.Rank && indices.Rank == x.Rank && indices.Shape.Where((_, i) => i != axis).SequenceEqual(x.Shape.Where((_, i) => i != axis));
        g.Require(indices.Type == ElementType.I64 && fits, op, $"{indices} does not choose elements of {x} along dimension {axis}");
    }

    private static Value Reduce(this Graph g, string op, Value x, int axis)
    {
        g.Require(axis >= 0 && axis < x.Rank, op, $"{x} has no dimension {axis}");
        return g.Add(op, [x], x.Type, [.. x.Shape.Select((dim, i) => i == axis ? 1 : dim)], Attribute.Ints("axes", axis), Attribute.Int("keepdims", 1));
    }

    private static Value OfFloats(this Graph g, string op, Value x)
    {
        g.Require(x.Type is ElementType.F16 or ElementType.F32 or ElementType.F64, op, $"{x} does not hold floating point numbers");
        return g.Add(op, [x], x.Type, x.Shape);
    }

    private static Value Elementwise(this Graph g, string op, Value left, Value right)
    {
        g.Require(left.Type == right.Type, op, $"{left} and {right} differ in type");
        var shape = new Dimension[Math.Max(left.Rank, right.Rank)];
        for (int fromEnd = 1; fromEnd <= shape.Length; fromEnd++)
        {
            Dimension a = fromEnd <= left.Rank ? left.Shape[^fromEnd] : 1, b = fromEnd <= right.Rank ? right.Shape[^fromEnd] : 1;
            g.Require(a == b || a == 1 || b == 1, op, $"{left} and {right} cannot be broadcast: {a} meets {b}");
            shape[^fromEnd] = a == 1 ? b : a;
        }
        return g.Add(op, [left, right], left.Type, shape);
    }
}
