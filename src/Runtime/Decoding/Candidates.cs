using System.Numerics.Tensors;

namespace Twitch.Runtime;

/// <summary>The most likely tokens of a step in the order of their ids, so that what is drawn among equal ones is what would be drawn from
/// the whole vocabulary. Buffers of a sampler.</summary>
internal sealed class Candidates
{
    private int[] _ids = [];
    private float[] _logits = [], _scores = [];
    private int _count;

    /// <summary>Their ids, ascending.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, _count);

    /// <summary>Their logits.</summary>
    public ReadOnlySpan<float> Logits => _logits.AsSpan(0, _count);

    /// <summary>Their logits, to be changed by bans and penalties.</summary>
    public Span<float> Scores => _scores.AsSpan(0, _count);

    /// <summary>What no token that is not among them exceeds.</summary>
    public float Least { get; private set; }

    /// <summary>Takes the tokens of a row.</summary>
    public void Take(TopTokens top)
    {
        _count = top.Ids.Length;
        if (_ids.Length < _count)
            (_ids, _logits, _scores) = (new int[_count], new float[_count], new float[_count]);
        for (int i = 0; i < _count; i++)
            _ids[i] = (int)top.Ids[i];
        top.Logits.CopyTo(_logits);
        _ids.AsSpan(0, _count).Sort(_logits.AsSpan(0, _count));
        Logits.CopyTo(_scores);
        Least = TensorPrimitives.Min(Logits);
    }

    /// <summary>Place of a token, negative if it is not among them.</summary>
    public int PlaceOf(int id) => Ids.BinarySearch(id);
}
