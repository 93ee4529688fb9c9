namespace Twitch.Runtime;

/// <summary>What was seen and heard, fused, and what was said before: where the decoder starts. Immutable; any number of comments can be drawn from it, by
/// any number of threads.</summary>
public sealed class ClipContext
{
    private readonly float[] _hidden, _cell;

    /// <summary>Takes a copy of a state.</summary>
    /// <param name="hidden">Hidden state, [hidden].</param>
    /// <param name="cell">Cell state, [hidden].</param>
    /// <param name="past">Of <see cref="ChatEncoder"/>; absent if the network reads no past chat.</param>
    public ClipContext(ReadOnlySpan<float> hidden, ReadOnlySpan<float> cell, PastWords? past = null) => (_hidden, _cell, Past) = (hidden.ToArray(), cell.ToArray(), past);

    /// <summary>The decoder's first hidden state, [hidden].</summary>
    public ReadOnlySpan<float> Hidden => _hidden;

    /// <summary>The decoder's first cell state, [hidden].</summary>
    public ReadOnlySpan<float> Cell => _cell;

    /// <summary>Compares the state with a decoder's.</summary>
    /// <param name="size">Numbers of its hidden state, and of its cell state.</param>
    /// <exception cref="ArgumentException">It is another model's.</exception>
    internal void Require(int size)
    {
        if (_hidden.Length != size || _cell.Length != size)
            throw new ArgumentException($"the clip's state has {_hidden.Length} and {_cell.Length} numbers; this decoder's has {size} each: it is of another model.");
    }

    /// <summary>What may be said again; absent if the network reads no past chat.</summary>
    public PastWords? Past { get; }
}
