using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>The decoder step in ONNX Runtime on the processor. Everything is bound once, over two state buffers that take turns; a token
/// allocates nothing and copies no state.</summary>
public sealed class OrtDecoderStep : IModelDecoder
{
    private const int FromStart = 2, Peeked = 3;    // numbers of the fused state, and of one to look at; the buffers that take turns are 0 and 1

    private readonly InferenceSession _session;
    private readonly RunOptions _run;
    private readonly long[] _token = new long[1];
    private readonly float[] _hidden, _cell, _logits;              // on the processor: the fused state, and what the step gives
    private readonly List<IDisposable> _owned = [];
    private readonly OrtValue _tokenValue, _logitsValue;
    private readonly (OrtValue Hidden, OrtValue Cell)[] _states;    // two buffers, and the fused state
    private readonly PastWordsRows? _past;
    private readonly OrtIoBinding[] _bindings;                      // each from the state of its number
    private int _next = FromStart;

    internal OrtDecoderStep(InferenceSession session, ModelConfig config, RunOptions run)
    {
        (_session, _run) = (session, run);
        _hidden = new float[config.HiddenSize];
        _cell = new float[config.HiddenSize];
        _logits = new float[config.VocabularySize];
        long[] shape = [1, config.HiddenSize];

        _tokenValue = Own(OrtValue.CreateTensorValueFromMemory(_token, [1]));
        _logitsValue = Own(OrtValue.CreateTensorValueFromMemory(_logits, [1, config.VocabularySize]));
        _states = [(NewState(), NewState()), (NewState(), NewState()), (Own(OrtValue.CreateTensorValueFromMemory(_hidden, shape)), Own(OrtValue.CreateTensorValueFromMemory(_cell, shape)))];
        _past = config.Chat is ChatSpec chat ? new PastWordsRows(chat, capacity: 1, buffers: 4) : null;
        _bindings = [Bind(0, _states[1], 1, _owned), Bind(1, _states[0], 0, _owned), Bind(FromStart, _states[0], 0, _owned)];

        OrtValue NewState() => Own(OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, shape));
    }

    /// <inheritdoc/>
    public int VocabularySize => _logits.Length;

    /// <inheritdoc/>
    public void Reset(ClipContext clip)
    {
        clip.Hidden.CopyTo(_hidden);
        clip.Cell.CopyTo(_cell);
        _past?.Reset(0, clip, FromStart);
        _next = FromStart;
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Advance(int token)
    {
        _token[0] = token;
        _session.RunWithBinding(_run, _bindings[_next]);
        _next = _next == 0 ? 1 : 0;    // the state just written is the state read next: swap, never copy
        return _logits;
    }

    /// <inheritdoc/>
    public (float[] Hidden, float[] Cell) Peek(int token)
    {
        var (hidden, cell) = (new float[_hidden.Length], new float[_cell.Length]);
        long[] shape = [1, _hidden.Length];
        using OrtValue nextHidden = OrtValue.CreateTensorValueFromMemory(hidden, shape);
        using OrtValue nextCell = OrtValue.CreateTensorValueFromMemory(cell, shape);
        var owned = new List<IDisposable>();
        OrtIoBinding binding = Bind(_next, (nextHidden, nextCell), Peeked, owned);
        _token[0] = token;
        _session.RunWithBinding(_run, binding);
        Dispose(owned);
        return (hidden, cell);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(_owned);
        _owned.Clear();
    }

    private static void Dispose(List<IDisposable> owned)
    {
        for (int i = owned.Count - 1; i >= 0; i--)    // bindings before what they bind
            owned[i].Dispose();
    }

    private OrtIoBinding Bind(int from, (OrtValue Hidden, OrtValue Cell) to, int toNumber, List<IDisposable> owned)
    {
        OrtIoBinding binding = _session.CreateIoBinding();
        binding.BindInput(GraphContract.Token, _tokenValue);
        binding.BindInput(GraphContract.Hidden, _states[from].Hidden);
        binding.BindInput(GraphContract.Cell, _states[from].Cell);
        _past?.Bind(binding, 1, from, toNumber, owned);
        binding.BindOutput(GraphContract.Logits, _logitsValue);
        binding.BindOutput(GraphContract.NextHidden, to.Hidden);
        binding.BindOutput(GraphContract.NextCell, to.Cell);
        owned.Add(binding);
        return binding;
    }

    private T Own<T>(T value) where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }
}
