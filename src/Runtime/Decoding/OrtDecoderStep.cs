using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>The decoder step in ONNX Runtime. Everything is bound once, over two state buffers that take turns; a token allocates
/// nothing and copies no state, which stays on the device that runs the graph.</summary>
public sealed class OrtDecoderStep : IDecoderStep, IDisposable
{
    private const int FromStart = 2;    // the binding that reads the fused state; 0 and 1 read the state buffer of that number

    private readonly InferenceSession _session;
    private readonly RunOptions _run;
    private readonly long[] _token = new long[1];
    private readonly float[] _hidden, _cell, _logits;              // on the processor: the fused state, and what the step gives
    private readonly List<IDisposable> _owned = [];
    private readonly (OrtValue Hidden, OrtValue Cell)[] _states;    // two buffers on the device
    private readonly OrtIoBinding[] _bindings;
    private int _next = FromStart;

    internal OrtDecoderStep(InferenceSession session, ModelConfig config, RuntimeOptions options, RunOptions run)
    {
        (_session, _run) = (session, run);
        _hidden = new float[config.HiddenSize];
        _cell = new float[config.HiddenSize];
        _logits = new float[config.VocabularySize];
        long[] shape = [1, config.HiddenSize];

        OrtValue token = Own(OrtValue.CreateTensorValueFromMemory(_token, [1]));
        OrtValue logits = Own(OrtValue.CreateTensorValueFromMemory(_logits, [1, config.VocabularySize]));
        var start = (Own(OrtValue.CreateTensorValueFromMemory(_hidden, shape)), Own(OrtValue.CreateTensorValueFromMemory(_cell, shape)));
        OrtAllocator allocator = options.Provider == ExecutionProvider.Cuda
            ? Own(new OrtAllocator(session, Own(new OrtMemoryInfo("Cuda", OrtAllocatorType.DeviceAllocator, options.DeviceId, OrtMemType.Default))))
            : OrtAllocator.DefaultInstance;
        _states = [(NewState(), NewState()), (NewState(), NewState())];

        // From the fused state into buffer 0, then to and fro.
        _bindings = [Bind(_states[0], _states[1]), Bind(_states[1], _states[0]), Bind(start, _states[0])];

        OrtValue NewState() => Own(OrtValue.CreateAllocatedTensorValue(allocator, TensorElementType.Float, shape));

        OrtIoBinding Bind((OrtValue Hidden, OrtValue Cell) from, (OrtValue Hidden, OrtValue Cell) to)
        {
            OrtIoBinding binding = Own(session.CreateIoBinding());
            binding.BindInput(GraphContract.Token, token);
            binding.BindInput(GraphContract.Hidden, from.Hidden);
            binding.BindInput(GraphContract.Cell, from.Cell);
            binding.BindOutput(GraphContract.Logits, logits);
            binding.BindOutput(GraphContract.NextHidden, to.Hidden);
            binding.BindOutput(GraphContract.NextCell, to.Cell);
            return binding;
        }
    }

    /// <inheritdoc/>
    public int VocabularySize => _logits.Length;

    /// <inheritdoc/>
    public void Reset(ClipContext clip)
    {
        clip.Hidden.CopyTo(_hidden);
        clip.Cell.CopyTo(_cell);
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

    /// <summary>Copies the state out, for checks.</summary>
    /// <param name="hidden">Receives the hidden state, [hidden].</param>
    /// <param name="cell">Receives the cell state, [hidden].</param>
    public void CopyState(Span<float> hidden, Span<float> cell)
    {
        if (_next == FromStart)
        {
            _hidden.CopyTo(hidden);
            _cell.CopyTo(cell);
            return;
        }
        var (h, c) = _states[_next];
        Copy(h, hidden);
        Copy(c, cell);

        static void Copy(OrtValue from, Span<float> to)
        {
            var host = new float[to.Length];
            using OrtValue target = OrtValue.CreateTensorValueFromMemory(host, [1, host.Length]);
            OrtEnv.Instance().CopyTensors([from], [target], null);
            host.CopyTo(to);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int i = _owned.Count - 1; i >= 0; i--)    // bindings before what they bind
            _owned[i].Dispose();
        _owned.Clear();
    }

    private T Own<T>(T value) where T : IDisposable
    {
        _owned.Add(value);
        return value;
    }
}
