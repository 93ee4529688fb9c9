using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>A graph with an input over time and a state in and out: what both encoders are.</summary>
/// <param name="graph">The opened graph.</param>
/// <param name="input">Name of the input over time.</param>
internal sealed class RecurrentGraph(OpenGraph graph, string input)
{
    private readonly string[] _inputs = [input, GraphContract.Hidden, GraphContract.Cell];
    private readonly string[] _outputs = [GraphContract.NextHidden, GraphContract.NextCell];

    /// <summary>Runs the graph over the input, which is read where it lies.</summary>
    /// <param name="values">Elements, row-major.</param>
    /// <param name="type">Their type.</param>
    /// <param name="shape">[batch, time, …].</param>
    /// <param name="state">State before; not changed.</param>
    /// <returns>State after.</returns>
    public unsafe EncoderState Run<T>(ReadOnlySpan<T> values, TensorElementType type, long[] shape, EncoderState state) where T : unmanaged
    {
        long[] stateShape = [state.Batch, state.HiddenArray.Length / state.Batch];
        var next = new EncoderState(state.Batch, new float[state.HiddenArray.Length], new float[state.CellArray.Length]);
        fixed (T* start = &MemoryMarshal.GetReference(values))
        {
            using OrtValue over = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)start, (long)values.Length * sizeof(T));
            using OrtValue hidden = OrtValue.CreateTensorValueFromMemory(state.HiddenArray, stateShape);
            using OrtValue cell = OrtValue.CreateTensorValueFromMemory(state.CellArray, stateShape);
            using OrtValue nextHidden = OrtValue.CreateTensorValueFromMemory(next.HiddenArray, stateShape);
            using OrtValue nextCell = OrtValue.CreateTensorValueFromMemory(next.CellArray, stateShape);
            graph.Run(_inputs, [over, hidden, cell], _outputs, [nextHidden, nextCell]);
        }
        return next;
    }

    /// <summary>Runs the graph over rows of numbers. Without any, the state stays as it was.</summary>
    /// <param name="rows">[clips, time, size].</param>
    /// <param name="clips">Clips of the batch, or 1 for what all states take in.</param>
    /// <param name="size">Numbers of a row.</param>
    /// <param name="state">State before; not changed.</param>
    /// <returns>State after.</returns>
    /// <exception cref="ArgumentException">The numbers are not whole rows of the clips.</exception>
    public EncoderState RunRows(ReadOnlySpan<float> rows, int clips, int size, EncoderState state)
    {
        int time = StepCount(rows.Length, clips, size);
        return time == 0 ? state : Run(rows, TensorElementType.Float, [clips, time, size], state);
    }

    /// <summary>How many steps of <paramref name="stepSize"/> elements each clip of the batch has.</summary>
    /// <exception cref="ArgumentException">The elements are not whole steps of the batch.</exception>
    public int StepCount(int elements, int batch, int stepSize)
    {
        if (elements % (batch * stepSize) != 0)
            throw new ArgumentException($"'{input}' has {elements} elements; a multiple of {batch} (batch) × {stepSize} (one step) is needed.");
        return elements / (batch * stepSize);
    }
}
