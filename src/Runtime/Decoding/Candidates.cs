namespace Twitch.Runtime;

/// <summary>The most likely tokens of a step, best first and equal ones in the order of their ids, so that what is drawn is what would be
/// drawn from the whole vocabulary. Buffers of a sampler.</summary>
/// <param name="vocabularySize">Most of them.</param>
internal sealed class Candidates(int vocabularySize)
{
    private readonly int[] _ids = new int[vocabularySize];
    private readonly float[] _logits = new float[vocabularySize], _scores = new float[vocabularySize];
    private int _count;

    /// <summary>Their ids, in the order of their scores.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    /// <summary>Their logits, in the same order.</summary>
    public ReadOnlySpan<float> Logits => _logits.AsSpan(0, _count);

    /// <summary>Their logits, to be changed by bans and penalties; then <see cref="Rank"/> puts them in order again.</summary>
    public Span<float> Scores => _scores.AsSpan(0, _count);

    /// <summary>What no token that is not among them exceeds.</summary>
    public float Least { get; private set; }

    /// <summary>Takes the tokens of a row.</summary>
    public void Take(TopTokens top)
    {
        _count = top.Ids.Length;
        for (int i = 0; i < _count; i++)
            _ids[i] = (int)top.Ids[i];
        top.Logits.CopyTo(_logits);
        top.Logits.CopyTo(_scores);
        Rank();
        Least = top.MostOfOthers ?? _logits[_count - 1];
    }

    /// <summary>Puts them in the order of their scores. By insertion: they come nearly in order, and a ban or a penalty moves one.</summary>
    public void Rank()
    {
        for (int at = 1; at < _count; at++)
        {
            (float score, float logit, int id) = (_scores[at], _logits[at], _ids[at]);
            int place = at;
            for (; place > 0 && (_scores[place - 1] < score || (_scores[place - 1] == score && _ids[place - 1] > id)); place--)
                (_scores[place], _logits[place], _ids[place]) = (_scores[place - 1], _logits[place - 1], _ids[place - 1]);
            (_scores[place], _logits[place], _ids[place]) = (score, logit, id);
        }
    }

    /// <summary>Place of a token, negative if it is not among them.</summary>
    public int PlaceOf(int id) => Ids.IndexOf(id);
}
