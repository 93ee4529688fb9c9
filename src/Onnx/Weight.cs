using System.Runtime.InteropServices;

namespace Twitch.Onnx;

/// <summary>A weight of a graph. Its bytes are made when the graph is saved, piece by piece, so that a matrix of a gigabyte goes
/// from one file to the other without ever standing in memory.</summary>
/// <param name="Name">Name in the graph.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, row-major.</param>
/// <param name="Write">Writes exactly <see cref="ByteCount"/> bytes, the elements row-major and little-endian; may be called again.</param>
public sealed record Weight(string Name, ElementType Type, long[] Shape, Action<Stream> Write)
{
    private const int ChunkLength = 1 << 22;    // elements converted to bytes at a time; a span of bytes ends at 2 GB

    /// <summary>Bytes of all elements.</summary>
    public long ByteCount => Shape.Aggregate((long)Type.ByteCount(), (product, size) => product * size);

    /// <summary>The same matrix with each number rounded to float16; it stands in memory once while it is written.</summary>
    /// <param name="weight">In float32.</param>
    public static Weight Float16(Weight weight) => new($"{weight.Name}.float16", ElementType.F16, weight.Shape, stream =>
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
    public static void WriteValues(Stream stream, ReadOnlySpan<float> values)
    {
        for (; values.Length > ChunkLength; values = values[ChunkLength..])
            stream.Write(MemoryMarshal.AsBytes(values[..ChunkLength]));
        stream.Write(MemoryMarshal.AsBytes(values));
    }

    /// <summary>Writes a matrix [rows, columns] as [columns, rows].</summary>
    public static void WriteTransposed(Stream stream, ReadOnlySpan<float> matrix, int rows, int columns)
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
