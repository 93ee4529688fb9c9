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
    private readonly long[] _shape;                    // of a whole buffer
    private readonly OrtMemoryAllocation[] _buffers;
    private readonly RowBuffer<T> _fresh;

    /// <param name="name">Of the graph's input.</param>
    /// <param name="type">The element type of <typeparamref name="T"/>.</param>
    /// <param name="rowShape">Of a row.</param>
    /// <param name="capacity">Most rows.</param>
    /// <param name="allocator">Of the device.</param>
    /// <param name="begin">What a row begins with.</param>
    public DeviceState(string name, TensorElementType type, ReadOnlySpan<long> rowShape, int capacity, OrtAllocator allocator, StatePart<T> begin)
    {
        (_name, _type, _begin, _shape) = (name, type, begin, [capacity, .. rowShape]);
        _fresh = new RowBuffer<T>(capacity, rowShape);
        uint bytes = (uint)System.Runtime.InteropServices.MemoryMarshal.AsBytes<T>(_fresh.Values).Length;
        _buffers = [allocator.Allocate(bytes), allocator.Allocate(bytes)];
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
    public void BindPrevious(OrtIoBinding binding, int front) => binding.BindInput(_name, _type, _shape, _buffers[front]);

    /// <inheritdoc/>
    public void BindNext(OrtIoBinding binding, int front, int rows) => binding.BindOutput(GraphContract.NextOf(_name), _type, [rows, .. _shape.AsSpan(1)], _buffers[front ^ 1]);

    /// <inheritdoc/>
    public void Dispose()
    {
        _fresh.Dispose();
        foreach (OrtMemoryAllocation buffer in _buffers)
            buffer.Dispose();
    }
}
