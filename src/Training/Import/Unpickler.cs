using System.Buffers.Binary;
using System.Text;

namespace Twitch.Training.Import;

/// <summary>Where one tensor of a <c>.pth</c> file lies.</summary>
/// <param name="Storage">Its storage.</param>
/// <param name="Offset">First element within the storage.</param>
/// <param name="Shape">Sizes.</param>
/// <param name="Stride">Elements between two neighbours of each dimension.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Stride);

/// <summary>A run of numbers in a file of its own within the archive.</summary>
/// <param name="Type">PyTorch's name, such as <c>FloatStorage</c>.</param>
/// <param name="Key">Name of the file in <c>data/</c>.</param>
/// <param name="Count">Numbers.</param>
internal sealed record PickledStorage(string Type, string Key, long Count);

/// <summary>Reads the pickle of a PyTorch state dict: numbers, strings, tuples, lists and dictionaries, and the handful of names that a state dict needs. It calls
/// nothing: what a name would build in Python is built here, and any other name ends the reading.</summary>
/// <remarks>Pickle protocols 0 to 5 as Python's <c>pickletools</c> describes them; PyTorch's <c>serialization.py</c>, <c>_utils.py</c> for the names.</remarks>
/// <param name="pickle">The file <c>data.pkl</c> of the archive.</param>
/// <param name="source">What messages call the file.</param>
internal sealed class Unpickler(byte[] pickle, string source)
{
    private const int MostItems = 1_000_000;

    private static readonly object _mark = new();

    private readonly Stack<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private int _at;

    private sealed record Global(string Name);

    /// <summary>What the pickle holds: a dictionary for a state dict, whose tensors are <see cref="PickledTensor"/>.</summary>
    /// <exception cref="TwitchException">It names something that is no part of a state dict, or is damaged.</exception>
    public object? Read()
    {
        try
        {
            while (true)
            {
                byte code = Byte();
                if (code == '.')
                    return _stack.Pop();
                Step(code);
                if (_stack.Count > MostItems || _memo.Count > MostItems)
                    throw Refused("it holds more than a state dict does");
            }
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidCastException or IndexOutOfRangeException or ArgumentException or KeyNotFoundException or OverflowException)
        {
            throw new TwitchException($"{source} (offset {_at}): the pickle is damaged; copy the file again, or save the state dict anew.", inner: e);
        }
    }

