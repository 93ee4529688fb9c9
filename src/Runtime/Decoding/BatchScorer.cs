namespace Twitch.Runtime;

/// <summary>A window and comments whose likelihood after it is asked for.</summary>
/// <param name="Clip">What was seen and heard.</param>
/// <param name="Comments">Each <c>&lt;SOS&gt;</c>, then the ids to score, usually ending with <c>&lt;EOS&gt;</c>.</param>
public sealed record ClipComments(ClipContext Clip, IReadOnlyList<int[]> Comments);

/// <summary>Scores many comments at once. The comments of a window are a tree of words: what several begin with is computed once, and
/// a step runs all words of one depth, of many windows, as one batch. Not for several threads at a time.</summary>
/// <remarks>Which rows share a batch follows from the comments alone, never from the number of threads. Dispose it before the model.</remarks>
public sealed class BatchScorer : IDisposable
{
    private readonly IModelBatchDecoder _decoder;
    private readonly List<ClipContext> _clips = [];
    private readonly List<Sequence> _open = [];

    internal BatchScorer(IModelBatchDecoder decoder) => _decoder = decoder;

    /// <summary>How likely the model finds given comments.</summary>
    /// <param name="windows">Windows and their comments; several entries may have one window.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <returns>ln p of each comment's ids after the first, for each entry, as <see cref="CommentModel.Score"/> summed up.</returns>
    public double[][] Score(IReadOnlyList<ClipComments> windows, CancellationToken cancellation = default)
    {
        double[][] scores = [.. windows.Select(window => new double[window.Comments.Count])];
        _clips.Clear();    // of a call that was cancelled
        _open.Clear();
        for (int i = 0; i < windows.Count; i++)
        {
            for (int j = 0; j < windows[i].Comments.Count; j++)
            {
                if (_open.Count == _decoder.Capacity)
                    Flush(cancellation);
                if (_clips.Count == 0 || !ReferenceEquals(_clips[^1], windows[i].Clip))
                    _clips.Add(windows[i].Clip);
                _open.Add(new Sequence(_clips.Count - 1, windows[i].Comments[j], scores[i], j));
            }
        }
        Flush(cancellation);
        return scores;
    }

    /// <inheritdoc/>
    public void Dispose() => _decoder.Dispose();

    private void Flush(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        _open.RemoveAll(sequence => sequence.Tokens.Length < 2);
        if (_open.Count > 0)
        {
            for (int i = 0; i < _clips.Count; i++)
                _decoder.Reset(i, _clips[i]);
            for (int depth = 0; _open.Count > 0; depth++)
                Step(depth);
        }
        _clips.Clear();
    }

    // One word further: sequences with one history share a row.
    private void Step(int depth)
    {
        var rows = new Dictionary<(int Row, int Token), int>();
        var (from, tokens) = (new List<int>(), new List<int>());
        foreach (Sequence sequence in _open)
        {
            var word = (sequence.Row, Token: sequence.Tokens[depth]);
            if (!rows.TryGetValue(word, out int row))
            {
                rows[word] = row = from.Count;
                from.Add(word.Row);
                tokens.Add(word.Token);
            }
            sequence.Row = row;
        }

        _decoder.SelectRows([.. from]);
        ReadOnlySpan<float> logits = _decoder.Advance([.. tokens]);    // [rows, vocabulary]
        int size = _decoder.VocabularySize;
        var normalizers = new float[from.Count];
        for (int row = 0; row < normalizers.Length; row++)
            normalizers[row] = SoftmaxSum.Log(logits.Slice(row * size, size));
        foreach (Sequence sequence in _open)
            sequence.Scores[sequence.Index] += logits[sequence.Row * size + sequence.Tokens[depth + 1]] - normalizers[sequence.Row];
        _open.RemoveAll(sequence => sequence.Tokens.Length == depth + 2);
    }

    private sealed class Sequence(int row, int[] tokens, double[] scores, int index)
    {
        public int Row { get; set; } = row;    // of the state after the words before

        public int[] Tokens => tokens;

        public double[] Scores => scores;

        public int Index => index;
    }
}
