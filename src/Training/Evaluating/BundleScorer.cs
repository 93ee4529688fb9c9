using Twitch.Runtime;
using Twitch.Training.Prepared;

namespace Twitch.Training.Evaluating;

/// <summary>A window and texts whose likelihood after it is asked for.</summary>
/// <param name="Stream">Index of its recording.</param>
/// <param name="Window">What is seen and heard.</param>
/// <param name="Texts">Comments.</param>
/// <param name="Chat">The moment whose past chat is read; absent: nothing is known of it. Ignored where the network reads none.</param>
internal sealed record WindowTexts(int Stream, ClipWindow Window, IReadOnlyList<string> Texts, TimeSpan? Chat);

/// <summary>Probabilities of comments by a bundle's own graphs, batched.</summary>
/// <remarks>The probability of <c>&lt;UNK&gt;</c> is that of meeting some word outside the vocabulary. It is shared evenly over the
/// <paramref name="unseenWords"/> distinct words it stood for, as in the adjusted perplexity of Ueberla, "Analysing a simple
/// language model", 1994; otherwise a smaller vocabulary would look better than a larger one.</remarks>
/// <param name="model">The opened bundle.</param>
/// <param name="streams">The recordings.</param>
/// <param name="unseenWords">Words among which <c>&lt;UNK&gt;</c> is shared, at least 1.</param>
internal sealed class BundleScorer(Runtime.CommentModel model, IReadOnlyList<IPreparedStream> streams, int unseenWords) : IDisposable
{
    private readonly WindowStates _states = new(model, streams);
    private readonly BatchScorer _scorer = model.CreateBatchScorer();
    private readonly double _share = Math.Log(unseenWords);

    /// <summary>The decoder's start after a window and the past chat of a moment.</summary>
    public ClipContext StateOf(int stream, ClipWindow window, TimeSpan? chat) => _states.Of(stream, window, chat);

    /// <summary>ln p of each text's words and its <c>&lt;EOS&gt;</c>, given its window.</summary>
    public double[][] Score(IReadOnlyList<WindowTexts> windows, CancellationToken cancellation)
    {
        var batch = new List<ClipComments>(windows.Count);
        foreach (WindowTexts window in windows)
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Add(new ClipComments(_states.Of(window.Stream, window.Window, window.Chat), [.. window.Texts.Select(text =>
                (int[])[Vocabulary.Start, .. model.Vocabulary.Encode(text), Vocabulary.End])]));
        }

        double[][] scores = _scorer.Score(batch, cancellation);
        for (int i = 0; i < scores.Length; i++)
        {
            for (int j = 0; j < scores[i].Length; j++)
                scores[i][j] -= batch[i].Comments[j].Count(token => token == Vocabulary.Unknown) * _share;
        }
        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => _scorer.Dispose();
}
