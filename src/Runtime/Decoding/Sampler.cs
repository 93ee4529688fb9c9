namespace Twitch.Runtime;

/// <summary>Draws the tokens of one comment after another from their logits. Buffers are made once: drawing allocates nothing, but where a word is
/// spelt to its end, and never sorts the vocabulary. Not for several threads at a time.</summary>
/// <remarks><c>&lt;PAD&gt; &lt;UNK&gt; &lt;SOS&gt;</c> and the banned ids never come out, nor do pieces that make no word, nor a token that ends a word or a run of words
/// that may not be said: it is drawn anew without that token. If every other token is forbidden, the comment ends.</remarks>
public sealed class Sampler
{
    private readonly float[] _weights;      // [vocabulary]: exp of something, for sums
    private readonly Ranking _ranking;      // of the logits after bans and penalties
    private readonly DrawRules _rules;
    private readonly Candidates _candidates;
    private readonly Xoshiro256 _random = new(0);
    private readonly WordsSaid _words;      // the comment so far
    private readonly List<int> _rejected = [];    // of the draw under way
    private SamplingOptions _options = new();
    private int _mostTokens;

    /// <summary>Makes the buffers.</summary>
    /// <param name="vocabularySize">Logits of a step; every token is a word.</param>
    /// <param name="banned">Ids that are never drawn, besides the special ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is none of the vocabulary.</exception>
    public Sampler(int vocabularySize, int[]? banned = null) : this(new DrawRules(vocabularySize, banned))
    {
    }

    /// <summary>Makes the buffers.</summary>
    /// <param name="rules">What may be drawn.</param>
    public Sampler(DrawRules rules)
    {
        _rules = rules;
        _words = new WordsSaid(rules);
        _weights = new float[rules.VocabularySize];
        _ranking = new Ranking(rules.VocabularySize);
        _candidates = new Candidates(rules.VocabularySize);
    }

    // A draw leaves nothing in the buffers that the next one reads, so the samplers of one thread can share them: they stay in the cache.
    internal Sampler(Sampler buffers)
    {
        (_weights, _ranking, _rules, _candidates) = (buffers._weights, buffers._ranking, buffers._rules, buffers._candidates);
        _words = new WordsSaid(_rules);
    }

    /// <summary>Whether the comment has its longest length: the next token is the end.</summary>
    public bool IsFull => _words.TokenCount >= _mostTokens || (_words.Count >= _options.MaxLength && _words.State == WordState.Between);

    /// <summary>Begins a comment.</summary>
    /// <param name="options">How its tokens are drawn, and the seed.</param>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public void Begin(SamplingOptions options)
    {
        _options = options.Validate(_weights.Length);
        _random.Reset(options.Seed);
        _mostTokens = _rules.MostTokens(options.MaxLength);
        _words.Begin(_mostTokens);
        _rejected.Clear();
    }

    /// <summary>Draws the next token; <see cref="Vocabulary.End"/> if the comment ends, which it does after the longest length too. Where the
    /// most likely tokens decide, the other logits are not fetched.</summary>
    /// <param name="logits">Of the row.</param>
    /// <exception cref="TwitchException">The logits are not numbers.</exception>
    public Token Draw(RowLogits logits) =>
        Needed > 0 && TryDraw(logits.Top(Needed), out Token token) ? token : Draw(logits.All, logits.AreLogProbabilities);

    /// <summary>Draws the next token; <see cref="Vocabulary.End"/> if the comment ends, which it does after the longest length too.</summary>
    /// <param name="logits">[vocabulary]; not changed.</param>
    /// <exception cref="TwitchException">The logits are not numbers.</exception>
    public Token Draw(ReadOnlySpan<float> logits) => Draw(logits, areLogProbabilities: false);

