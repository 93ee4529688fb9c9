using Google.Protobuf;
using Twitch.Onnx.Quantization;
using Twitch.Tests;

namespace Twitch.Onnx.Tests;

/// <summary>A small residual network in float32 and in eight bits.</summary>
public sealed class QuantizationTests : IDisposable
{
    private const int Channels = 16, Size = 12;

    private readonly string _folder = Directory.CreateTempSubdirectory("twitch-quantization-").FullName;

    [Fact]
    public void Eight_bits_keep_what_a_network_computes()
    {
        Model model = Network();
        float[][] pictures = [.. Enumerable.Range(0, 8).Select(Picture)];
        Model quantized = model.Quantize(Observed(model, pictures));

        (float[] expected, float[] actual) = (Run(model, "float.onnx", Picture(100)), Run(quantized, "int8.onnx", Picture(100)));

        double error = Math.Sqrt(expected.Zip(actual, (a, b) => Math.Pow(a - b, 2)).Sum() / expected.Sum(value => Math.Pow(value, 2)));
        Assert.InRange(error, 1e-6, 0.03);
        Assert.Equal(["QLinearConv", "QLinearConv", "QLinearConv"], quantized.Proto.Node.Select(node => node.OpType).Where(op => op.Contains("Conv", StringComparison.Ordinal)));
        Assert.DoesNotContain(quantized.Proto.Node, node => node.OpType is "BatchNormalization" or "Relu" && node.Output[0] != "net/last");
    }

    [Fact]
    public void Channels_of_very_different_size_are_kept_alike()
    {
        float[] gains = [.. Enumerable.Range(0, Channels).Select(i => i % 2 == 0 ? 1f : 0.1f)];
        Model model = Network(gains);
        Model quantized = model.Quantize(Observed(model, [.. Enumerable.Range(0, 8).Select(Picture)]));

        (float[] expected, float[] actual) = (Run(model, "float.onnx", Picture(100)), Run(quantized, "int8.onnx", Picture(100)));

        double Error(int from) => Math.Sqrt(Enumerable.Range(0, Channels).Where(i => i % 2 == from).Average(i => Math.Pow((expected[i] - actual[i]) / expected[i], 2)));
        Assert.InRange(Error(1), 0, 4 * Error(0) + 0.02);
    }

    [Fact]
    public void A_value_that_was_not_observed_is_named()
    {
        var e = Assert.Throws<ArgumentException>(() => Network().Quantize(new Dictionary<string, ChannelStatistics>()));

        Assert.Contains("the statistics of 'Mul_0_0' are not given", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Dictionary<string, ChannelStatistics> Observed(Model model, float[][] pictures)
    {
        string path = Path.Combine(_folder, "calibration.onnx");
        model.ForCalibration().Save(path, externalDataThreshold: int.MaxValue);
        var statistics = new Dictionary<string, ChannelStatistics>();
        using var session = new OnnxSession(path);
        foreach (float[] picture in pictures)
        {
            float[][] outputs = session.Run(("x", picture, [1, Channels, Size, Size]));
            foreach ((string name, float[] values) in session.Session.OutputNames.Zip(outputs).Skip(1))
            {
                statistics.TryAdd(name, new ChannelStatistics(Channels));
                statistics[name].Observe(values, batch: 1);
            }
        }
        return statistics;
    }

    private float[] Run(Model model, string name, float[] picture)
    {
        string path = Path.Combine(_folder, name);
        model.Save(path, externalDataThreshold: int.MaxValue);
        using var session = new OnnxSession(path);
        return session.Run(("x", picture, [1, Channels, Size, Size]))[0];
    }

    private static float[] Picture(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Channels * Size * Size).Select(_ => random.NextSingle() * 4 - 1)];
    }

    // x → conv, norm, ReLU, conv, + x, ReLU → pool → conv, ReLU → mean over places
    private Model Network(float[]? gains = null)
    {
        var random = new Random(3);
        var graph = new GraphProto { Name = "residual" };
        string Conv(string from, string to)
        {
            float[] kernels = [.. Enumerable.Range(0, Channels * Channels * 9).Select(_ => (random.NextSingle() - 0.45f) / 12)];
            graph.Initializer.Add(TensorContent.Of($"{to}/w", TensorProto.Types.DataType.Float, kernels, Channels, Channels, 3, 3));
            return Node("Conv", to, [from, $"{to}/w"], Attribute.Ints("kernel_shape", 3, 3), Attribute.Ints("pads", 1, 1, 1, 1));
        }
        string Node(string op, string to, string[] from, params AttributeProto[] attributes)
        {
            graph.Node.Add(new NodeProto { OpType = op, Name = to, Input = { from }, Output = { to }, Attribute = { attributes } });
            return to;
        }
        foreach ((string name, float[] values) in ((string, float[])[])[("gain", gains ?? [.. Enumerable.Repeat(1.5f, Channels)]), ("offset", [.. Enumerable.Repeat(0.2f, Channels)]), ("mean", new float[Channels]), ("variance", [.. Enumerable.Repeat(1f, Channels)])])
            graph.Initializer.Add(TensorContent.Of(name, TensorProto.Types.DataType.Float, values, Channels));

        string inner = Node("Relu", "relu1", [Node("BatchNormalization", "norm", [Conv("x", "conv1"), "gain", "offset", "mean", "variance"])]);
        string sum = Node("Relu", "relu2", [Node("Add", "sum", [Conv(inner, "conv2"), "x"])]);
        string pooled = Node("MaxPool", "pool", [sum], Attribute.Ints("kernel_shape", 2, 2), Attribute.Ints("strides", 2, 2));
        Node("GlobalAveragePool", "y", [Node("Relu", "last", [Conv(pooled, "conv3")])]);

        var model = new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Version = 13 } }, Graph = graph };
        graph.Input.Add(Border("x", 1, Channels, Size, Size));
        graph.Output.Add(Border("y", 1, Channels, 1, 1));
        string path = Path.Combine(_folder, "network.onnx");
        File.WriteAllBytes(path, model.ToByteArray());

        ModelFile file = ModelFile.Load(path);
        var g = new Graph("test", "A test.");
        Value x = g.Input("x", ElementType.F32, "batch", Channels, Size, Size);
        return g.Build(("features", g.Reshape(g.Include(file, "net", new Dictionary<string, Value> { ["x"] = g.Mul(x, g.Constant([1f])) }, "y")[0], "batch", Channels)));

        static ValueInfoProto Border(string name, params long[] shape)
        {
            var sizes = new TensorShapeProto();
            sizes.Dim.AddRange(shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
            return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float, Shape = sizes } } };
        }
    }
}
