using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>The decoder step in ONNX Runtime on the processor. Everything is bound once, over two state buffers that take turns; a token
/// allocates nothing and copies no state.</summary>
public sealed class OrtDecoderStep : IModelDecoder
{
    private const int FromStart = 2;    // number of the fused state; the buffers that take turns are 0 and 1

    private readonly InferenceSession _session;
    private readonly RunOptions _run;
    private readonly long[] _token = new long[1];
    private readonly float[] _hidden, _cell, _scores;              // the fused state, and what the graph gives
    private readonly float[][] _nextHidden;                         // hidden states of the buffers that take turns
    private readonly float[] _logits;                               // what the step gives, [vocabulary]
    private readonly List<IDisposable> _owned = [];
    private readonly OrtValue _tokenValue, _scoresValue;
    private readonly (OrtValue Hidden, OrtValue Cell)[] _states;    // two buffers, and the fused state
    private readonly PastWordsRows? _past;
    private readonly OrtIoBinding[] _bindings;                      // each from the state of its number
    private int _next = FromStart;

    internal OrtDecoderStep(InferenceSession session, ModelConfig config, RunOptions run)
    {
        (_session, _run) = (session, run);
        _hidden = new float[config.HiddenSize];
        _cell = new float[config.HiddenSize];
        _scores = new float[GraphContract.StepScores(config)];
        long[] shape = [1, config.HiddenSize];

        _tokenValue = Own(OrtValue.CreateTensorValueFromMemory(_token, [1]));
        _scoresValue = Own(OrtValue.CreateTensorValueFromMemory(_scores, [1, _scores.Length]));
        _nextHidden = [new float[config.HiddenSize], new float[config.HiddenSize]];
        _states = [(State(_nextHidden[0]), State(new float[config.HiddenSize])), (State(_nextHidden[1]), State(new float[config.HiddenSize])), (State(_hidden), State(_cell))];
        _past = config.Chat is ChatSpec chat ? new PastWordsRows(chat, capacity: 1) : null;
        _logits = _past is null ? _scores : new float[config.VocabularySize];
        _bindings = [Own(Bind(0, _states[1])), Own(Bind(1, _states[0])), Own(Bind(FromStart, _states[0]))];

        OrtValue State(float[] values) => Own(OrtValue.CreateTensorValueFromMemory(values, shape));
    }

    /// <inheritdoc/>
    public int VocabularySize => _logits.Length;

    /// <summary>The hidden state after the last step, [hidden].</summary>
    internal ReadOnlySpan<float> Hidden => _nextHidden[_next];

    /// <summary>What the last step gave, [vocabulary].</summary>
    internal ReadOnlySpan<float> Logits => _logits;

    /// <inheritdoc/>
    public void Reset(ClipContext clip)
    {
        clip.Require(_hidden.Length);
        clip.Hidden.CopyTo(_hidden);
        clip.Cell.CopyTo(_cell);
        _past?.Reset(0, clip);
        _next = FromStart;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Advance(int token)
    {
        _token[0] = token;
        _session.Run(_run, _bindings[_next], ExecutionProvider.Cpu);
        _next = _next == 0 ? 1 : 0;    // the state just written is the state read next: swap, never copy
        _past?.Mix(0, token, _scores, _logits);
        return _logits;
    }

    /// <inheritdoc/>
    public StepLogits AdvanceToDraw(int token) => new(Advance(token), VocabularySize, areLogProbabilities: _past is not null);

    /// <inheritdoc/>
    public (float[] Hidden, float[] Cell) Peek(int token)
    {
        var (hidden, cell) = (new float[_hidden.Length], new float[_cell.Length]);
        long[] shape = [1, _hidden.Length];
        using OrtValue nextHidden = OrtValue.CreateTensorValueFromMemory(hidden, shape);
        using OrtValue nextCell = OrtValue.CreateTensorValueFromMemory(cell, shape);
        using OrtIoBinding binding = Bind(_next, (nextHidden, nextCell));
        _token[0] = token;
        _session.Run(_run, binding, ExecutionProvider.Cpu);
        return (hidden, cell);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)    // bindings before what they bind
            _owned[i].Dispose();
        _owned.Clear();
    }

    private OrtIoBinding Bind(int from, (OrtValue Hidden, OrtValue Cell) to)
    {
        OrtIoBinding binding = _session.CreateIoBinding();
        binding.BindInput(GraphContract.Token, _tokenValue);
        binding.BindInput(GraphContract.Hidden, _states[from].Hidden);
        binding.BindInput(GraphContract.Cell, _states[from].Cell);
        binding.BindOutput(GraphContract.Logits, _scoresValue);
        binding.BindOutput(GraphContract.NextHidden, to.Hidden);
        binding.BindOutput(GraphContract.NextCell, to.Cell);
        return binding;
    }

    private T Own<T>(T value) where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }
}
