using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>The decoder step in ONNX Runtime on the processor, for a batch whose rows come and go. A step copies no state and allocates nothing as
/// long as the number of rows stays; a weight that is read from memory once serves all rows. Not for several threads at a time.</summary>
/// <remarks>Dispose it before the model.</remarks>
public sealed class BatchDecoderStep : IModelBatchDecoder
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run;
    private readonly int _hiddenSize, _scoreCount;
    private readonly long[] _tokens;            // [capacity]
    private readonly float[] _scores, _logits;  // what the graph gives, and what the step gives, [capacity, vocabulary]
    private readonly float[][] _hidden, _cell;  // two buffers, [capacity, hidden], that take turns
    private readonly PastWordsRows? _past;
    private readonly List<IDisposable> _bound = [];
    private OrtIoBinding[] _bindings = [];      // each from the buffers of its number to the others
    private int _boundRows;
    private int _front;                         // number of the buffers that the next step reads

    internal BatchDecoderStep(InferenceSession session, ModelConfig config, RunOptions run, int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (_session, _run, Capacity) = (session, run, capacity);
        (_hiddenSize, VocabularySize) = (config.HiddenSize, config.VocabularySize);
        _tokens = new long[capacity];
        _scoreCount = GraphContract.StepScores(config);
        _scores = new float[capacity * _scoreCount];
        _hidden = [new float[capacity * _hiddenSize], new float[capacity * _hiddenSize]];
        _cell = [new float[capacity * _hiddenSize], new float[capacity * _hiddenSize]];
        _past = config.Chat is ChatSpec chat ? new PastWordsRows(chat, capacity) : null;
        _logits = _past is null ? _scores : new float[capacity * VocabularySize];
    }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <inheritdoc/>
    public int VocabularySize { get; }

    /// <inheritdoc/>
    public void Reset(int row, ClipContext clip)
    {
        clip.Require(_hiddenSize);
        clip.Hidden.CopyTo(Row(_hidden, row));
        clip.Cell.CopyTo(Row(_cell, row));
        _past?.Reset(row, clip);
    }

    /// <inheritdoc/>
    public void Move(int source, int target)
    {
        Row(_hidden, source).CopyTo(Row(_hidden, target));
        Row(_cell, source).CopyTo(Row(_cell, target));
        _past?.Move(source, target);
    }

    /// <inheritdoc/>
    public void SelectRows(ReadOnlySpan<int> rows)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            Row(_hidden, rows[i]).CopyTo(_hidden[_front ^ 1].AsSpan(i * _hiddenSize));
            Row(_cell, rows[i]).CopyTo(_cell[_front ^ 1].AsSpan(i * _hiddenSize));
        }
        _past?.Select(rows);
        _front ^= 1;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Advance(ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Capacity);
        if (tokens.IsEmpty)
            return [];

        for (int row = 0; row < tokens.Length; row++)
            _tokens[row] = tokens[row];
        if (tokens.Length != _boundRows)
            Bind(tokens.Length);
        _session.Run(_run, _bindings[_front], ExecutionProvider.Cpu);
        _front ^= 1;    // the states just written are the states read next
        for (int row = 0; row < tokens.Length; row++)
            _past?.Mix(row, tokens[row], _scores.AsSpan(row * _scoreCount, _scoreCount), _logits.AsSpan(row * VocabularySize, VocabularySize));
        return _logits.AsSpan(0, tokens.Length * VocabularySize);
    }

    /// <inheritdoc/>
    public StepLogits AdvanceToDraw(ReadOnlySpan<int> tokens) => new(Advance(tokens), VocabularySize, areLogProbabilities: _past is not null);

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _bound.Count - 1; i >= 0; i--)    // bindings before what they bind
            _bound[i].Dispose();
        _bound.Clear();
        _boundRows = 0;
    }

    // Values over the first rows of the buffers.
    private void Bind(int rows)
    {
        Dispose();
        OrtValue token = Value(_tokens, rows), scores = Value(_scores, rows, _scoreCount);
        OrtValue[] hidden = [.. _hidden.Select(buffer => Value(buffer, rows, _hiddenSize))];
        OrtValue[] cell = [.. _cell.Select(buffer => Value(buffer, rows, _hiddenSize))];
        _bindings = [BindFrom(0), BindFrom(1)];
        _boundRows = rows;

        OrtIoBinding BindFrom(int front)
        {
            OrtIoBinding binding = _session.CreateIoBinding();
            binding.BindInput(GraphContract.Token, token);
            binding.BindInput(GraphContract.Hidden, hidden[front]);
            binding.BindInput(GraphContract.Cell, cell[front]);
            binding.BindOutput(GraphContract.Logits, scores);
            binding.BindOutput(GraphContract.NextHidden, hidden[front ^ 1]);
            binding.BindOutput(GraphContract.NextCell, cell[front ^ 1]);
            _bound.Add(binding);
            return binding;
        }
    }

    private OrtValue Value<T>(T[] buffer, params long[] shape) where T : unmanaged
    {
        Memory<T> rows = buffer.AsMemory(0, (int)shape.Aggregate(1L, (product, size) => product * size));
        OrtValue value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, rows, shape);
        _bound.Add(value);
        return value;
    }

    private Span<float> Row(float[][] buffers, int row) => buffers[_front].AsSpan(row * _hiddenSize, _hiddenSize);
}
