namespace Twitch.Runtime;

/// <summary>Comments that are written together, a token each a step; they begin and end on their own, each with its own options and
/// seed, and none depends on its neighbours. Not for several threads at a time.</summary>
/// <typeparam name="TOwner">What the caller knows a comment by.</typeparam>
/// <param name="decoder">Computes the rows.</param>
/// <param name="rules">What may be drawn.</param>
internal sealed class CommentBatch<TOwner>(IBatchDecoderStep decoder, DrawRules rules)
{
    private readonly List<Row> _rows = [];                              // in the order of the decoder's rows
    private readonly Sampler _buffers = new(rules);    // of all rows' samplers
    private readonly Stack<Sampler> _idle = [];
    private readonly int[] _tokens = new int[decoder.Capacity];

    /// <summary>Comments being written.</summary>
    public int Count => _rows.Count;

    /// <summary>No more can begin before one ends.</summary>
    public bool IsFull => _rows.Count == decoder.Capacity;

    /// <summary>Begins a comment; it gets its first token in the next step.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public void Begin(TOwner owner, ClipContext clip, SamplingOptions options)
    {
        if (!_idle.TryPop(out Sampler? sampler))
            sampler = new Sampler(_buffers);
        sampler.Begin(options);
        decoder.Reset(_rows.Count, clip);
        _tokens[_rows.Count] = Vocabulary.Start;
        _rows.Add(new Row(owner, sampler));
    }

    /// <summary>Draws a token of every comment.</summary>
    /// <param name="ended">Is called for each comment that ended, with its tokens, or with the reason that it has none.</param>
    public void Step(Action<TOwner, IReadOnlyList<Token>, Exception?> ended)
    {
        StepLogits logits = decoder.AdvanceToDraw(_tokens.AsSpan(0, _rows.Count));
        for (int i = _rows.Count - 1; i >= 0; i--)    // from the end, so that the row that takes a place has had its turn
        {
            Row row = _rows[i];
            Exception? failure = null;
            try
            {
                _tokens[i] = row.Draw(logits[i]);
            }
            catch (TwitchException e)    // this row's logits alone
            {
                failure = e;
            }
            if (failure is null && !row.Ended)
                continue;
            RemoveAt(i);
            ended(row.Owner, row.Tokens, failure);
        }
    }

    /// <summary>Drops comments before they end.</summary>
    public void Remove(Predicate<TOwner> unwanted)
    {
        for (int i = _rows.Count - 1; i >= 0; i--)
        {
            if (unwanted(_rows[i].Owner))
                RemoveAt(i);
        }
    }

    // The last row takes the place, so that the rows in use stay together.
    private void RemoveAt(int i)
    {
        _idle.Push(_rows[i].Sampler);
        int last = _rows.Count - 1;
        if (i < last)
        {
            decoder.Move(last, i);
            (_rows[i], _tokens[i]) = (_rows[last], _tokens[last]);
        }
        _rows.RemoveAt(last);
    }

    private sealed class Row(TOwner owner, Sampler sampler)
    {
        public TOwner Owner { get; } = owner;

        public Sampler Sampler { get; } = sampler;

        public List<Token> Tokens { get; } = [];

        public bool Ended { get; private set; }

        public int Draw(RowLogits logits)
        {
            Token token = Sampler.Draw(logits);
            if (token.Id != Vocabulary.End)
                Tokens.Add(token);
            Ended = token.Id == Vocabulary.End || Sampler.IsFull;
            return token.Id;
        }
    }
}
