using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Twitch.Runtime;

/// <summary>The tokens of a step in the order of their scores, as far as they are asked for; equal scores come in the order of their ids. Scores lie in
/// blocks of which the largest is known, so that the next token costs a look at those and at one block, and nothing sorts the vocabulary. Nothing is
/// allocated after construction.</summary>
internal sealed class Ranking
{
    private const int BlockSize = 64;

    private readonly int _count;
    private readonly float[] _left;       // scores, −∞ where a token was ranked or may not be said; whole blocks
    private readonly float[] _largest;    // of each block; whole vectors
    private readonly int[] _ids;          // those that were ranked
    private readonly float[] _scores;     // theirs
    private int _ranked;

    /// <param name="vocabularySize">Ids are below this.</param>
    public Ranking(int vocabularySize)
    {
        int blocks = (vocabularySize + BlockSize - 1) / BlockSize, width = Vector256<float>.Count;
        _count = vocabularySize;
        (_left, _largest) = (new float[blocks * BlockSize], new float[(blocks + width - 1) / width * width]);
        (_ids, _scores) = (new int[vocabularySize], new float[vocabularySize]);
        Array.Fill(_left, float.NegativeInfinity);
        Array.Fill(_largest, float.NegativeInfinity);
    }

    /// <summary>All scores, [vocabulary], while none was ranked.</summary>
    public ReadOnlySpan<float> Scores => _left.AsSpan(0, _count);

    /// <summary>Takes a step's logits as the scores.</summary>
    /// <param name="logits">[vocabulary]; copied.</param>
    /// <returns>The largest; of no meaning if one of them is no number.</returns>
    public float Begin(ReadOnlySpan<float> logits)
    {
        _ranked = 0;
        if (logits.Length != _count)
            throw new ArgumentException($"{logits.Length} logits; {_count} are needed.", nameof(logits));
        Vector256<float> most = Vector256.Create(float.NegativeInfinity);
        ref float source = ref MemoryMarshal.GetReference(logits), target = ref MemoryMarshal.GetArrayDataReference(_left);
        int block = 0;
        for (; (block + 1) * BlockSize <= _count; block++)
        {
            Vector256<float> a = Vector256.Create(float.NegativeInfinity), b = a;
            for (int i = block * BlockSize; i < (block + 1) * BlockSize; i += 2 * Vector256<float>.Count)
            {
                Vector256<float> x = Vector256.LoadUnsafe(ref source, (nuint)i), y = Vector256.LoadUnsafe(ref source, (nuint)(i + Vector256<float>.Count));
                x.StoreUnsafe(ref target, (nuint)i);
                y.StoreUnsafe(ref target, (nuint)(i + Vector256<float>.Count));
                a = Vector256.MaxNative(a, x);
                b = Vector256.MaxNative(b, y);
            }
            a = Vector256.MaxNative(a, b);
            most = Vector256.MaxNative(most, a);
            _largest[block] = Largest(a);
        }

        float largest = Largest(most);
        if (block * BlockSize < _count)    // the last block, which is not whole
        {
            ReadOnlySpan<float> rest = logits[(block * BlockSize)..];
            rest.CopyTo(_left.AsSpan(block * BlockSize));
            _largest[block] = LargestOf(block);
            largest = MathF.Max(largest, _largest[block]);
        }
        return largest;
    }

    /// <summary>Gives a token another score, before any is ranked; −∞ if it may not be said.</summary>
    public void Change(int id, float score)
    {
        int block = id / BlockSize;
        float before = _left[id];
        _left[id] = score;
        if (score > _largest[block])
            _largest[block] = score;
        else if (before == _largest[block])
            _largest[block] = LargestOf(block);
    }

    /// <summary>Lets none of some neighbouring tokens be said, before any is ranked.</summary>
    public void Forbid(int first, int end)
    {
        _left.AsSpan(first, end - first).Fill(float.NegativeInfinity);
        for (int block = first / BlockSize; block * BlockSize < end; block++)
            _largest[block] = LargestOf(block);
    }

    /// <summary>The token of a rank, 0 is the best, or −1 behind the last that may be said.</summary>
    public int At(int rank)
    {
        while (_ranked <= rank)
        {
            if (!TryRankNext())
                return -1;
        }
        return _ids[rank];
    }

    /// <summary>The score of a rank that <see cref="At"/> gave a token for.</summary>
    public float ScoreAt(int rank) => _scores[rank];

    /// <summary>The best tokens, best first; fewer if fewer may be said.</summary>
    /// <param name="count">How many.</param>
    /// <param name="scores">Theirs.</param>
    /// <returns>Their ids; like the scores, valid until the next <see cref="Begin"/>.</returns>
    public ReadOnlySpan<int> Top(int count, out ReadOnlySpan<float> scores)
    {
        At(count - 1);
        int found = Math.Min(count, _ranked);
        scores = _scores.AsSpan(0, found);
        return _ids.AsSpan(0, found);
    }

    private bool TryRankNext()
    {
        ReadOnlySpan<float> largest = _largest;
        Vector256<float> most = Vector256.Create(float.NegativeInfinity);
        for (int i = 0; i < largest.Length; i += Vector256<float>.Count)
            most = Vector256.MaxNative(most, Vector256.Create(largest[i..]));
        float best = Largest(most);
        if (best == float.NegativeInfinity)
            return false;

        int block = FirstOf(largest, best), id = block * BlockSize + FirstOf(_left.AsSpan(block * BlockSize, BlockSize), best);
        (_ids[_ranked], _scores[_ranked]) = (id, best);
        _ranked++;
        _left[id] = float.NegativeInfinity;
        _largest[block] = LargestOf(block);
        return true;
    }

    private float LargestOf(int block)
    {
        ref float first = ref _left[block * BlockSize];
        Vector256<float> a = Vector256.LoadUnsafe(ref first), b = Vector256.LoadUnsafe(ref first, (nuint)Vector256<float>.Count);
        for (int i = 2 * Vector256<float>.Count; i < BlockSize; i += 2 * Vector256<float>.Count)
        {
            a = Vector256.MaxNative(a, Vector256.LoadUnsafe(ref first, (nuint)i));
            b = Vector256.MaxNative(b, Vector256.LoadUnsafe(ref first, (nuint)(i + Vector256<float>.Count)));
        }
        return Largest(Vector256.MaxNative(a, b));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector256<float> lanes)
    {
        Vector128<float> half = Vector128.MaxNative(lanes.GetLower(), lanes.GetUpper());
        half = Vector128.MaxNative(half, Vector128.Shuffle(half, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(half, Vector128.Shuffle(half, Vector128.Create(1, 0, 3, 2)))[0];
    }

    // A value that is there; whole vectors.
    private static int FirstOf(ReadOnlySpan<float> values, float value)
    {
        int at = 0;
        while (true)
        {
            uint found = Vector256.Equals(Vector256.Create(values[at..]), Vector256.Create(value)).ExtractMostSignificantBits();
            if (found != 0)
                return at + BitOperations.TrailingZeroCount(found);
            at += Vector256<float>.Count;
        }
    }
}
