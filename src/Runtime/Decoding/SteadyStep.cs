using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>A decoder step of a fixed number of rows, each of which goes on with its own state. All that it reads and writes lies at fixed places on
/// the device, so it is bound once.</summary>
internal sealed class SteadyStep : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly OrtIoBinding _binding;
    private readonly List<OrtValue> _bound = [];
    private readonly SteadyPlaces _places;
    private readonly int _rows;

    /// <param name="session">Of a graph that is made for a state on the device.</param>
    /// <param name="places">Where tokens lie and results are left.</param>
    /// <param name="states">The rows' states.</param>
    /// <param name="front">The buffer of states that it reads; it writes the other one.</param>
    /// <param name="rows">Rows.</param>
    public SteadyStep(InferenceSession session, SteadyPlaces places, IReadOnlyList<IDeviceState> states, int front, int rows)
    {
        (_session, _places, _rows) = (session, places, rows);
        _binding = session.CreateIoBinding();
        Input(GraphContract.Token, TensorElementType.Int64, places.Tokens);
        Input(GraphContract.Rows, TensorElementType.Int64, places.Identity);
        foreach (IDeviceState state in states)
            _bound.AddRange(state.BindSteady(_binding, front, rows));
        Output(GraphContract.TopIds, TensorElementType.Int64, places.TopIds(rows), sizeof(long), places.TopCount);
        Output(GraphContract.TopLogits, TensorElementType.Float, places.TopLogits(rows), sizeof(float), places.TopCount);
        Output(GraphContract.LogSum, TensorElementType.Float, places.LogSums(rows), sizeof(float));

        void Input(string name, TensorElementType type, nint place)
        {
            _bound.Add(OrtValue.CreateTensorValueWithData(places.Memory.Info, type, [rows], place, rows * sizeof(long)));
            _binding.BindInput(name, _bound[^1]);
        }

        void Output(string name, TensorElementType type, nint place, int size, params long[] columns)
        {
            _bound.Add(OrtValue.CreateTensorValueWithData(places.Memory.Info, type, [rows, .. columns], place, columns.Aggregate((long)rows * size, (bytes, count) => bytes * count)));
            _binding.BindOutput(name, _bound[^1]);
        }
    }

    /// <summary>Moves every row on by its token.</summary>
    /// <param name="tokens">As many as there are rows, or fewer: what the last rows become is of no account.</param>
    public void Run(ReadOnlySpan<int> tokens)
    {
        _places.Write(tokens, _rows);
        _session.Run(_run, _binding, ExecutionProvider.Cuda);
        _places.Read(_rows);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _binding.Dispose();    // before what it binds
        foreach (OrtValue value in _bound)
            value.Dispose();
        _run.Dispose();
    }
}
