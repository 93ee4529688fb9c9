using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Joins what was seen with what was heard. Shared between threads.</summary>
internal sealed class Fusion(InferenceSession session, ModelConfig config, RunOptions run)
{
    private readonly string[] _inputs = [GraphContract.VideoHidden, GraphContract.VideoCell, GraphContract.AudioHidden, GraphContract.AudioCell];
    private readonly string[] _outputs = [GraphContract.Hidden, GraphContract.Cell];

    /// <summary>One context for each clip of the batch.</summary>
    public ClipContext[] Fuse(EncoderState video, EncoderState audio)
    {
        if (video.Batch != audio.Batch)
            throw new ArgumentException($"{video.Batch} clips were seen and {audio.Batch} were heard; they must be the same clips.");

        int size = config.HiddenSize;
        long[] shape = [video.Batch, size];
        var hidden = new float[video.Batch * size];
        var cell = new float[video.Batch * size];
        using (OrtValue videoHidden = OrtValue.CreateTensorValueFromMemory(video.HiddenArray, shape))
        using (OrtValue videoCell = OrtValue.CreateTensorValueFromMemory(video.CellArray, shape))
        using (OrtValue audioHidden = OrtValue.CreateTensorValueFromMemory(audio.HiddenArray, shape))
        using (OrtValue audioCell = OrtValue.CreateTensorValueFromMemory(audio.CellArray, shape))
        using (OrtValue fusedHidden = OrtValue.CreateTensorValueFromMemory(hidden, shape))
        using (OrtValue fusedCell = OrtValue.CreateTensorValueFromMemory(cell, shape))
            session.Run(run, _inputs, [videoHidden, videoCell, audioHidden, audioCell], _outputs, [fusedHidden, fusedCell]);

        var clips = new ClipContext[video.Batch];
        for (int i = 0; i < clips.Length; i++)
            clips[i] = new ClipContext(hidden.AsSpan(i * size, size), cell.AsSpan(i * size, size));
        return clips;
    }
}
