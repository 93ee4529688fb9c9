namespace Twitch.Runtime;

/// <summary>Decoders of several sequences that move on together. Rows in use lie at the beginning: 0, 1, 2 …</summary>
public interface IBatchDecoderStep
{
    /// <summary>Most rows of a step.</summary>
    int Capacity { get; }

    /// <summary>Logits of a row.</summary>
    int VocabularySize { get; }

    /// <summary>Puts a row's state to what was fused from a clip.</summary>
    /// <param name="row">In [0, <see cref="Capacity"/>); taken up by the next step.</param>
    /// <param name="clip">What was seen and heard.</param>
    void Reset(int row, ClipContext clip);

    /// <summary>Puts the state of one row to that of another: a row that ended gives its place to the last.</summary>
    /// <param name="source">Row to copy; must have been in the last step, or been reset since.</param>
    /// <param name="target">Row to overwrite.</param>
    void Move(int source, int target);

    /// <summary>Feeds a token to each of the first rows and moves their states on. Rows behind them lose their state.</summary>
    /// <param name="tokens">The token before of each row, at first <see cref="Vocabulary.Start"/>; as many as there are rows.</param>
    /// <returns>Logits of the tokens after, [tokens, vocabulary]; overwritten by the next call.</returns>
    ReadOnlySpan<float> Advance(ReadOnlySpan<int> tokens);

    /// <summary>Feeds a token to each of the first rows and moves their states on; for draws, which may not need all logits.</summary>
    /// <param name="tokens">As for <see cref="Advance"/>.</param>
    /// <returns>Of the tokens after, a row for each; valid until the next call of any kind.</returns>
    StepLogits AdvanceToDraw(ReadOnlySpan<int> tokens) => new(Advance(tokens), VocabularySize);
}

/// <summary>A model's decoders of several sequences.</summary>
/// <remarks>Dispose it before the model.</remarks>
public interface IModelBatchDecoder : IBatchDecoderStep, IDisposable
{
    /// <summary>Goes on with some of the rows, each in one or several copies: row i takes the state of row <paramref name="rows"/>[i].</summary>
    /// <param name="rows">At most <see cref="IBatchDecoderStep.Capacity"/>; each must have been in the last step, or been reset since.</param>
    void SelectRows(ReadOnlySpan<int> rows);
}
