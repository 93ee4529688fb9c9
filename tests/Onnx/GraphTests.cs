using Twitch.Onnx;
using Twitch.Tests;

namespace Twitch.Onnx.Tests;

public sealed class GraphTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("twitch-graph-").FullName;
    private readonly Graph _g = new("test", "A graph of a test.");

    [Fact]
    public void A_graph_is_written_run_and_compared_with_a_number()
    {
        Value x = _g.Input("x", ElementType.F32, "batch", 2);
        Value y = _g.Linear(x, _g.Constant([1f, 2, 3, 4, 5, 6], 2, 3), _g.Constant([0.5f, 0, 0]));

        float[] result = Run(_g.Build(("y", y)), ("x", new float[] { 1, 10 }, [1, 2]));

        Assert.Equal([41.5f, 52, 63], result);
    }

    [Fact]
    public void A_value_knows_its_type_and_shape()
    {
        Value x = _g.Input("x", ElementType.U8, "batch", "time", 4, 6, 3);

        Value y = _g.Reshape(_g.Cast(_g.Transpose(x, 0, 1, 4, 2, 3), ElementType.F32), "batch*time", 3, 4, 6);

        Assert.Equal("f32 [batch*time, 3, 4, 6]", y.ToString());
        Assert.Equal("f32 [batch, time, 72]", _g.Reshape(y, "batch", "time", 72).ToString());
    }

    [Fact]
    public void Folded_dimensions_unfold_to_what_the_inputs_say()
    {
        Value x = _g.Input("x", ElementType.F32, "batch", "time", 2);
        Value folded = _g.Relu(_g.Reshape(x, "batch*time", 2));
        Model model = _g.Build(("y", _g.Transpose(_g.Reshape(folded, "batch", "time", 2), 1, 0, 2)));

        float[] result = Run(model, ("x", new float[] { 1, -2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, [2, 3, 2]));

        Assert.Equal([1, 0, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12], result);
    }

    [Fact]
    public void A_size_is_read_at_the_place_where_an_input_has_its_name()
    {
        Value x = _g.Input("x", ElementType.F32, 2, "batch", "time");
        Value folded = _g.Relu(_g.Reshape(x, "batch*time", 2));
        Model model = _g.Build(("y", _g.Transpose(_g.Reshape(folded, "batch", "time", 2), 1, 0, 2)));

        float[] result = Run(model, ("x", new float[] { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 }, [2, 1, 6]));

        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], result);    // a batch of 1, though x begins with 2
    }

    [Fact]
    public void A_value_is_repeated_as_often_as_an_input_says()
    {
        Value x = _g.Input("x", ElementType.F32, "clips", 2), rows = _g.Input("rows", ElementType.F32, "batch", 1);
        Value repeated = _g.Expand(x, "batch", 2);
        Model model = _g.Build(("y", _g.Add(repeated, rows)));

        Assert.Equal("f32 [batch, 2]", repeated.ToString());
        float[] hundreds = [100, 200, 300];
        Assert.Equal([101, 102, 201, 202, 301, 302], Run(model, ("x", new float[] { 1, 2 }, [1, 2]), ("rows", hundreds, [3, 1])));
        Assert.Equal([101, 102, 203, 204, 305, 306], Run(model, ("x", new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2]), ("rows", hundreds, [3, 1])));
    }

    [Fact]
    public void A_scan_takes_the_states_through_every_step()
    {
        Value steps = _g.Input("steps", ElementType.F32, "time", "batch", 1), sum = _g.Input("sum", ElementType.F32, "batch", 1);
        Value half = _g.Weight(new Weight("half", ElementType.F32, [1], stream => Weight.WriteValues(stream, [0.5f])));

        Value[] last = _g.Scan(steps, [sum], (step, now, states) => [step.Add(now, step.Mul(states[0], half))]);

        float[] result = Run(_g.Build(("last", last[0])), ("steps", new float[] { 1, 2, 3, 4, 5, 6 }, [3, 2, 1]), ("sum", new float[] { 8, 0 }, [2, 1]));
        Assert.Equal([5 + 1.5f + 0.25f + 1, 6 + 2 + 0.5f], result);
    }

    [Fact]
    public void A_step_that_gives_another_shape_is_refused_on_the_line_that_wrote_it()
    {
        Value steps = _g.Input("steps", ElementType.F32, "time", "batch", 2), sum = _g.Input("sum", ElementType.F32, "batch", 1);

        Fails("graph 'test', Scan: the body gives f32 [batch, 2]; f32 [batch, 1] is needed.", () => _g.Scan(steps, [sum], (step, now, states) => [step.Add(now, states[0])])[0]);
    }

    [Fact]
    public void A_weight_is_not_made_in_the_body_of_a_node()
    {
        Value steps = _g.Input("steps", ElementType.F32, "time", "batch", 1), sum = _g.Input("sum", ElementType.F32, "batch", 1);
        var half = new Weight("half", ElementType.F32, [1], stream => Weight.WriteValues(stream, [0.5f]));

        Fails("graph 'test', step: a weight was made in the body; make it in the graph around it.",
            () => _g.Scan(steps, [sum], (step, now, states) => [step.Add(now, step.Mul(states[0], step.Weight(half)))])[0]);
    }

    [Fact]
    public void Each_row_has_its_own_product_with_shares_that_sum_up_to_one()
    {
        Value scores = _g.Input("scores", ElementType.F32, "batch", 1, 2), values = _g.Input("values", ElementType.F32, "batch", 2, 1);
        Value mean = _g.MatMul(_g.Softmax(scores), values);

        float[] result = Run(_g.Build(("y", _g.ReduceSum(mean, 2))), ("scores", new float[] { 0, 0, 0, MathF.Log(3) }, [2, 1, 2]), ("values", new float[] { 2, 4, 10, 20 }, [2, 2, 1]));

        Assert.Equal("f32 [batch, 1, 1]", mean.ToString());
        Assert.Equal(3, result[0], 1e-5);
        Assert.Equal(17.5, result[1], 1e-5);
    }

    [Fact]
    public void Bounds_exponentials_and_logarithms_are_element_by_element()
    {
        Value x = _g.Input("x", ElementType.F32, "batch");
        Value y = _g.Exp(_g.Min(_g.Max(_g.Log(x), _g.Constant([0f])), _g.Constant([MathF.Log(5)])));

        float[] result = Run(_g.Build(("y", y)), ("x", new float[] { 0.5f, 3, 9 }, [3]));

        Assert.All(result.Zip((float[])[1, 3, 5]), pair => Assert.Equal(pair.Second, pair.First, 1e-5));
    }

    [Fact]
    public void Elements_are_chosen_added_to_and_replaced_by_their_indices()
    {
        Value x = _g.Input("x", ElementType.F32, "batch", 4), indices = _g.Input("indices", ElementType.I64, "batch", 3);
        Value chosen = _g.GatherElements(x, axis: 1, indices);
        Model model = _g.Build(
            ("added", _g.ScatterAdd(x, axis: 1, indices, chosen)),
            ("replaced", _g.ScatterElements(x, axis: 1, indices, _g.Mul(chosen, _g.Constant([10f])))),
            ("same", _g.IsEqual(indices, _g.Constant(3L))),
            ("logarithm", _g.ReduceLogSum(chosen, axis: 1)),
            ("shares", _g.LogSoftmax(x)));
        string path = Path.Combine(_folder, "elements.onnx");
        model.Save(path, externalDataThreshold: 1024);
        using var session = new OnnxSession(path);

        float[][] found = session.Run(("x", new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }, [2, 4]), ("indices", new long[] { 3, 3, 0, 1, 2, 3 }, [2, 3]));

        Assert.Equal([2, 2, 3, 12, 5, 12, 14, 16], found[0]);
        Assert.Equal([10, 2, 3, 40, 5, 60, 70, 80], found[1]);
        Assert.Equal([1, 1, 0, 0, 0, 1], found[2]);
        Floats.Close([MathF.Log(9), MathF.Log(21)], found[3], 1e-6, "ln of the sum");
        Assert.Equal(1, found[4][..4].Sum(value => Math.Exp(value)), 1e-6);
    }

    [Fact]
    public void Operators_fail_on_the_line_that_wrote_a_wrong_shape()
    {
        Value x = _g.Input("x", ElementType.F32, "batch", 16), other = _g.Input("other", ElementType.F32, "rows", 12);
        Value matrix = _g.Constant(new float[12 * 4], 12, 4), bias = _g.Constant(new float[4]), bytes = _g.Input("bytes", ElementType.U8, "batch", 16);

        Fails("graph 'test', MatMul: f32 [batch, 16] × f32 [12, 4]: ", () => _g.MatMul(x, matrix));
        Fails("graph 'test', Gemm: f32 [batch, 16] × f32 [12, 4]: ", () => _g.Linear(x, matrix, bias));
        Fails("graph 'test', Gemm: f32 [batch, 16] cannot be added to [rows, 4].", () => _g.Gemm(other, matrix, x));
        Fails("graph 'test', Add: f32 [batch, 16] and f32 [rows, 12] cannot be broadcast: 16 meets 12.", () => _g.Add(x, other));
        Fails("graph 'test', Mul: f32 [batch, 16] and u8 [batch, 16] differ in type.", () => _g.Mul(x, bytes));
        Fails("graph 'test', Sigmoid: u8 [batch, 16] does not hold", () => _g.Sigmoid(bytes));
        Fails("graph 'test', Softmax: u8 [batch, 16] does not hold rows", () => _g.Softmax(bytes));
        Fails("graph 'test', ReduceSum: f32 [batch, 16] has no dimension 2.", () => _g.ReduceSum(x, 2));
        Fails("graph 'test', Gather: the indices are f32 [batch, 16]; i64 is needed.", () => _g.Gather(matrix, x));
        Fails("graph 'test', Reshape: f32 [batch, 16] does not have as many elements as [batch, 3, 5].", () => _g.Reshape(x, "batch", 3, 5));
        Fails("graph 'test', Expand: f32 [batch, 16] cannot be repeated to [batch, 32].", () => _g.Expand(x, "batch", 32));
        Fails("graph 'test', Expand: no input of the graph has a dimension 'clips'.", () => _g.Expand(x, "clips", 16));
        Fails("graph 'test', Transpose: [0, 0] is no order", () => _g.Transpose(x, 0, 0));
        Fails("graph 'test', Concat: f32 [rows, 12] cannot follow f32 [batch, 16] along dimension 1.", () => _g.Concat(1, x, other));
        Fails("graph 'test', Split: f32 [batch, 16] cannot be cut into [8, 9] along dimension 1.", () => _g.Split(x, 1, 8, 9));
        Fails("graph 'test', Squeeze: dimension 1 of f32 [batch, 16] is not 1.", () => _g.Squeeze(x, 1));
        Fails("graph 'test', Unsqueeze: f32 [batch, 16] has no place 3", () => _g.Unsqueeze(x, 3));
        Fails("graph 'test', Conv: f32 [batch, 16] does not fit kernels", () => _g.Conv(x, matrix, bias, 2, 1));
        Fails("graph 'test', Constant: 3 numbers do not fill [2, 2].", () => _g.Constant([1f, 2, 3], 2, 2));
    }

    [Fact]
    public void The_largest_come_in_order_and_a_part_is_cut_out_of_them()
    {
        Value x = _g.Input("x", ElementType.F32, "rows", 4);
        (Value values, Value places) = _g.TopK(x, 3);
        Assert.Equal("i64 [rows, 3]", places.ToString());
        Value part = _g.Slice(values, axis: 1, 1, 2);
        Assert.Equal("f32 [rows, 2]", part.ToString());

        float[] result = Run(_g.Build(("y", part)), ("x", (float[])[500, 501, -900, 400, -3, -1, -2, 0], [2, 4]));

        Assert.Equal([500, 400, -1, -2], result);
        Fails("graph 'test', TopK: f32 [rows, 4] has no 5 columns.", () => _g.TopK(x, 5));
        Fails("graph 'test', Slice: f32 [rows, 4] has no [3, 5) along dimension 1.", () => _g.Slice(x, 1, 3, 2));
        Fails("graph 'test', Slice: f32 [rows, 4] has no [0, 1) along dimension 0.", () => _g.Slice(x, 0, 0, 1));
    }

    [Fact]
    public void An_LSTM_names_the_input_that_does_not_fit()
    {
        Value x = _g.Input("x", ElementType.F32, "time", "batch", 5), state = _g.Input("state", ElementType.F32, 1, "batch", 4);
        Value input = _g.Constant(new float[80], 1, 16, 5), recurrent = _g.Constant(new float[64], 1, 16, 4), bias = _g.Constant(new float[16], 1, 16);

        Fails("graph 'test', LSTM: the recurrent weight is f32 [1, 16, 5]; f32 [1, 16, 4] is needed.", () => _g.Lstm(x, input, input, bias, state, state));
        Fails("graph 'test', LSTM: the bias is f32 [1, 16]; f32 [1, 32] is needed.", () => _g.Lstm(x, input, recurrent, bias, state, state));
    }

    [Fact]
    public void A_border_that_no_one_could_call_is_refused()
    {
        Value x = _g.Input("x", ElementType.F32, 4), unused = _g.Input("unused", ElementType.F32, 4);
        Value y = _g.Relu(x), foreign = new Graph("other", "").Input("x", ElementType.F32, 4);

        Fails("graph 'test', x: the name is taken.", () => _g.Input("x", ElementType.F32, 4));
        Fails("graph 'test', Relu: an input belongs to another graph.", () => _g.Relu(foreign));
        Fails("graph 'test', unused: no node uses this input.", () => _g.Build(("y", y)));
        _g.Relu(unused);
        Fails("graph 'test', y: the value already has the name 'x'", () => _g.Build(("y", x)));
        Fails("graph 'test', again: the value already has the name 'y'", () => _g.Build(("y", y), ("again", y)));
    }

    [Fact]
    public void A_written_graph_parses_back()
    {
        Value x = _g.Input("x", ElementType.F32, "batch", 4);
        var weight = new Weight("decoder.weight", ElementType.F32, [4], stream => stream.Write(new byte[16]));
        Model model = _g.Build(("y", _g.Tanh(_g.Add(x, _g.Weight(weight)))));
        string path = Path.Combine(_folder, "test.onnx");

        model.Save(path, externalDataThreshold: 16, new Producer("writer", "1.2.3"), new Dictionary<string, string> { ["hidden_size"] = "4" });

        ModelProto proto = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        Assert.Equal((8, 17, "writer", "1.2.3"), (proto.IrVersion, proto.OpsetImport.Single().Version, proto.ProducerName, proto.ProducerVersion));
        Assert.Equal("hidden_size", proto.MetadataProps.Single().Key);
        Assert.Equal(["Add_0", "Tanh_1"], proto.Graph.Node.Select(node => node.Name));
        Assert.Equal(["x", "decoder.weight"], proto.Graph.Node[0].Input);
        Assert.Equal(["y"], proto.Graph.Node[1].Output);
        Assert.Equal("batch", proto.Graph.Input.Single().Type.TensorType.Shape.Dim[0].DimParam);
        Assert.Equal(16, proto.Graph.Initializer.Single().RawData.Length);
    }

    [Fact]
    public void External_weights_begin_at_whole_pages_of_the_file_beside()
    {
        Value x = _g.Input("x", ElementType.F32, 4);
        Weight[] weights = [.. Enumerable.Range(1, 3).Select(i =>
            new Weight($"w{i}", ElementType.F32, [4], stream => stream.Write(Enumerable.Repeat((byte)i, 16).ToArray())))];
        Model model = _g.Build(("y", weights.Aggregate(x, (sum, weight) => _g.Add(sum, _g.Weight(weight)))));
        string path = Path.Combine(_folder, "test.onnx");

        model.Save(path, externalDataThreshold: 47);

        byte[] data = File.ReadAllBytes(path + Model.DataSuffix);
        TensorProto[] tensors = [.. ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Initializer];
        Assert.Equal(2 * 65_536 + 16, data.Length);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(TensorProto.Types.DataLocation.External, tensors[i].DataLocation);
            Assert.Equal(
                [("location", "test.onnx.data"), ("offset", $"{i * 65_536}"), ("length", "16")],
                tensors[i].ExternalData.Select(entry => (entry.Key, entry.Value)));
            Assert.All(data.AsSpan(i * 65_536, 16).ToArray(), value => Assert.Equal(i + 1, value));
        }
    }

    [Fact]
    public void A_weight_that_writes_too_little_is_found_out()
    {
        Value x = _g.Input("x", ElementType.F32, 4);
        Model model = _g.Build(("y", _g.Add(x, _g.Weight(new Weight("w", ElementType.F32, [4], stream => stream.Write(new byte[12]))))));

        var error = Assert.Throws<InvalidOperationException>(() => model.Save(Path.Combine(_folder, "test.onnx"), externalDataThreshold: 1024));

        Assert.Equal("weight 'w' wrote 12 bytes of 16", error.Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private float[] Run(Model model, params (string, Array, long[])[] inputs)
    {
        string path = Path.Combine(_folder, "test.onnx");
        model.Save(path, externalDataThreshold: 1024);
        using var session = new OnnxSession(path);
        return session.Run(inputs)[0];
    }

    private static void Fails(string message, Func<object> write) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(write).Message, StringComparison.Ordinal);
}