    private Token Draw(ReadOnlySpan<float> logits, bool areLogProbabilities)
    {
        float largest = _ranking.Begin(logits), sum = areLogProbabilities ? 1 : SoftmaxSum.Of(_ranking.Scores, largest);
        if (!float.IsFinite(largest) || !float.IsFinite(sum))    // where a logit is NaN the sum is, whatever the largest; a mixture is NaN as a whole
            throw NotNumbers(float.IsFinite(largest) ? sum : largest);

        float normalizer = areLogProbabilities ? 0 : largest + MathF.Log(sum);
        int id = IsFull ? Vocabulary.End : DrawAllowed(logits);
        if (id != Vocabulary.End)
            _words.Add(id);
        _rejected.Clear();
        return new Token(id, logits[id] - normalizer);
    }

    private int DrawAllowed(ReadOnlySpan<float> logits)
    {
        while (true)
        {
            Score(logits);
            int id = _options.Temperature == 0 ? _ranking.At(0) : DrawScored();
            if (id < 0)    // bans and penalties left nothing to say
                return Vocabulary.End;
            if (id == Vocabulary.End || _words.MayBe(id))
                return id;
            _rejected.Add(id);
            _ranking.Begin(logits);
        }
    }

    // How many of the most likely tokens decide; 0 if all do.
    private int Needed => _options.Temperature == 0 ? 1 : _options.TopK;

    // The token that Draw draws from all logits, if these decide it. Outside them every logit is at most their least, and bans and penalties
    // only take away: where the last token that matters is above that least, whatever is outside is behind it.
    internal bool TryDraw(TopTokens top, out Token token)
    {
        token = default;
        int k = Needed;
        if (k == 0 || k > top.Ids.Length || IsFull)
            return false;
        if (!float.IsFinite(top.LogSum))
            throw NotNumbers(top.LogSum);

        while (true)
        {
            _candidates.Take(top);
            ScoreCandidates();
            ReadOnlySpan<float> best = _candidates.Scores[..k];
            if (!(best[^1] > _candidates.Least))
                return false;    // what was rejected stays so

            int place = _options.Temperature == 0 ? 0 : DrawFromTop(best, _random.NextDouble());
            int id = _candidates.Ids[place];
            if (id != Vocabulary.End && !_words.MayBe(id))
            {
                _rejected.Add(id);
                continue;
            }
            if (id != Vocabulary.End)
                _words.Add(id);
            _rejected.Clear();
            token = new Token(id, _candidates.Logits[place] - top.LogSum);
            return true;
        }
    }

    // As Score, over the candidates' places.
    private void ScoreCandidates()
    {
        ReadOnlySpan<int> said = _words.Tokens;
        Span<float> scores = _candidates.Scores;
        if (_options.RepetitionPenalty > 1)
        {
            foreach (int id in said)
            {
                if (_candidates.PlaceOf(id) is >= 0 and int place)
                    scores[place] = Penalised(_candidates.Logits[place]);
            }
        }

        int n = _options.NoRepeatNgram;
        for (int at = 0; n > 0 && at + n <= said.Length; at++)
        {
            if (said.Slice(at, n - 1).SequenceEqual(said[^(n - 1)..]) && _candidates.PlaceOf(said[at + n - 1]) is >= 0 and int place)
                scores[place] = float.NegativeInfinity;
        }

        for (int place = 0; place < scores.Length; place++)
        {
            int id = _candidates.Ids[place];
            if (_rules.IsBanned[id] || !_words.CanBe(id) || (id == Vocabulary.End && _words.Count < _options.MinLength) || _rejected.Contains(id))
                scores[place] = float.NegativeInfinity;
        }
        _candidates.Rank();
    }

    private float Penalised(float logit) => logit > 0 ? logit / _options.RepetitionPenalty : logit * _options.RepetitionPenalty;

