using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Joins what was seen, what was heard and, where the network reads it, what was said before. Shared between threads.</summary>
internal sealed class Fusion(InferenceSession session, ModelConfig config, RunOptions run)
{
    private readonly string[] _inputs = GraphContract.FusionInputs(config);
    private readonly string[] _outputs = [GraphContract.Hidden, GraphContract.Cell];

    /// <summary>One context for each clip of the batch.</summary>
    /// <param name="encoders">What was seen, heard and, where the network reads it, said; each of the same clips.</param>
    public ClipContext[] Fuse(params EncoderState[] encoders)
    {
        int batch = encoders[0].Batch, size = config.HiddenSize;
        if (encoders.Any(state => state.Batch != batch))
            throw new ArgumentException($"the states to be fused are of {string.Join(" and ", encoders.Select(state => state.Batch))} clips; they must be the same clips.");

        long[] shape = [batch, size];
        var hidden = new float[batch * size];
        var cell = new float[batch * size];
        OrtValue[] states = [.. encoders.SelectMany(state => (float[][])[state.HiddenArray, state.CellArray]).Select(Value)], fused = [Value(hidden), Value(cell)];
        try
        {
            session.Run(run, _inputs, states, _outputs, fused);
        }
        finally
        {
            foreach (OrtValue value in (OrtValue[])[.. states, .. fused])
                value.Dispose();
        }

        var clips = new ClipContext[batch];
        for (int i = 0; i < clips.Length; i++)
            clips[i] = new ClipContext(hidden.AsSpan(i * size, size), cell.AsSpan(i * size, size));
        return clips;

        OrtValue Value(float[] values) => OrtValue.CreateTensorValueFromMemory(values, shape);
    }
}
