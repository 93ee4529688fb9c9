using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>The decoder step in ONNX Runtime for a batch whose state stays on the device. Rows join, leave and move there: a step is told
/// which rows of the one before go on, and is given the states of new ones. Of the logits only the most likely leave the device, unless all
/// are asked for. Not for several threads at a time.</summary>
/// <remarks>
/// Most steps change no row: those are <see cref="SteadyStep"/>s. The others are bound anew each time. All logits are had by running the step again from the state before, which still lies in
/// the other buffer; the step after one whose logits were wanted brings them along at once.
/// </remarks>
internal sealed class DeviceDecoderStep : IModelDecoder, IModelBatchDecoder, IStepTokens
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly ExecutionProvider _provider;
    private readonly List<IDisposable> _owned = [];
    private readonly OrtIoBinding _binding;
    private readonly IDeviceState[] _states;
    private readonly SteadyPlaces _places;
    private readonly Dictionary<(int Rows, int Front), SteadyStep> _steady = [];
    private readonly RowBuffer<long> _tokens, _rows, _topIds;      // rows: where those of the last step came from
    private readonly RowBuffer<float> _topLogits, _logSums;
    private readonly NewRows _new;
    private readonly int[] _one = new int[1];
    private RowBuffer<float>? _logits;                             // made when they are first wanted: capacity × vocabulary
    private int _front, _rowCount, _freshCount;
    private bool _logitsWereWanted, _hasLogits, _wasSteady;

    /// <param name="session">Of a graph that is made for it.</param>
    /// <param name="config">Sizes of the network.</param>
    /// <param name="options">The device.</param>
    /// <param name="capacity">Most rows of a step, at least 1.</param>
    public DeviceDecoderStep(InferenceSession session, ModelConfig config, RuntimeOptions options, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (_session, _provider, Capacity, VocabularySize, _new) = (session, options.Provider, capacity, config.VocabularySize, new NewRows(capacity));
        using Lock.Scope turn = DeviceTurn.Take(_provider);
        try
        {
            int top = GraphVariant.TopCount(config);
            DeviceMemory memory = Own(DeviceMemory.Of(options));
            _places = new SteadyPlaces(memory, capacity, top);
            _states = [.. States(config, memory).Select(Own)];
            (_tokens, _rows, _topIds) = (Own(new RowBuffer<long>(capacity)), Own(new RowBuffer<long>(capacity)), Own(new RowBuffer<long>(capacity, top)));
            (_topLogits, _logSums) = (Own(new RowBuffer<float>(capacity, top)), Own(new RowBuffer<float>(capacity)));
            _binding = Own(session.CreateIoBinding());
        }
        catch    // the device's memory ends before the process: what was taken of it is wanted by others
        {
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <inheritdoc cref="IBatchDecoderStep.VocabularySize"/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public void Reset(int row, ClipContext clip)
    {
        int place = _new.Begin(row);
        foreach (IDeviceState state in _states)
            state.Begin(place, clip);
    }

    /// <inheritdoc/>
    public void Reset(ClipContext clip) => Reset(0, clip);

    /// <inheritdoc/>
    public void Move(int source, int target) => _new.Move(source, target);

    /// <inheritdoc/>
    public void SelectRows(ReadOnlySpan<int> rows) => _new.Select(rows);

    /// <inheritdoc/>
    public ReadOnlySpan<float> Advance(ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty)
            return [];
        Run(tokens, bringTop: false, bringLogits: true);
        return Logits.Values.AsSpan(0, tokens.Length * VocabularySize);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Advance(int token) => Advance(One(token));

    /// <inheritdoc/>
    public StepLogits AdvanceToDraw(ReadOnlySpan<int> tokens)
    {
        if (tokens.IsEmpty)
            return default;
        Run(tokens, bringTop: true, bringLogits: _logitsWereWanted);
        return new StepLogits(this);
    }

    /// <inheritdoc/>
    public StepLogits AdvanceToDraw(int token) => AdvanceToDraw(One(token));

    /// <inheritdoc/>
    public (float[] Hidden, float[] Cell) Peek(int token)
    {
        using Lock.Scope turn = DeviceTurn.Take(_provider);
        Take(One(token));
        BindInputs(1, _front);
        using var hidden = new RowBuffer<float>(1, _session.OutputMetadata[GraphContract.NextHidden].Dimensions[1]);
        using var cell = new RowBuffer<float>(1, _session.OutputMetadata[GraphContract.NextCell].Dimensions[1]);
        _binding.ClearBoundOutputs();
        _binding.BindOutput(GraphContract.NextHidden, hidden.First(1));
        _binding.BindOutput(GraphContract.NextCell, cell.First(1));
        _session.Run(_run, _binding, _provider);
        _binding.ClearBoundOutputs();    // before what they bind
        return (hidden.Values, cell.Values);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        using Lock.Scope turn = DeviceTurn.Take(_provider);
        foreach (SteadyStep step in _steady.Values)
            step.Dispose();
        _steady.Clear();
        for (int i = _owned.Count - 1; i >= 0; i--)    // the binding before what it binds
            _owned[i].Dispose();
        _owned.Clear();
        _run.Dispose();
    }

    /// <inheritdoc/>
    TopTokens IStepTokens.TopOf(int row, int count) => _wasSteady ? _places.TopOf(row) : new(_topIds.Row(row), _topLogits.Row(row), _logSums.Values[row]);

    /// <inheritdoc/>
    ReadOnlySpan<float> IStepTokens.LogitsOf(int row)
    {
        _logitsWereWanted = true;
        if (!_hasLogits)
        {
            using Lock.Scope turn = DeviceTurn.Take(_provider);
            BindInputs(_rowCount, _front ^ 1);    // the last step again
            _binding.ClearBoundOutputs();
            _binding.BindOutput(GraphContract.Logits, Logits.First(_rowCount));
            _session.Run(_run, _binding, _provider);
            _hasLogits = true;
        }
        return Logits.Row(row);
    }

    private IEnumerable<IDeviceState> States(ModelConfig config, DeviceMemory memory)
    {
        yield return new DeviceState<float>(GraphContract.Hidden, TensorElementType.Float, [config.HiddenSize], Capacity, memory, clip => clip.Hidden);
        yield return new DeviceState<float>(GraphContract.Cell, TensorElementType.Float, [config.HiddenSize], Capacity, memory, clip => clip.Cell);
        if (config.Chat is not ChatSpec chat)
            yield break;
        var noMatch = new float[chat.PlaceCount];
        yield return new DeviceState<long>(GraphContract.PastAfter, TensorElementType.Int64, [chat.PlaceCount], Capacity, memory, clip => clip.Past is { } past ? past.After : []);
        yield return new DeviceState<long>(GraphContract.PastNext, TensorElementType.Int64, [chat.PlaceCount], Capacity, memory, clip => clip.Past is { } past ? past.Next : []);
        yield return new DeviceState<float>(GraphContract.PastScores, TensorElementType.Float, [chat.PlaceCount, ChatSpec.EvidenceCount], Capacity, memory, clip => clip.Past is { } past ? past.Scores : []);
        yield return new DeviceState<float>(GraphContract.Match, TensorElementType.Float, [chat.PlaceCount], Capacity, memory, _ => noMatch);
    }

    private ReadOnlySpan<int> One(int token)
    {
        _one[0] = token;
        return _one;
    }

    private RowBuffer<float> Logits => _logits ??= Own(new RowBuffer<float>(Capacity, VocabularySize));

    private void Run(ReadOnlySpan<int> tokens, bool bringTop, bool bringLogits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Capacity);
        using Lock.Scope turn = DeviceTurn.Take(_provider);
        _wasSteady = bringTop && !bringLogits && _new.IsSteady;
        Take(tokens);
        if (_wasSteady)
            Steady(tokens.Length).Run(tokens);
        else
        {
            BindInputs(tokens.Length, _front);
            BindOutputs(tokens.Length, bringTop, bringLogits);
            _session.Run(_run, _binding, _provider);
        }
        _new.Stepped();
        _front ^= 1;    // the states just written are the states read next
        (_rowCount, _hasLogits, _logitsWereWanted) = (tokens.Length, bringLogits, false);
    }

    // Steps for a few numbers of rows do for all: the rows behind those that are wanted cost next to nothing.
    private SteadyStep Steady(int tokens)
    {
        int rows = Math.Min(Capacity, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)tokens));
        if (!_steady.TryGetValue((rows, _front), out SteadyStep? step))
            _steady[(rows, _front)] = step = new SteadyStep(_session, _places, _states, _front, rows);
        return step;
    }

    // What the step is made of, to be bound now or when its logits are wanted.
    private void Take(ReadOnlySpan<int> tokens)
    {
        for (int row = 0; row < tokens.Length; row++)
            _tokens.Values[row] = tokens[row];
        _new.Sources.AsSpan(0, tokens.Length).CopyTo(_rows.Values);
        _freshCount = _new.PlaceCount;
    }

    private void BindInputs(int rows, int front)
    {
        _binding.BindInput(GraphContract.Token, _tokens.First(rows));
        _binding.BindInput(GraphContract.Rows, _rows.First(rows));
        foreach (IDeviceState state in _states)
        {
            state.BindPrevious(_binding, front);
            state.BindFresh(_binding, _freshCount);
        }
    }

    private void BindOutputs(int rows, bool top, bool logits)
    {
        _binding.ClearBoundOutputs();
        foreach (IDeviceState state in _states)
            state.BindNext(_binding, _front, rows);
        if (logits)
            _binding.BindOutput(GraphContract.Logits, Logits.First(rows));
        if (top)
        {
            _binding.BindOutput(GraphContract.TopIds, _topIds.First(rows));
            _binding.BindOutput(GraphContract.TopLogits, _topLogits.First(rows));
            _binding.BindOutput(GraphContract.LogSum, _logSums.First(rows));
        }
    }

    private T Own<T>(T value) where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }
}