    private void Step(byte code)
    {
        switch ((char)code)
        {
            case '\x80': _at++; break;                                             // PROTO
            case '\x95': _at += 8; break;                                          // FRAME
            case '(': _stack.Push(_mark); break;
            case '0': _stack.Pop(); break;
            case '1': Marked(); break;
            case '2': _stack.Push(_stack.Peek()); break;
            case 'N': _stack.Push(null); break;
            case '\x88' or '\x89': _stack.Push(code == 0x88); break;
            case 'K': _stack.Push((long)Byte()); break;
            case 'M': _stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 'J': _stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case '\x8a': _stack.Push(Long(Take(Byte()))); break;
            case 'I' or 'L': _stack.Push(Number(Line())); break;
            case 'G': _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case 'F': _stack.Push(double.Parse(Line(), System.Globalization.CultureInfo.InvariantCulture)); break;
            case 'X' or 'T' or 'B': _stack.Push(Text(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))); break;
            case '\x8c' or 'U' or 'C': _stack.Push(Text(Byte())); break;
            case '\x8d' or '\x8e': _stack.Push(Text(checked((int)BinaryPrimitives.ReadInt64LittleEndian(Take(8))))); break;
            case 'V' or 'S': _stack.Push(Line().Trim('\'', '"')); break;
            case '}': _stack.Push(new Dictionary<object, object?>()); break;
            case ']': _stack.Push(new List<object?>()); break;
            case ')': _stack.Push(Array.Empty<object?>()); break;
            case 't': _stack.Push(Marked()); break;
            case '\x85': _stack.Push(Last(1)); break;
            case '\x86': _stack.Push(Last(2)); break;
            case '\x87': _stack.Push(Last(3)); break;
            case 'l': _stack.Push(new List<object?>(Marked())); break;
            case 'd': _stack.Push(new Dictionary<object, object?>()); Fill((Dictionary<object, object?>)_stack.Peek()!, Marked()); break;
            case 's': Fill(At<Dictionary<object, object?>>(2), Last(2)); break;
            case 'u': { object?[] items = Marked(); Fill((Dictionary<object, object?>)_stack.Peek()!, items); break; }
            case 'a': { object? item = _stack.Pop(); ((List<object?>)_stack.Peek()!).Add(item); break; }
            case 'e': { object?[] items = Marked(); ((List<object?>)_stack.Peek()!).AddRange(items); break; }
            case 'q': _memo[Byte()] = _stack.Peek(); break;
            case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = _stack.Peek(); break;
            case 'p': _memo[Number(Line())] = _stack.Peek(); break;
            case '\x94': _memo[_memo.Count] = _stack.Peek(); break;
            case 'h': _stack.Push(_memo[Byte()]); break;
            case 'j': _stack.Push(_memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))]); break;
            case 'g': _stack.Push(_memo[Number(Line())]); break;
            case 'c': _stack.Push(Known($"{Line()}.{Line()}")); break;
            case '\x93': { object?[] names = Last(2); _stack.Push(Known($"{(string)names[0]!}.{(string)names[1]!}")); break; }
            case 'Q': _stack.Push(Storage((object?[])_stack.Pop()!)); break;
            case 'R': { object?[] call = Last(2); _stack.Push(Build(((Global)call[0]!).Name, (object?[])call[1]!)); break; }
            case 'b': _stack.Pop(); break;                                         // an attribute such as _metadata, which no tensor needs
            case 'i': throw Refused($"it names '{Line()}.{Line()}'");
            default: throw Refused($"it uses instruction 0x{code:x2}, which builds other things");
        }
    }

    private Global Known(string name) => IsStorage(name) || name is "collections.OrderedDict" or "torch._utils._rebuild_tensor_v2" or "torch._utils._rebuild_parameter" or "torch.Size"
        ? new(name) : throw Refused($"it names '{CommentText.Clean(name)}'");

    private static bool IsStorage(string name) => name.StartsWith("torch.", StringComparison.Ordinal) && name.EndsWith("Storage", StringComparison.Ordinal) && name.Count(c => c == '.') == 1;

    private static object? Build(string name, object?[] arguments) => name switch
    {
        "collections.OrderedDict" => arguments is [List<object?> pairs] ? FromPairs(pairs) : new Dictionary<object, object?>(),
        "torch._utils._rebuild_tensor_v2" => new PickledTensor((PickledStorage)arguments[0]!, (long)arguments[1]!, Longs(arguments[2]), Longs(arguments[3])),
        "torch._utils._rebuild_parameter" => (PickledTensor)arguments[0]!,
        "torch.Size" => arguments[0],
        _ => throw new ArgumentException(name),
    };

    private static Dictionary<object, object?> FromPairs(List<object?> pairs)
    {
        var dictionary = new Dictionary<object, object?>();
        foreach (object?[] pair in pairs.Cast<object?[]>())
            dictionary[pair[0]!] = pair[1];
        return dictionary;
    }

    private static PickledStorage Storage(object?[] id) => id is ["storage", Global { Name: var type }, string key, _, long count] && IsStorage(type)
        ? new(type["torch.".Length..], key, count) : throw new ArgumentException("a storage");

    private static long[] Longs(object? tuple) => [.. ((object?[])tuple!).Select(item => (long)item!)];

    private static void Fill(Dictionary<object, object?> dictionary, object?[] items)
    {
        for (int i = 0; i < items.Length; i += 2)
            dictionary[items[i]!] = items[i + 1];
    }

    // The item below the uppermost ones.
    private T At<T>(int depth) => (T)_stack.ElementAt(depth)!;

    private object?[] Last(int count)
    {
        var items = new object?[count];
        for (int i = count - 1; i >= 0; i--)
            items[i] = _stack.Pop();
        return items;
    }

    private object?[] Marked()
    {
        var items = new List<object?>();
        while (_stack.Pop() is var item && !ReferenceEquals(item, _mark))
            items.Add(item);
        items.Reverse();
        return [.. items];
    }

    private byte Byte() => pickle[_at++];

    private ReadOnlySpan<byte> Take(int count)
    {
        ReadOnlySpan<byte> bytes = pickle.AsSpan(_at, count);
        _at += count;
        return bytes;
    }

    private string Text(int length) => Encoding.UTF8.GetString(Take(length));

    private string Line()
    {
        int end = Array.IndexOf(pickle, (byte)'\n', _at);
        string line = Encoding.UTF8.GetString(pickle, _at, end - _at);
        _at = end + 1;
        return line;
    }

    private static long Number(string text) => text switch { "00" => 0, "01" => 1, _ => long.Parse(text.TrimEnd('L'), System.Globalization.CultureInfo.InvariantCulture) };

    private static long Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8)
            throw new OverflowException();
        long value = bytes.Length > 0 && bytes[^1] > 127 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--)
            value = value << 8 | bytes[i];
        return value;
    }

    private TwitchException Refused(string why) => new(
        $"{source} (offset {_at}): this is more than a state dict: {why}. Nothing of it was run. Save the network's weights alone, with torch.save(model.state_dict(), path).");
}
