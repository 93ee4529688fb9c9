using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Joins what was seen and what was heard. Shared between threads.</summary>
internal sealed class Fusion(OpenGraph graph, ModelConfig config)
{
    private readonly string[] _inputs = GraphContract.FusionInputs;
    private readonly string[] _outputs = [GraphContract.Hidden, GraphContract.Cell];

    /// <summary>One context for each clip of the batch.</summary>
    /// <param name="video">What was seen.</param>
    /// <param name="audio">What was heard, in the same clips.</param>
    /// <param name="past">What was said before each; absent if the network does not read it.</param>
    public ClipContext[] Fuse(EncoderState video, EncoderState audio, IReadOnlyList<PastWords>? past)
    {
        int batch = video.Batch, size = config.HiddenSize;
        if (audio.Batch != batch || (past is not null && past.Count != batch))
            throw new ArgumentException($"what is to be fused is of {batch} clips seen, {audio.Batch} heard{(past is null ? "" : $", {past.Count} said")}; they must be the same clips.");

        long[] shape = [batch, size];
        var hidden = new float[batch * size];
        var cell = new float[batch * size];
        OrtValue[] states = [Value(video.HiddenArray), Value(video.CellArray), Value(audio.HiddenArray), Value(audio.CellArray)], fused = [Value(hidden), Value(cell)];
        try
        {
            graph.Run(_inputs, states, _outputs, fused);
        }
        finally
        {
            foreach (OrtValue value in (OrtValue[])[.. states, .. fused])
                value.Dispose();
        }

        var clips = new ClipContext[batch];
        for (int i = 0; i < clips.Length; i++)
            clips[i] = new ClipContext(hidden.AsSpan(i * size, size), cell.AsSpan(i * size, size), past?[i]);
        return clips;

        OrtValue Value(float[] values) => OrtValue.CreateTensorValueFromMemory(values, shape);
    }
}
