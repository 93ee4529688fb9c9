namespace Twitch.Runtime;

/// <summary>One sequence's decoder: it holds the hidden and the cell state and moves them on by one token at a time.</summary>
public interface IDecoderStep
{
    /// <summary>Logits of a step.</summary>
    int VocabularySize { get; }

    /// <summary>Puts the state to what was fused from a clip.</summary>
    void Reset(ClipContext clip);

    /// <summary>Feeds one token and moves the state on.</summary>
    /// <param name="token">The token before, at first <see cref="Vocabulary.Start"/>.</param>
    /// <returns>Logits of the token after, [vocabulary]; overwritten by the next call.</returns>
    ReadOnlySpan<float> Advance(int token);
}