    // Bans and penalties.
    private void Score(ReadOnlySpan<float> logits)
    {
        ReadOnlySpan<int> said = _words.Tokens;

        if (_options.RepetitionPenalty > 1)
        {
            foreach (int id in said)    // from the logits, so a word said twice is not penalised twice
                _ranking.Change(id, Penalised(logits[id]));
        }

        int n = _options.NoRepeatNgram;
        if (n > 0 && said.Length >= n)
        {
            ReadOnlySpan<int> suffix = said[^(n - 1)..];    // the next word would complete these to n
            for (int at = 0; at + n <= said.Length; at++)
            {
                if (said.Slice(at, n - 1).SequenceEqual(suffix))
                    Forbid(said[at + n - 1]);
            }
        }

        Forbid(Vocabulary.Pad);
        Forbid(Vocabulary.Unknown);
        Forbid(Vocabulary.Start);
        foreach (int id in _rules.Banned)
            Forbid(id);
        foreach (int id in _rejected)
            Forbid(id);
        if (_words.Count < _options.MinLength)
            Forbid(Vocabulary.End);
        if (_rules.Subwords is { } vocabulary)
            ForbidNonWords(vocabulary);
    }

    // Pieces that make no word with those before them, and within a word the whole ones and the end.
    private void ForbidNonWords(Vocabulary vocabulary)
    {
        if (_words.State != WordState.Between)
            _ranking.Forbid(0, vocabulary.WordCount);
        for (int id = vocabulary.WordCount; id < vocabulary.Count; id++)
        {
            if (!_words.CanBe(id))
                Forbid(id);
        }
    }

    private void Forbid(int id) => _ranking.Change(id, float.NegativeInfinity);

    // Temperature, top-k, top-p and min-p each keep a first part of the tokens in order of likelihood, and one of that part is drawn. Negative if there is none.
    private int DrawScored()
    {
        double point = _random.NextDouble();    // one number per token, whatever the options
        if (_options.TopK == 0 || _options.TopK >= _weights.Length)
            return DrawFromAll(point);
        ReadOnlySpan<int> ids = _ranking.Top(_options.TopK, out ReadOnlySpan<float> scores);
        return ids.IsEmpty ? -1 : ids[DrawFromTop(scores, point)];
    }

    // The place of one of the best scores, which come in order.
    private int DrawFromTop(ReadOnlySpan<float> best, double point)
    {
        float first = best[0];
        double total = 0;
        for (int i = 0; i < best.Length; i++)
            total += _weights[i] = Weight(best[i], first);

        int kept = 0;
        double sum = 0;
        while (kept < best.Length && (kept == 0 || (sum < _options.TopP * total && _weights[kept] >= _options.MinP)))
            sum += _weights[kept++];

        double left = point * sum;
        for (int i = 0; i < kept - 1; i++)
        {
            left -= _weights[i];
            if (left < 0)
                return i;
        }
        return kept - 1;
    }

    // Without top-k: tokens are ranked, best first, only until the drawn one is.
    private int DrawFromAll(double point)
    {
        float best = SoftmaxSum.Largest(_ranking.Scores);
        if (best == float.NegativeInfinity)
            return -1;
        float total = SoftmaxSum.Weigh(_ranking.Scores, best, _options.Temperature, _weights);

        double left = point * SumOfKept(total);
        int drawn = _ranking.At(0);
        for (int rank = 1; (left -= _weights[drawn]) >= 0; rank++)
        {
            int next = _ranking.At(rank);
            if (next < 0 || _weights[next] < _options.MinP)
                break;    // only by rounding: the sum was counted in another order
            drawn = next;
        }
        return drawn;
    }

    private double SumOfKept(float total)
    {
        if (_options.TopP == 1 && _options.MinP == 0)
            return total;

        double sum = 0;
        if (_options.TopP == 1)
        {
            foreach (float weight in _weights)
                sum += weight >= _options.MinP ? weight : 0;
            return sum;
        }

        double enough = _options.TopP * (double)total;
        for (int rank = 0; sum < enough; rank++)
        {
            int id = _ranking.At(rank);
            if (id < 0 || _weights[id] < _options.MinP)
                break;
            sum += _weights[id];
        }
        return sum;
    }

    // Likelihood relative to the best token's, so that no temperature overflows.
    private float Weight(float score, float best) => MathF.Exp((score - best) / _options.Temperature);

    private static TwitchException NotNumbers(float found) =>
        new($"the decoder's logits hold {found}; the model is damaged or diverged in training, use another bundle.");
}
