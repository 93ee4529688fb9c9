namespace Twitch.Onnx;

/// <summary>Whole layers that ONNX has an operator for.</summary>
public static class NeuralOperators
{
    /// <summary>Two-dimensional convolution with the same stride and zero padding on every side.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[batch, inputs, height, width].</param>
    /// <param name="weight">[outputs, inputs, kernel, kernel].</param>
    /// <param name="bias">[outputs].</param>
    /// <param name="stride">Rows and columns from one output to the next.</param>
    /// <param name="padding">Zeros around the picture.</param>
    /// <returns>[batch, outputs, (height + 2 · padding − kernel) / stride + 1, and the same of width].</returns>
    public static Value Conv(this Graph g, Value x, Value weight, Value bias, int stride, int padding)
    {
        g.Require(x.Rank == 4 && weight.Rank == 4 && x.Type == weight.Type && x.Shape[1] == weight.Shape[1] && x.Shape[2].Name is null && x.Shape[3].Name is null,
            "Conv", $"{x} does not fit kernels {weight}: [batch, inputs, height, width] and [outputs, inputs, kernel, kernel] are needed");
        g.Require(bias.Type == x.Type && bias.Shape.SequenceEqual([weight.Shape[0]]), "Conv", $"bias {bias} does not fit kernels {weight}");

        return g.Add("Conv", [x, weight, bias], x.Type, [x.Shape[0], weight.Shape[0], Size(2), Size(3)],
            Attribute.Ints("kernel_shape", weight.Shape[2].Size, weight.Shape[3].Size),
            Attribute.Ints("strides", stride, stride),
            Attribute.Ints("pads", padding, padding, padding, padding));

        long Size(int axis) => (x.Shape[axis].Size + 2 * padding - weight.Shape[axis].Size) / stride + 1;
    }

    /// <summary>(x − mean) / √(variance + ε) over the last dimension, then a scale and an offset for each of its elements.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[…, size].</param>
    /// <param name="scale">[size].</param>
    /// <param name="offset">[size].</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Value LayerNormalization(this Graph g, Value x, Value scale, Value offset, float epsilon)
    {
        g.Require(x.Rank >= 1 && scale.Type == x.Type && offset.Type == x.Type && scale.Shape.SequenceEqual([x.Shape[^1]]) && offset.Shape.SequenceEqual([x.Shape[^1]]),
            "LayerNormalization", $"scale {scale} and offset {offset} do not fit x {x}: the size of its last dimension is needed");
        return g.Add("LayerNormalization", [x, scale, offset], x.Type, x.Shape, Attribute.Int("axis", -1), Attribute.Float("epsilon", epsilon));
    }

    /// <summary>Each channel's largest value.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <returns>[batch, channels, 1, 1].</returns>
    public static Value GlobalMaxPool(this Graph g, Value x)
    {
        g.Require(x.Rank == 4, "GlobalMaxPool", $"x is {x}; [batch, channels, height, width] is needed");
        return g.Add("GlobalMaxPool", [x], x.Type, [x.Shape[0], x.Shape[1], 1, 1]);
    }

    /// <summary>Means over the cells of a grid.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[batch, channels, height, width].</param>
    /// <param name="rows">Rows of the grid; the height is a multiple of it.</param>
    /// <param name="columns">Columns of the grid; the width is a multiple of it.</param>
    /// <returns>[batch, channels, rows, columns].</returns>
    public static Value GridAverage(this Graph g, Value x, int rows, int columns)
    {
        g.Require(x.Rank == 4 && x.Shape[2].Name is null && x.Shape[3].Name is null && x.Shape[2].Size % rows == 0 && x.Shape[3].Size % columns == 0,
            "AveragePool", $"x is {x}; [batch, channels, height, width] is needed, height and width multiples of {rows} and {columns}");
        long[] cell = [x.Shape[2].Size / rows, x.Shape[3].Size / columns];
        return g.Add("AveragePool", [x], x.Type, [x.Shape[0], x.Shape[1], rows, columns], Attribute.Ints("kernel_shape", cell), Attribute.Ints("strides", cell));
    }

    /// <summary>Runs a body for every step of a sequence, each from the states that the last one left.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="sequence">[time, …].</param>
    /// <param name="states">The states before the first step.</param>
    /// <param name="step">Writes the body: given its graph, one step of the sequence and the states, the next states, of the same types and shapes.
    /// It may use weights of the graph.</param>
    /// <returns>The states after the last step.</returns>
    public static Value[] Scan(this Graph g, Value sequence, Value[] states, Func<Graph, Value, Value[], Value[]> step)
    {
        g.Require(sequence.Rank >= 1, "Scan", $"{sequence} has no steps");
        GraphProto body = g.Body("step", inner =>
        {
            Value[] before = [.. states.Select((state, i) => inner.Input($"step/state_{i}", state.Type, [.. state.Shape]))];
            Value[] after = step(inner, inner.Input("step/input", sequence.Type, [.. sequence.Shape.Skip(1)]), before);
            g.Require(after.Length == states.Length && after.Zip(states).All(pair => pair.First.Type == pair.Second.Type && pair.First.Shape.SequenceEqual(pair.Second.Shape)),
                "Scan", $"the body gives {string.Join(", ", after.Select(state => state.ToString()))}; {string.Join(", ", states.Select(state => state.ToString()))} is needed");
            return [.. after.Select((state, i) => ($"step/next_{i}", state))];
        });
        Value?[] last = [.. states.Select(state => new Value(g, state.Type, state.Shape))];
        return g.Add("Scan", [.. states, sequence], last, Attribute.Body("body", body), Attribute.Int("num_scan_inputs", 1))!;
    }

    /// <summary>A one-layer LSTM, forward; gates are stacked input, output, forget, cell.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">[time, batch, inputs].</param>
    /// <param name="inputWeight">[1, 4 × hidden, inputs].</param>
    /// <param name="recurrentWeight">[1, 4 × hidden, hidden].</param>
    /// <param name="bias">[1, 8 × hidden]: the input's, then the recurrence's.</param>
    /// <param name="hidden">State before the first step, [1, batch, hidden].</param>
    /// <param name="cell">State before the first step, [1, batch, hidden].</param>
    /// <returns>The states after the last step, each [1, batch, hidden].</returns>
    public static (Value Hidden, Value Cell) Lstm(this Graph g, Value x, Value inputWeight, Value recurrentWeight, Value bias, Value hidden, Value cell)
    {
        long size = hidden.Shape[^1].Size;
        g.Require(x.Rank == 3, "LSTM", $"x is {x}; [time, batch, inputs] is needed");
        Check(inputWeight, "the input weight", 1, 4 * size, x.Shape[2]);
        Check(recurrentWeight, "the recurrent weight", 1, 4 * size, size);
        Check(bias, "the bias", 1, 8 * size);
        Check(hidden, "hidden", 1, x.Shape[1], size);
        Check(cell, "cell", 1, x.Shape[1], size);

        (Value nextHidden, Value nextCell) = (new Value(g, x.Type, hidden.Shape), new Value(g, x.Type, cell.Shape));
        g.Add("LSTM", [x, inputWeight, recurrentWeight, bias, null, hidden, cell], [null, nextHidden, nextCell], Attribute.Int("hidden_size", size));
        return (nextHidden, nextCell);

        void Check(Value value, string role, params Dimension[] shape) =>
            g.Require(value.Type == x.Type && value.Shape.SequenceEqual(shape), "LSTM",
                $"{role} is {value}; {x.Type.Name()} {Dimension.Format(shape)} is needed");
    }
}
