namespace Twitch.Runtime;

/// <summary>What was seen and heard, fused: where the decoder starts. Immutable; any number of comments can be drawn from it, by
/// any number of threads.</summary>
public sealed class ClipContext
{
    private readonly float[] _hidden, _cell;

    /// <summary>Takes a copy of a state.</summary>
    /// <param name="hidden">Hidden state, [hidden].</param>
    /// <param name="cell">Cell state, [hidden].</param>
    public ClipContext(ReadOnlySpan<float> hidden, ReadOnlySpan<float> cell) => (_hidden, _cell) = (hidden.ToArray(), cell.ToArray());

    /// <summary>The decoder's first hidden state, [hidden].</summary>
    public ReadOnlySpan<float> Hidden => _hidden;

    /// <summary>The decoder's first cell state, [hidden].</summary>
    public ReadOnlySpan<float> Cell => _cell;
}
