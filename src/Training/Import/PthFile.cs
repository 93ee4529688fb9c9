using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Twitch.Training.Import;

/// <summary>The tensors of a file that <c>torch.save(model.state_dict(), path)</c> wrote (PyTorch 1.6 and later: a zip archive of a pickle and the numbers).</summary>
/// <remarks>Numbers are read one tensor at a time, whatever the file's size. float64, float16 and bfloat16 become float32.</remarks>
internal sealed class PthFile : IDisposable
{
    private const int MostPickle = 64 << 20, ChunkElements = 1 << 20;
    private const string DataParallel = "module.";

    // Checkpoints of a training keep the state dict under one of these names.
    private static readonly string[] _wrappers = ["state_dict", "model_state_dict", "model"];

    private readonly string _path, _root;
    private readonly ZipArchive _archive;

    private PthFile(string path, ZipArchive archive, string root, IReadOnlyDictionary<string, PickledTensor> tensors) =>
        (_path, _archive, _root, Tensors) = (path, archive, root, tensors);

    /// <summary>The tensors by name; a prefix <c>module.</c> of all is left out.</summary>
    public IReadOnlyDictionary<string, PickledTensor> Tensors { get; }

    /// <summary>Opens a file and reads where its tensors lie. Runs nothing.</summary>
    /// <exception cref="TwitchException">It cannot be read, is of another kind, or holds more than a state dict.</exception>
    public static PthFile Open(string path)
    {
        try
        {
            var archive = new ZipArchive(File.OpenRead(path), ZipArchiveMode.Read);
            try
            {
                ZipArchiveEntry entry = archive.Entries.FirstOrDefault(entry => entry.FullName == "data.pkl" || entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
                    ?? throw new TwitchException($"{path}: the archive has no data.pkl, so it is no file of PyTorch; save it with torch.save(model.state_dict(), path).");
                string root = entry.FullName[..^"data.pkl".Length];
                if (archive.GetEntry(root + "byteorder") is { Length: < 16 } order && System.Text.Encoding.ASCII.GetString(Bytes(order)) != "little")
                    throw new TwitchException($"{path}: its numbers are big-endian; save it on a little-endian machine.");
                if (entry.Length > MostPickle)
                    throw new TwitchException($"{path}: its pickle has {entry.Length} bytes; a state dict's has at most {MostPickle}.");
                return new PthFile(path, archive, root, StateDict(new Unpickler(Bytes(entry), path).Read(), path));
            }
            catch
            {
                archive.Dispose();
                throw;
            }
        }
        catch (InvalidDataException e)
        {
            throw new TwitchException($"{path}: no zip archive, as PyTorch writes since 1.6; load it there and save it again with torch.save(model.state_dict(), path).", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>Writes a tensor's numbers as float32, row-major.</summary>
    /// <exception cref="TwitchException">They are missing, cut short, or of a type that is no floating point.</exception>
    public void CopyTo(Stream output, string name)
    {
        PickledTensor tensor = Tensors[name];
        try
        {
            ZipArchiveEntry entry = _archive.GetEntry($"{_root}data/{tensor.Storage.Key}") ?? throw Missing(name);
            using Stream numbers = entry.Open();
            int size = SizeOf(tensor, name);
            if (IsContiguous(tensor))
            {
                Skip(numbers, tensor.Offset * size);
                byte[] chunk = new byte[ChunkElements * size];
                for (long left = Count(tensor); left > 0;)
                {
                    int count = (int)Math.Min(left, ChunkElements);
                    numbers.ReadExactly(chunk, 0, count * size);
                    output.Write(MemoryMarshal.AsBytes<float>(Floats(chunk.AsSpan(0, count * size), tensor.Storage.Type)));
                    left -= count;
                }
            }
            else
            {
                byte[] all = new byte[checked(tensor.Storage.Count * size)];
                numbers.ReadExactly(all);
                float[] values = Floats(all, tensor.Storage.Type);
                foreach (long at in Places(tensor))
                    output.Write(MemoryMarshal.AsBytes<float>([values[at]]));
            }
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or OverflowException or IndexOutOfRangeException)
        {
            throw Missing(name, e);
        }
    }

    public void Dispose() => _archive.Dispose();

    private static Dictionary<string, PickledTensor> StateDict(object? root, string path)
    {
        if (root is Dictionary<object, object?> whole && !whole.Values.Any(value => value is PickledTensor))
            root = _wrappers.Select(key => whole.GetValueOrDefault(key)).FirstOrDefault(value => value is not null) ?? root;
        if (root is not Dictionary<object, object?> dictionary || !dictionary.Values.Any(value => value is PickledTensor))
            throw new TwitchException($"{path}: holds no state dict; save it with torch.save(model.state_dict(), path).");
        bool parallel = dictionary.Keys.All(key => key is string name && name.StartsWith(DataParallel, StringComparison.Ordinal));
        var tensors = new Dictionary<string, PickledTensor>(StringComparer.Ordinal);
        foreach ((object key, object? value) in dictionary)
        {
            if (key is not string name || value is not PickledTensor tensor)
                throw new TwitchException($"{path}: '{CommentText.Clean(key.ToString() ?? "")}' is no tensor with a name; save it with torch.save(model.state_dict(), path).");
            tensors.Add(parallel ? name[DataParallel.Length..] : name, tensor);
        }

        foreach ((string name, PickledTensor tensor) in tensors)
            Check(tensor, name, path);
        return tensors;
    }

    // A tensor must lie within its storage, or reading it would run past the end.
    private static void Check(PickledTensor tensor, string name, string path)
    {
        try
        {
            long last = tensor.Offset;
            for (int i = 0; i < tensor.Shape.Length; i++)
                last = checked(last + Math.Max(0, tensor.Shape[i] - 1) * tensor.Stride[i]);
            if (tensor.Shape.Length == tensor.Stride.Length && tensor.Offset >= 0 && tensor.Shape.All(size => size >= 0) && tensor.Stride.All(stride => stride >= 0) && last < Math.Max(1, tensor.Storage.Count))
                return;
        }
        catch (Exception e) when (e is OverflowException or IndexOutOfRangeException)
        {
        }

        throw new TwitchException($"{path}: tensor '{name}' lies outside of its numbers; the file is damaged, copy it again.");
    }

    private static bool IsContiguous(PickledTensor tensor)
    {
        long stride = 1;
        for (int i = tensor.Shape.Length - 1; i >= 0; i--)
        {
            if (tensor.Shape[i] != 1 && tensor.Stride[i] != stride)
                return false;
            stride *= tensor.Shape[i];
        }

        return true;
    }

    private static long Count(PickledTensor tensor) => tensor.Shape.Aggregate(1L, (product, size) => product * size);

    private static IEnumerable<long> Places(PickledTensor tensor)
    {
        long[] index = new long[tensor.Shape.Length];
        for (long i = Count(tensor); i > 0; i--)
        {
            yield return tensor.Offset + index.Zip(tensor.Stride, (at, stride) => at * stride).Sum();
            for (int dimension = index.Length - 1; dimension >= 0 && ++index[dimension] == tensor.Shape[dimension]; dimension--)
                index[dimension] = 0;
        }
    }

    private int SizeOf(PickledTensor tensor, string name) => tensor.Storage.Type switch
    {
        "FloatStorage" => 4,
        "DoubleStorage" => 8,
        "HalfStorage" or "BFloat16Storage" => 2,
        _ => throw new TwitchException($"{_path}: tensor '{name}' is of a {tensor.Storage.Type}; floating point is needed."),
    };

    private static float[] Floats(ReadOnlySpan<byte> bytes, string type)
    {
        switch (type)
        {
            case "FloatStorage":
                return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
            case "DoubleStorage":
                return Array.ConvertAll(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), value => (float)value);
            case "HalfStorage":
                return Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(bytes).ToArray(), value => (float)value);
            default:
                float[] values = new float[bytes.Length / 2];
                for (int i = 0; i < values.Length; i++)
                    values[i] = BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]) << 16);
                return values;
        }
    }

    private static byte[] Bytes(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        byte[] bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static void Skip(Stream stream, long count)
    {
        byte[] block = new byte[1 << 16];
        while (count > 0)
        {
            int read = (int)Math.Min(count, block.Length);
            stream.ReadExactly(block, 0, read);
            count -= read;
        }
    }

    private TwitchException Missing(string name, Exception? inner = null) => new($"{_path}: the numbers of tensor '{name}' are missing or cut short; the file is damaged, copy it again.", inner: inner);
}
