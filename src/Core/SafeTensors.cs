using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Twitch;

/// <summary>Element types that we read and write; the names are the format's own.</summary>
public enum TensorType
{
    /// <summary>Signed bytes.</summary>
    I8,

    /// <summary>Unsigned bytes.</summary>
    U8,

    /// <summary>64-bit signed integers.</summary>
    I64,

    /// <summary>16-bit floating point (IEEE half).</summary>
    F16,

    /// <summary>32-bit floating point.</summary>
    F32,

    /// <summary>64-bit floating point.</summary>
    F64,
}

/// <summary>Where one tensor lies in a safetensors file.</summary>
/// <param name="Name">Name in the state dict.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes, row-major.</param>
/// <param name="Offset">First byte, from the start of the file.</param>
/// <param name="ByteCount">Bytes of the tensor.</param>
public sealed record TensorInfo(string Name, TensorType Type, long[] Shape, long Offset, long ByteCount);

/// <summary>A safetensors file, memory-mapped: eight bytes of header length, a JSON header, then the tensors.</summary>
/// <remarks>Format: huggingface/safetensors. Every way in which a header can lie is refused: tensors that overlap, leave gaps, leave
/// the file, or whose bytes do not fit their shape.</remarks>
public sealed class SafeTensors : IDisposable
{
    private const int LengthBytes = 8;
    private const int MaxHeaderBytes = 100_000_000;    // the reference implementation's bound

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, TensorInfo> _tensors;

