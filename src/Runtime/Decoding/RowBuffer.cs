using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Numbers of a step's rows in the processor's memory, as ONNX Runtime takes or gives them.</summary>
internal sealed class RowBuffer<T> : IDisposable where T : unmanaged
{
    private readonly long[] _shape;    // of the value, which has _shape[0] rows
    private OrtValue? _value;

    /// <param name="capacity">Most rows.</param>
    /// <param name="rowShape">Of a row; empty for a number.</param>
    public RowBuffer(int capacity, params ReadOnlySpan<long> rowShape)
    {
        _shape = [0, .. rowShape];
        RowSize = 1;
        foreach (long size in rowShape)
            RowSize *= (int)size;
        Values = new T[capacity * RowSize];
    }

    /// <summary>Numbers of a row.</summary>
    public int RowSize { get; }

    /// <summary>[capacity, …].</summary>
    public T[] Values { get; }

    /// <summary>A row's numbers.</summary>
    public Span<T> Row(int row) => Values.AsSpan(row * RowSize, RowSize);

    /// <summary>The first rows as a tensor over the numbers; valid until it is asked for other rows.</summary>
    public OrtValue First(int rows)
    {
        if (_value is not null && _shape[0] == rows)
            return _value;
        _value?.Dispose();
        _shape[0] = rows;
        return _value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, Values.AsMemory(0, rows * RowSize), _shape);
    }

    /// <inheritdoc/>
    public void Dispose() => _value?.Dispose();
}
