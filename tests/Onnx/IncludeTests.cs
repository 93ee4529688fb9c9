using Google.Protobuf;
using Twitch.Tests;
using AttributeKind = Twitch.Onnx.AttributeProto.Types.AttributeType;
using DataType = Twitch.Onnx.TensorProto.Types.DataType;

namespace Twitch.Onnx.Tests;

public sealed class IncludeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("twitch-include-").FullName;
    private readonly Graph _g = new("test", "A test.");

    [Fact]
    public void A_file_of_one_fixed_batch_takes_a_batch_of_any_size()
    {
        ModelFile file = Written(opset: 13, [1, 2, 3], [1, 6],
            [Node("Reshape", ["x", "shape"], "flat"), Node("Add", ["flat", "one"], "y")],
            TensorContent.Of("shape", 1, 6), TensorContent.Of<float>("one", DataType.Float, [1]));

        Value y = _g.Include(file, "net", Given(file, _g.Input("x", ElementType.F32, "batch", 2, 3)), "y")[0];

        Assert.Equal("f32 [batch, 6]", y.ToString());
        Assert.Equal([1f, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], Run(_g.Build(("out", y)), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 2, 2, 3));
    }

    [Fact]
    public void Operators_of_older_versions_are_upgraded()
    {
        ModelFile file = Written(opset: 8, [1, 4], [1, 2],
            [
                Node("Split", ["x"], "left,right", Attribute.Int("axis", 1), Attribute.Ints("split", 2, 2)),
                Node("Clip", ["left"], "clipped", Float("min", 0), Float("max", 2)),
                Node("Unsqueeze", ["right"], "deep", Attribute.Ints("axes", 2)),
                Node("BatchNormalization", ["deep", "two", "one", "one", "three"], "normal", Attribute.Int("spatial", 1), Float("epsilon", 1)),
                Node("Squeeze", ["normal"], "flat", Attribute.Ints("axes", 2)),
                Node("Dropout", ["flat"], "kept", Float("ratio", 0.5f)),
                Node("Add", ["clipped", "kept"], "y"),
            ],
            Pair("one", 1), Pair("two", 2), Pair("three", 3));

        Value y = _g.Include(file, "net", Given(file, _g.Input("x", ElementType.F32, "batch", 4)), "y")[0];

        Assert.Equal("f32 [batch, 2]", y.ToString());
        Assert.Equal([0 + 3f, 2 + 4], Run(_g.Build(("out", y)), [-1, 5, 3, 4], 1, 4));    // (x − 1) · 2 / √(3 + 1) + 1 = x
    }

    [Fact]
    public void A_newer_file_raises_the_version_of_the_nodes_around_it()
    {
        ModelFile file = Written(opset: 18, [1, 3], [1, 1], [Node("ReduceMax", ["x", "axes"], "y")], TensorContent.Of("axes", 1));
        Value x = _g.Input("x", ElementType.F32, "batch", 3);

        Value least = _g.ReduceMin(x, axis: 1), most = _g.Include(file, "net", Given(file, x), "y")[0];
        Model model = _g.Build(("out", _g.Sub(most, least)));

        Assert.Equal(18, model.Version);
        Assert.Equal([5f], Run(model, [2, -1, 4], 1, 3));
    }

    [Fact]
    public void A_file_is_cut_at_a_value_and_what_that_does_not_need_is_dropped()
    {
        ModelFile file = Written(opset: 13, [1, 2], [1, 2],
            [Node("Mul", ["x", "two"], "middle"), Node("Add", ["middle", "one"], "y"), Node("Identity", ["three"], "unused")], Pair("one", 1), Pair("two", 2), Pair("three", 3));

        Model model = _g.Build(("features", _g.Include(file, "net", Given(file, _g.Input("x", ElementType.F32, "batch", 2)), "middle")[0]));

        Assert.Equal("'features' f32 [batch, 2]", model.Outputs.Single().ToString());
        Assert.Equal(["net/two"], model.Proto.Initializer.Select(tensor => tensor.Name));
        Assert.Equal([6f, 8], Run(model, [3, 4], 1, 2));
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_the_file_takes()
    {
        ModelFile file = Written(opset: 13, [1, 2], [1, 2], [Node("Relu", ["x"], "y")]);

        var shape = Assert.Throws<InvalidDataException>(() => _g.Include(file, "a", Given(file, _g.Input("wide", ElementType.F32, "batch", 3)), "y"));
        var output = Assert.Throws<InvalidDataException>(() => _g.Include(file, "b", Given(file, _g.Input("x", ElementType.F32, "batch", 2)), "z"));

        Assert.Contains("takes 'x' f32 [1, 2]; f32 [batch, 3] does not fit", shape.Message, StringComparison.Ordinal);
        Assert.Contains("has no value 'z'; its outputs are 'y' f32 [1, 2]", output.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_model_or_too_new_is_refused()
    {
        string text = Path.Combine(_folder, "text.onnx");
        File.WriteAllText(text, "not a model");

        Assert.Contains("is no ONNX", Assert.Throws<InvalidDataException>(() => ModelFile.Load(text)).Message, StringComparison.Ordinal);
        Assert.Contains("versions 7 to 25 are understood", Assert.Throws<InvalidDataException>(() => Written(99, [1], [1], [Node("Relu", ["x"], "y")])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weights.bin", null)]
    [InlineData("../weights.bin", "must lie in the folder of the model")]
    [InlineData("short.bin", "has 4 bytes; 'w'")]
    public void Weights_beside_the_file_are_read_and_those_elsewhere_refused(string location, string? problem)
    {
        File.WriteAllBytes(Path.Combine(_folder, "weights.bin"), [0, 0, 128, 63, 0, 0, 0, 64]);    // 1 and 2
        File.WriteAllBytes(Path.Combine(_folder, "short.bin"), new byte[4]);
        var weight = new TensorProto { Name = "w", DataType = DataType.Float, Dims = { 2 }, DataLocation = TensorProto.Types.DataLocation.External };
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        weight.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = "8" });
        ModelFile Load() => Written(13, [1, 2], [1, 2], [Node("Mul", ["x", "w"], "y")], weight);

        if (problem is not null)
        {
            Assert.Contains(problem, Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
            return;
        }
        ModelFile file = Load();
        Assert.Equal([3f, 8], Run(_g.Build(("out", _g.Include(file, "net", Given(file, _g.Input("x", ElementType.F32, "batch", 2)), "y")[0])), [3, 4], 1, 2));
    }

    [Fact]
    public void Models_of_one_network_share_its_large_weights_and_halve_them()
    {
        ModelFile file = Written(13, [1, 4096], [1, 4096], [Node("Mul", ["x", "w"], "y")], TensorContent.Of("w", DataType.Float, [.. Enumerable.Range(0, 4096).Select(i => i % 2048 / 8f)], 4096));
        Model model = _g.Build(("out", _g.Include(file, "net", Given(file, _g.Input("x", ElementType.F32, "batch", 4096)), "y")[0]));

        using (var shared = new SharedWeights(Path.Combine(_folder, "both.data")))
        {
            model.WithFloat16Constants().Save(Path.Combine(_folder, "one.onnx"), shared);
            model.WithFloat16Constants().Save(Path.Combine(_folder, "two.onnx"), shared);
        }

        Assert.Equal(2 * 4096, new FileInfo(Path.Combine(_folder, "both.data")).Length);
        using var session = new OnnxSession(Path.Combine(_folder, "two.onnx"));
        Assert.Equal([.. Enumerable.Range(0, 4096).Select(i => i % 2048 / 4f)], session.Run(("x", Enumerable.Repeat(2f, 4096).ToArray(), [1, 4096]))[0]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private float[] Run(Model model, float[] x, params long[] shape)
    {
        string path = Path.Combine(_folder, "rewritten.onnx");
        model.Save(path, externalDataThreshold: int.MaxValue);
        using var session = new OnnxSession(path);
        return session.Run(("x", x, shape))[0];
    }

    private static Dictionary<string, Value> Given(ModelFile file, Value x) => new() { [file.Inputs.Single().Name] = x };

    private static TensorProto Pair(string name, float value) => TensorContent.Of<float>(name, DataType.Float, [value, value], 2);

    private static AttributeProto Float(string name, float value) => new() { Name = name, Type = AttributeKind.Float, F = value };

    private static NodeProto Node(string op, string[] inputs, string outputs, params AttributeProto[] attributes) =>
        new() { OpType = op, Name = op, Input = { inputs }, Output = { outputs.Split(',') }, Attribute = { attributes } };

    // A file as another program would write it: input x, output y.
    private ModelFile Written(long opset, long[] input, long[] output, NodeProto[] nodes, params TensorProto[] constants)
    {
        var model = new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Version = opset } }, Graph = new GraphProto { Name = "foreign" } };
        model.Graph.Node.AddRange(nodes);
        model.Graph.Initializer.AddRange(constants);
        model.Graph.Input.Add(Border("x", input));
        model.Graph.Output.Add(Border("y", output));
        string path = Path.Combine(_folder, $"{Guid.NewGuid():n}.onnx");
        File.WriteAllBytes(path, model.ToByteArray());
        return ModelFile.Load(path);

        static ValueInfoProto Border(string name, long[] shape)
        {
            var sizes = new TensorShapeProto();
            sizes.Dim.AddRange(shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
            return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = DataType.Float, Shape = sizes } } };
        }
    }
}
