using System.Runtime.InteropServices;

namespace Twitch.Export.Onnx;

/// <summary>A weight of a graph. Its bytes are made when the graph is saved, piece by piece, so that a matrix of a gigabyte goes
/// from one file to the other without ever standing in memory.</summary>
/// <param name="Name">Name in the graph; the state dict's where there is one.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, row-major.</param>
/// <param name="Write">Writes exactly <see cref="ByteCount"/> bytes, the elements row-major and little-endian; may be called again.</param>
public sealed record Weight(string Name, TensorType Type, long[] Shape, Action<Stream> Write)
{
    private const int ChunkLength = 1 << 22;    // elements converted to bytes at a time; a span of bytes ends at 2 GB

    /// <summary>Bytes of all elements.</summary>
    public long ByteCount => Shape.Aggregate((long)SafeTensors.SizeOf(Type), (product, size) => product * size);

    /// <summary>A tensor of the state dict as it stands there.</summary>
    public static Weight Stored(SafeTensors weights, string name) =>
        new(name, TensorType.F32, weights.Find(name).Shape, stream => WriteValues(stream, weights.Read<float>(name)));

    /// <summary>A matrix of the state dict, rows and columns exchanged: PyTorch's [outputs, inputs] as a matrix product wants it.</summary>
    public static Weight Transposed(SafeTensors weights, string name)
    {
        long[] shape = weights.Find(name).Shape;
        (int rows, int columns) = ((int)shape[0], (int)shape[1]);
        return new Weight(name, TensorType.F32, [columns, rows], stream => WriteTransposed(stream, weights.Read<float>(name), rows, columns));
    }

    /// <summary>A matrix of the state dict in eight bits: PyTorch's [outputs, inputs], the inputs cut into blocks of
    /// <see cref="BlockQuantization.BlockSize"/> that have a scale each.</summary>
    /// <param name="name">Name in the graph.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="inputs">Columns.</param>
    /// <param name="parts">In how many pieces the rows are read and rounded, one after the other.</param>
    /// <param name="read">Gives the rows of a piece when the graph is saved.</param>
    internal static QuantizedWeight Quantized(string name, int outputs, int inputs, int parts, RowReader read)
    {
        int blocks = BlockQuantization.BlockCount(inputs);
        return new QuantizedWeight(
            new Weight($"{name}.int8", TensorType.U8, [outputs, blocks, BlockQuantization.BlockSize], stream => Each(rounded => stream.Write(rounded.Codes))),
            new Weight($"{name}.scale", TensorType.F32, [outputs, blocks], stream => Each(rounded => WriteValues(stream, rounded.Scales))),
            inputs);

        void Each(Action<BlockQuantization> write)
        {
            for (int part = 0; part < parts; part++)
                write(BlockQuantization.Of(read(part), inputs));
        }
    }

    /// <summary>Rows of a matrix, row-major.</summary>
    internal delegate ReadOnlySpan<float> RowReader(int part);

    /// <summary>A matrix of the state dict in eight bits with one scale for each output, inputs and outputs exchanged.</summary>
    /// <param name="name">Name in the graph.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="inputs">Columns.</param>
    /// <param name="read">Gives the matrix when the graph is saved.</param>
    internal static TurnedQuantizedWeight QuantizedTransposed(string name, int outputs, int inputs, Func<float[]> read) => new(
        new Weight($"{name}.int8", TensorType.I8, [inputs, outputs], stream => stream.Write(MemoryMarshal.AsBytes<sbyte>(RowQuantization.Of(read(), inputs).Codes))),
        new Weight($"{name}.scale", TensorType.F32, [outputs], stream => WriteValues(stream, RowQuantization.Of(read(), inputs).Scales)));

    /// <summary>The same matrix with each number rounded to float16; it stands in memory once while it is written.</summary>
    /// <param name="weight">In float32.</param>
    internal static Weight Float16(Weight weight) => new($"{weight.Name}.float16", TensorType.F16, weight.Shape, stream =>
    {
        var bytes = new byte[weight.ByteCount];
        weight.Write(new MemoryStream(bytes));
        ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(bytes);
        var halves = new Half[values.Length];
        for (int i = 0; i < halves.Length; i++)
            halves[i] = (Half)values[i];
        stream.Write(MemoryMarshal.AsBytes<Half>(halves));
    });

    /// <summary>Writes elements in chunks, whatever their number.</summary>
    internal static void WriteValues(Stream stream, ReadOnlySpan<float> values)
    {
        for (; values.Length > ChunkLength; values = values[ChunkLength..])
            stream.Write(MemoryMarshal.AsBytes(values[..ChunkLength]));
        stream.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Writes a matrix [rows, columns] as [columns, rows].</summary>
    internal static void WriteTransposed(Stream stream, ReadOnlySpan<float> matrix, int rows, int columns)
    {
        const int Band = 16;    // columns turned in one pass: one cache line of each row
        var turned = new float[Math.Min(Band, columns) * rows];
        for (int first = 0; first < columns; first += Band)
        {
            int width = Math.Min(Band, columns - first);
            for (int row = 0; row < rows; row++)
            {
                ReadOnlySpan<float> cells = matrix.Slice(row * columns + first, width);
                for (int i = 0; i < width; i++)
                    turned[i * rows + row] = cells[i];
            }
            WriteValues(stream, turned.AsSpan(0, width * rows));
        }
    }
}
