using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Twitch.Onnx;

/// <summary>The numbers of a constant.</summary>
internal static class TensorContent
{
    /// <summary>Puts a tensor's elements where this library looks for them: in its bytes.</summary>
    /// <param name="tensor">Changed.</param>
    /// <param name="modelPath">The model's file, beside which external data lies.</param>
    public static void ToRaw(TensorProto tensor, string modelPath)
    {
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
            ReadExternal(tensor, modelPath);
        else if (tensor.FloatData.Count > 0)
            tensor.RawData = Bytes<float>([.. tensor.FloatData]);
        else if (tensor.Int64Data.Count > 0)
            tensor.RawData = Bytes<long>([.. tensor.Int64Data]);
        else if (tensor.Int32Data.Count > 0)
            tensor.RawData = tensor.DataType switch
            {
                TensorProto.Types.DataType.Int32 => Bytes<int>([.. tensor.Int32Data]),
                TensorProto.Types.DataType.Float16 or TensorProto.Types.DataType.Uint16 or TensorProto.Types.DataType.Int16 => Bytes<short>([.. tensor.Int32Data.Select(value => (short)value)]),
                _ => Bytes<byte>([.. tensor.Int32Data.Select(value => (byte)value)]),
            };
        tensor.FloatData.Clear();
        tensor.Int32Data.Clear();
        tensor.Int64Data.Clear();
    }

    /// <summary>Its elements, if they are float32 or float16.</summary>
    public static float[]? Floats(this TensorProto tensor) => tensor.DataType switch
    {
        TensorProto.Types.DataType.Float => MemoryMarshal.Cast<byte, float>(tensor.RawData.Span).ToArray(),
        TensorProto.Types.DataType.Float16 => [.. MemoryMarshal.Cast<byte, Half>(tensor.RawData.Span).ToArray().Select(value => (float)value)],
        _ => null,
    };

    /// <summary>Its elements, if they are 32-bit or 64-bit integers.</summary>
    public static long[]? Integers(this TensorProto tensor) => tensor.DataType switch
    {
        TensorProto.Types.DataType.Int64 => MemoryMarshal.Cast<byte, long>(tensor.RawData.Span).ToArray(),
        TensorProto.Types.DataType.Int32 => [.. MemoryMarshal.Cast<byte, int>(tensor.RawData.Span).ToArray().Select(value => (long)value)],
        _ => null,
    };

    /// <summary>A constant of 64-bit integers; a vector.</summary>
    public static TensorProto Of(string name, params long[] values) => Of<long>(name, TensorProto.Types.DataType.Int64, values, values.Length);

    /// <summary>A constant.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="values">Its elements, row-major.</param>
    /// <param name="shape">Its sizes; none of a scalar.</param>
    public static TensorProto Of<T>(string name, TensorProto.Types.DataType type, T[] values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = Bytes(values) };
        tensor.Dims.AddRange(shape);
        return tensor;
    }

    private static ByteString Bytes<T>(T[] values) where T : unmanaged => ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values));

    private static void ReadExternal(TensorProto tensor, string modelPath)
    {
        Dictionary<string, string> where = tensor.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value, StringComparer.Ordinal);
        string location = where.GetValueOrDefault("location", "");
        if (location.Length == 0 || Path.IsPathRooted(location) || location.Split('/', '\\').Contains(".."))
            throw new InvalidDataException($"{modelPath}: the data of '{tensor.Name}' is said to be in '{location}'; it must lie in the folder of the model.");
        string path = Path.Combine(Path.GetDirectoryName(modelPath)!, location);
        using FileStream data = File.OpenRead(path);
        long offset = Number("offset", 0), length = Number("length", data.Length - offset);
        if (offset < 0 || length < 0 || offset + length > data.Length || length > int.MaxValue)
            throw new InvalidDataException($"{path} has {data.Length} bytes; '{tensor.Name}' in {modelPath} needs {length} from {offset} on.");
        var bytes = new byte[length];
        data.Position = offset;
        data.ReadExactly(bytes);
        tensor.RawData = UnsafeByteOperations.UnsafeWrap(bytes);
        tensor.ExternalData.Clear();
        tensor.DataLocation = TensorProto.Types.DataLocation.Default;

        long Number(string key, long otherwise) => where.TryGetValue(key, out string? text) && long.TryParse(text, CultureInfo.InvariantCulture, out long value) ? value : otherwise;
    }
}
