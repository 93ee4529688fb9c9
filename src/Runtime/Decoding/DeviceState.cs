using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>The part of a clip that a row's state begins with.</summary>
internal delegate ReadOnlySpan<T> StatePart<T>(ClipContext clip);

/// <summary>One state of a decoder's rows, in two buffers on the device that take turns; what new rows begin with waits beside the
/// processor until a step takes it along.</summary>
internal sealed class DeviceState<T> : IDeviceState where T : unmanaged
{
    private readonly string _name;
    private readonly StatePart<T> _begin;
    private readonly TensorElementType _type;
    private readonly long[] _rowShape;
    private readonly DeviceMemory _memory;
    private readonly nint[] _buffers;
    private readonly OrtValue[] _whole;
    private readonly RowBuffer<T> _fresh;
    private OrtValue? _next;

    /// <param name="name">Of the graph's input.</param>
    /// <param name="type">The element type of <typeparamref name="T"/>.</param>
    /// <param name="rowShape">Of a row.</param>
    /// <param name="capacity">Most rows.</param>
    /// <param name="memory">Of the device.</param>
    /// <param name="begin">What a row begins with.</param>
    public DeviceState(string name, TensorElementType type, ReadOnlySpan<long> rowShape, int capacity, DeviceMemory memory, StatePart<T> begin)
    {
        (_name, _type, _begin, _memory, _rowShape) = (name, type, begin, memory, rowShape.ToArray());
        _fresh = new RowBuffer<T>(capacity, rowShape);
        long bytes = (long)capacity * _fresh.RowSize * Unsafe.SizeOf<T>();
        _buffers = [memory.Take(bytes), memory.Take(bytes)];
        _whole = [Rows(0, capacity), Rows(1, capacity)];
    }

    /// <inheritdoc/>
    public void Begin(int place, ClipContext clip)
    {
        ReadOnlySpan<T> state = _begin(clip);
        if (state.Length != _fresh.RowSize)
            throw new ArgumentException($"the clip's '{_name}' has {state.Length} numbers; this decoder's has {_fresh.RowSize}: it is of another model.", nameof(clip));
        state.CopyTo(_fresh.Row(place));
    }

    /// <inheritdoc/>
    public void BindFresh(OrtIoBinding binding, int count) => binding.BindInput(GraphContract.FreshOf(_name), _fresh.First(count));

    /// <inheritdoc/>
    public void BindPrevious(OrtIoBinding binding, int front) => binding.BindInput(_name, _whole[front]);

    /// <inheritdoc/>
    public void BindNext(OrtIoBinding binding, int front, int rows)
    {
        _next?.Dispose();
        _next = Rows(front ^ 1, rows);
        binding.BindOutput(GraphContract.NextOf(_name), _next);
    }

    /// <inheritdoc/>
    public IEnumerable<OrtValue> BindSteady(OrtIoBinding binding, int front, int rows)
    {
        // The graph wants new rows, and as many, to be captured; none goes on, so any will do.
        (OrtValue previous, OrtValue fresh, OrtValue next) = (Rows(front, rows), Rows(front, rows), Rows(front ^ 1, rows));
        binding.BindInput(_name, previous);
        binding.BindInput(GraphContract.FreshOf(_name), fresh);
        binding.BindOutput(GraphContract.NextOf(_name), next);
        return [previous, fresh, next];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _fresh.Dispose();
        _next?.Dispose();
        foreach (OrtValue value in _whole)
            value.Dispose();
    }

    private OrtValue Rows(int buffer, int count) => OrtValue.CreateTensorValueWithData(
        _memory.Info, _type, [count, .. _rowShape], _buffers[buffer], (long)count * _fresh.RowSize * Unsafe.SizeOf<T>());
}
