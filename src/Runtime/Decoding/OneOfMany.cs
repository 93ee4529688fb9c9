namespace Twitch.Runtime;

/// <summary>The first row of a decoder of several, written alone: it computes as it does beside others.</summary>
/// <param name="decoder">Disposed by its owner.</param>
internal sealed class OneOfMany(IBatchDecoderStep decoder) : IDecoderStep
{
    private readonly int[] _token = new int[1];

    /// <inheritdoc/>
    public int VocabularySize => decoder.VocabularySize;

    /// <inheritdoc/>
    public void Reset(ClipContext clip) => decoder.Reset(0, clip);

    /// <inheritdoc/>
    public ReadOnlySpan<float> Advance(int token) => decoder.Advance(Only(token));

    /// <inheritdoc/>
    public StepLogits AdvanceToDraw(int token) => decoder.AdvanceToDraw(Only(token));

    private ReadOnlySpan<int> Only(int token)
    {
        _token[0] = token;
        return _token;
    }
}
