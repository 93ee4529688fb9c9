namespace Twitch.Runtime;

/// <summary>The decoder step whose logits come in eight bits and say which words are worth computing in float32. What is drawn is what all logits in float32 would
/// give; they are computed only if those words do not decide it, or if somebody asks for them. Not for several threads at a time.</summary>
internal sealed class ScreenedDecoderStep : IModelDecoder, IStepTokens
{
    private const int MostDecisive = 64;      // more are taken from all logits
    private const int Spare = 3;              // beyond those that a draw needs, for words that it may not say
    private const int MostComputed = 256;     // one by one; more of them and the whole layer takes no longer

    private readonly OrtDecoderStep _step;    // gives the screening logits, and the state as in float32
    private readonly ExactHead _head;
    private readonly Ranking _ranking;        // of what no logit exceeds
    private readonly float[] _most, _logits;  // [vocabulary]
    private readonly long[] _ids;             // the words that were computed
    private readonly float[] _exact;          // their logits, in the order in which they were computed
    private readonly float[] _best;           // the best of those, best first: _decisive of them
    private int _decisive, _count;
    private bool _hasLogits;

    /// <param name="step">Of the graph that screens; disposed with this.</param>
    /// <param name="head">The last layer.</param>
    public ScreenedDecoderStep(OrtDecoderStep step, ExactHead head)
    {
        (_step, _head) = (step, head);
        int size = step.VocabularySize;
        (_ranking, _most, _logits, _ids, _exact, _best) = (new Ranking(size), new float[size], new float[size], new long[size], new float[size], new float[MostDecisive]);
    }

    /// <summary>Words whose logits the last step computed in float32.</summary>
    internal int Computed => _hasLogits ? _logits.Length : _count;

    /// <inheritdoc/>
    public int VocabularySize => _step.VocabularySize;

    /// <inheritdoc/>
    public void Reset(ClipContext clip)
    {
        _step.Reset(clip);
        _decisive = 0;    // a comment's words are computed as often as it needs, whatever was written before
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Advance(int token)
    {
        AdvanceToDraw(token);
        return ComputeAll();
    }

    /// <inheritdoc/>
    public StepLogits AdvanceToDraw(int token)
    {
        _step.Advance(token);
        (_hasLogits, _count) = (false, 0);
        return new StepLogits(this);
    }

    /// <summary>A step's logits in eight bits, [vocabulary], for checks.</summary>
    internal ReadOnlySpan<float> Screen(int token) => _step.Advance(token);

    /// <inheritdoc/>
    public (float[] Hidden, float[] Cell) Peek(int token) => _step.Peek(token);

    /// <inheritdoc/>
    public void Dispose() => _step.Dispose();

    /// <inheritdoc/>
    TopTokens IStepTokens.TopOf(int row, int count)
    {
        _count = 0;
        if (count > MostDecisive)
            return default;
        ReadOnlySpan<float> screened = _step.Logits, hidden = _step.Hidden;
        _head.Bound(screened, hidden, _most);
        if (!float.IsFinite(SoftmaxSum.Largest(_most)))    // a damaged model: nothing is ruled out, and the draw says what is wrong with the logits
            return default;

        // From the word that could be the best on, until what is left cannot be among the decisive ones.
        _decisive = Math.Max(_decisive, Math.Min(count + Spare, MostDecisive));
        int found = 0;
        _ranking.Begin(_most);
        while (_count < MostComputed && _ranking.At(_count) is >= 0 and int word && (found < _decisive || _ranking.ScoreAt(_count) >= _best[found - 1]))
        {
            float logit = _head.Logit(word, hidden);
            (_ids[_count], _exact[_count]) = (word, logit);
            _count++;
            found = Insert(logit, found);
        }
        float mostOfOthers = _ranking.At(_count) >= 0 ? _ranking.ScoreAt(_count) : float.NegativeInfinity;
        return new(_ids.AsSpan(0, _count), _exact.AsSpan(0, _count), LogSum(screened), mostOfOthers);
    }

    /// <inheritdoc/>
    ReadOnlySpan<float> IStepTokens.LogitsOf(int row)
    {
        _decisive = Math.Min(2 * _decisive, MostDecisive);    // those that were computed, if any were, did not decide
        return ComputeAll();
    }

    private ReadOnlySpan<float> ComputeAll()
    {
        if (!_hasLogits)
        {
            for (int word = 0; word < _logits.Length; word++)
                _logits[word] = _head.Logit(word, _step.Hidden);
            _hasLogits = true;
        }
        return _logits;
    }

    // Keeps the best in order; how many there are.
    private int Insert(float logit, int found)
    {
        if (found == _decisive && logit <= _best[found - 1])
            return found;
        int place = found < _decisive ? found++ : found - 1;
        for (; place > 0 && _best[place - 1] < logit; place--)
            _best[place] = _best[place - 1];
        _best[place] = logit;
        return found;
    }

    // Of the logits in eight bits, but in float32 where they are large.
    private float LogSum(ReadOnlySpan<float> screened)
    {
        float largest = SoftmaxSum.Largest(screened);
        double sum = SoftmaxSum.Of(screened, largest);
        for (int i = 0; i < _count; i++)
            sum += Math.Exp(_exact[i] - largest) - Math.Exp(screened[(int)_ids[i]] - largest);
        return largest + (float)Math.Log(sum);
    }
}