    private SafeTensors(string path, MemoryMappedFile file, MemoryMappedViewAccessor view, Dictionary<string, TensorInfo> tensors, Dictionary<string, string> metadata)
    {
        Path = path;
        _file = file;
        _view = view;
        _tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, TensorInfo> Tensors => _tensors;

    /// <summary>The header's <c>__metadata__</c>; empty if it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="TwitchException">The file is missing or damaged; the message has the byte offset.</exception>
    public static SafeTensors Open(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            long length = stream.Length;
            if (length < LengthBytes)
                throw Damaged(path, 0, $"the file has {length} bytes; a header needs {LengthBytes}");

            Span<byte> prefix = stackalloc byte[LengthBytes];
            stream.ReadExactly(prefix);
            ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
            if (headerLength > MaxHeaderBytes || (long)headerLength > length - LengthBytes)
                throw Damaged(path, 0, $"the header's length is {headerLength} bytes, and {length - LengthBytes} follow");

            var header = new byte[headerLength];
            stream.ReadExactly(header);
            var metadata = new Dictionary<string, string>();
            Dictionary<string, TensorInfo> tensors = ParseHeader(path, header, length, metadata);

            MemoryMappedFile file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            return new SafeTensors(path, file, file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), tensors, metadata);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>Where a tensor lies.</summary>
    /// <exception cref="TwitchException">The file has no such tensor.</exception>
    public TensorInfo Find(string name) => _tensors.TryGetValue(name, out TensorInfo? tensor)
        ? tensor
        : throw new TwitchException($"{Path}: tensor '{name}' is missing; it holds {_tensors.Count} others; use the file that was saved with this config.json.");

    /// <summary>A tensor's elements, row-major. The span views the mapped file and is valid until <see cref="Dispose"/>.</summary>
    /// <typeparam name="T">byte, sbyte, long, Half, float or double, as the file has it.</typeparam>
    /// <exception cref="TwitchException">The tensor is missing, of another type, or has more elements than a span can hold.</exception>
    public unsafe ReadOnlySpan<T> Read<T>(string name) where T : unmanaged
    {
        TensorInfo tensor = Find(name);
        if (tensor.Type != TypeOf<T>())
            throw new TwitchException($"{Path}: tensor '{name}' has type {tensor.Type}; {TypeOf<T>()} is needed.");
        long count = tensor.ByteCount / sizeof(T);
        if (count > int.MaxValue)
            throw new TwitchException($"{Path}: tensor '{name}' has {count} elements; at most {int.MaxValue} can be read; use smaller frames.");

        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _view.SafeMemoryMappedViewHandle.ReleasePointer();    // the view itself keeps the mapping alive until Dispose
        return new ReadOnlySpan<T>(start + _view.PointerOffset + tensor.Offset, (int)count);
    }

    /// <summary>The element type of a .NET type.</summary>
    public static TensorType TypeOf<T>() where T : unmanaged =>
        typeof(T) == typeof(byte) ? TensorType.U8
        : typeof(T) == typeof(sbyte) ? TensorType.I8
        : typeof(T) == typeof(long) ? TensorType.I64
        : typeof(T) == typeof(Half) ? TensorType.F16
        : typeof(T) == typeof(float) ? TensorType.F32
        : typeof(T) == typeof(double) ? TensorType.F64
        : throw new ArgumentException($"{typeof(T)} is not an element type of tensors.");

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(TensorType type) => type switch
    {
        TensorType.U8 or TensorType.I8 => 1,
        TensorType.F16 => 2,
        TensorType.F32 => 4,
        _ => 8,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static Dictionary<string, TensorInfo> ParseHeader(string path, byte[] header, long fileLength, Dictionary<string, string> metadata)
    {
        long dataStart = LengthBytes + header.Length;
        var tensors = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
        try
        {
            using JsonDocument document = JsonDocument.Parse(header);
            foreach (JsonProperty entry in document.RootElement.EnumerateObject())
            {
                if (entry.NameEquals("__metadata__"))
                {
                    foreach (JsonProperty pair in entry.Value.EnumerateObject())
                        metadata[pair.Name] = pair.Value.GetString() ?? "";
                    continue;
                }

                string type = entry.Value.GetProperty("dtype").GetString() ?? "";
                if (!Enum.TryParse(type, ignoreCase: false, out TensorType known) || int.TryParse(type, out _))
                    throw Damaged(path, LengthBytes, $"tensor '{entry.Name}' has dtype '{type}'; {string.Join(", ", Enum.GetNames<TensorType>())} are known");

                long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
                long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
                long bytes = checked(shape.Aggregate((long)SizeOf(known), (product, size) => checked(product * size)));
                if (shape.Any(size => size < 0) || offsets.Length != 2 || offsets[0] < 0 || offsets[1] - offsets[0] != bytes || offsets[1] > fileLength - dataStart)
                    throw Damaged(path, LengthBytes, $"tensor '{entry.Name}' of shape [{string.Join(", ", shape)}] lies at [{string.Join(", ", offsets)}); it needs {bytes} bytes within the {fileLength - dataStart} after the header");
                if (!tensors.TryAdd(entry.Name, new TensorInfo(entry.Name, known, shape, dataStart + offsets[0], bytes)))
                    throw Damaged(path, LengthBytes, $"tensor '{entry.Name}' stands there twice");
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw Damaged(path, LengthBytes, $"the header is not what it should be: {e.Message}");
        }

        long expected = dataStart;
        foreach (TensorInfo tensor in tensors.Values.OrderBy(tensor => tensor.Offset).ThenBy(tensor => tensor.ByteCount))
        {
            if (tensor.Offset != expected)
                throw Damaged(path, tensor.Offset, $"tensor '{tensor.Name}' should begin at {expected}: tensors must neither overlap nor leave a gap");
            expected += tensor.ByteCount;
        }
        if (expected != fileLength)
            throw Damaged(path, expected, $"the tensors end here, and the file goes on to {fileLength}");
        return tensors;
    }

    private static TwitchException Damaged(string path, long offset, string what) =>
        new($"{path} (offset {offset}): {what}; the file is damaged or not safetensors, copy it again.");
}

/// <summary>Writes a safetensors file: tensors are announced first, then written in that order, one at a time.</summary>
public sealed class SafeTensorsWriter
{
    private readonly List<(string Name, TensorType Type, long[] Shape, long ByteCount, Action<Stream> Write)> _tensors = [];
    private readonly Dictionary<string, string> _metadata = [];

    /// <summary>Adds a line to the header's <c>__metadata__</c>.</summary>
    public SafeTensorsWriter WithMetadata(string key, string value)
    {
        _metadata[key] = value;
        return this;
    }

    /// <summary>Adds a tensor held in memory; the array is not copied and must not change before <see cref="Save"/>.</summary>
    public SafeTensorsWriter Add<T>(string name, T[] values, params long[] shape) where T : unmanaged =>
        Add(name, SafeTensors.TypeOf<T>(), shape, stream => stream.Write(MemoryMarshal.AsBytes(values.AsSpan())));

    /// <summary>Adds a tensor whose bytes <paramref name="write"/> will write when the file is saved.</summary>
    public SafeTensorsWriter Add(string name, TensorType type, long[] shape, Action<Stream> write)
    {
        _tensors.Add((name, type, shape, shape.Aggregate((long)SafeTensors.SizeOf(type), (product, size) => product * size), write));
        return this;
    }

    /// <summary>Writes the file.</summary>
    /// <exception cref="InvalidOperationException">A tensor wrote more or fewer bytes than its shape needs.</exception>
    public void Save(string path)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (_metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach ((string key, string value) in _metadata)
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var tensor in _tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.Type.ToString());
                json.WriteStartArray("shape");
                foreach (long size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.ByteCount);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (header.Length % 8 != 0)
            header.WriteByte((byte)' ');    // tensors begin aligned, as the format asks

        using FileStream stream = File.Create(path, bufferSize: 1 << 20);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        header.WriteTo(stream);
        foreach (var tensor in _tensors)
        {
            long before = stream.Position;
            tensor.Write(stream);
            if (stream.Position - before != tensor.ByteCount)
                throw new InvalidOperationException($"tensor '{tensor.Name}' wrote {stream.Position - before} bytes of {tensor.ByteCount}");
        }
        stream.Flush(flushToDisk: true);
    }
}
