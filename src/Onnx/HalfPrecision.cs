using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Twitch.Onnx;

/// <summary>Weights at half the size.</summary>
public static class HalfPrecision
{
    private const int LeastElements = 1024;    // what is smaller saves nothing that anybody would see

    /// <summary>The same model with its float32 constants rounded to float16, each widened again by a Cast. ONNX Runtime does that once, when it opens the
    /// file, so it costs no time.</summary>
    /// <param name="model">A model whose constants are included from a file; the weights of a graph of our own stay as they are.</param>
    public static Model WithFloat16Constants(this Model model) => model.Rewritten(graph =>
    {
        var casts = new List<NodeProto>();
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (tensor.DataType != TensorProto.Types.DataType.Float || tensor.RawData.Length < LeastElements * sizeof(float))
                continue;
            Half[] halves = [.. tensor.Floats()!.Select(value => (Half)value)];
            var cast = new NodeProto { Name = $"{tensor.Name}/widen", OpType = "Cast", Input = { $"{tensor.Name}/float16" }, Output = { tensor.Name } };
            cast.Attribute.Add(Attribute.Int("to", (long)TensorProto.Types.DataType.Float));
            casts.Add(cast);
            tensor.Name = cast.Input[0];
            tensor.DataType = TensorProto.Types.DataType.Float16;
            tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<Half>(halves));
        }
        for (int i = 0; i < casts.Count; i++)
            graph.Node.Insert(i, casts[i]);
    });
}
