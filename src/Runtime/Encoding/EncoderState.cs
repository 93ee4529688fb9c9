namespace Twitch.Runtime;

/// <summary>Hidden and cell state of one encoder for a batch of clips: what it has taken in so far. Immutable.</summary>
public sealed class EncoderState
{
    internal EncoderState(int batch, float[] hidden, float[] cell) => (Batch, HiddenArray, CellArray) = (batch, hidden, cell);

    /// <summary>Clips of the batch.</summary>
    public int Batch { get; }

    /// <summary>Hidden state, [batch, hidden].</summary>
    public ReadOnlySpan<float> Hidden => HiddenArray;

    /// <summary>Cell state, [batch, hidden].</summary>
    public ReadOnlySpan<float> Cell => CellArray;

    internal float[] HiddenArray { get; }

    internal float[] CellArray { get; }

    /// <summary>No clips.</summary>
    internal static EncoderState Empty { get; } = new(0, [], []);

    /// <summary>A copy of some clips of the batch.</summary>
    internal EncoderState Slice(int first, int count)
    {
        int size = HiddenArray.Length / Batch;
        return new EncoderState(count, HiddenArray.AsSpan(first * size, count * size).ToArray(), CellArray.AsSpan(first * size, count * size).ToArray());
    }

    /// <summary>The clips of this batch, and behind them those of another.</summary>
    internal EncoderState Append(EncoderState other) =>
        new(Batch + other.Batch, [.. HiddenArray, .. other.HiddenArray], [.. CellArray, .. other.CellArray]);

    /// <summary>The state before the first step: zeros.</summary>
    /// <param name="config">Size of the state.</param>
    /// <param name="batch">Clips of the batch, at least 1.</param>
    public static EncoderState Zeros(ModelConfig config, int batch = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        return new EncoderState(batch, new float[batch * config.HiddenSize], new float[batch * config.HiddenSize]);
    }
}
