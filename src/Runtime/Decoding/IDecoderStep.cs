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

    /// <summary>Feeds one token and moves the state on; for draws, which may not need all logits.</summary>
    /// <param name="token">The token before, at first <see cref="Vocabulary.Start"/>.</param>
    /// <returns>Of the token after, one row.</returns>
    StepLogits AdvanceToDraw(int token) => new(Advance(token), VocabularySize);
}

/// <summary>A model's decoder of one sequence.</summary>
/// <remarks>Dispose it before the model.</remarks>
public interface IModelDecoder : IDecoderStep, IDisposable
{
    /// <summary>Feeds one token without moving on, and gives the state after it; for checks.</summary>
    /// <param name="token">The token.</param>
    /// <returns>Hidden and cell state, each [hidden].</returns>
    (float[] Hidden, float[] Cell) Peek(int token);
}
