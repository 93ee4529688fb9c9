using System.Runtime.Intrinsics;

namespace Twitch.Runtime;

/// <summary>The most likely tokens in order, found with a heap of token ids: nothing sorts the whole vocabulary, nothing is
/// allocated after construction. Equal scores come in the order of their ids.</summary>
/// <param name="vocabularySize">Ids are below this.</param>
internal sealed class Ranking(int vocabularySize)
{
    private readonly int[] _heap = new int[vocabularySize];
    private int _all, _left;    // tokens since Begin, and those still in the heap

    /// <summary>The <paramref name="k"/> largest scores' ids, largest first; fewer if fewer are above −∞. Valid until the next call.</summary>
    /// <param name="scores">[vocabulary]; −∞ marks a token that may not be said.</param>
    /// <param name="k">How many, in [1, vocabulary].</param>
    public ReadOnlySpan<int> Top(ReadOnlySpan<float> scores, int k)
    {
        int count = 0, next = 0;
        for (; next < scores.Length && count < k; next++)
        {
            if (scores[next] != float.NegativeInfinity)
                _heap[count++] = next;
        }
        Build(scores, count, bestAtRoot: false);

        // The root is the worst of the best so far, so that one comparison turns most tokens away, and a vector of them at once.
        while (next < scores.Length)
        {
            int end = Math.Min(next + Vector256<float>.Count, scores.Length);
            if (end - next == Vector256<float>.Count && !Vector256.GreaterThanAny(Vector256.Create(scores[next..]), Vector256.Create(scores[_heap[0]])))
            {
                next = end;
                continue;
            }
            for (; next < end; next++)
            {
                if (scores[next] > scores[_heap[0]])    // an equal score has a higher id than all before: it is behind them
                {
                    _heap[0] = next;
                    SiftDown(scores, 0, count, bestAtRoot: false);
                }
            }
        }

        for (int end = count - 1; end > 0; end--)    // heap sort: the worst goes to the end
        {
            (_heap[0], _heap[end]) = (_heap[end], _heap[0]);
            SiftDown(scores, 0, end, bestAtRoot: false);
        }
        return _heap.AsSpan(0, count);
    }

    /// <summary>Takes every token above −∞, ready for <see cref="At"/>; O(vocabulary).</summary>
    public void Begin(ReadOnlySpan<float> scores)
    {
        _all = 0;
        for (int id = 0; id < scores.Length; id++)
        {
            if (scores[id] != float.NegativeInfinity)
                _heap[_all++] = id;
        }
        _left = _all;
        Build(scores, _left, bestAtRoot: true);
    }

    /// <summary>The token of a rank, 0 is the best, or −1 behind the last; O(log vocabulary) for each rank asked for the first time.</summary>
    /// <param name="scores">The scores given to <see cref="Begin"/>.</param>
    /// <param name="rank">Position in order.</param>
    public int At(ReadOnlySpan<float> scores, int rank)
    {
        if (rank >= _all)
            return -1;
        while (_all - _left <= rank)
        {
            // The best leaves the heap and stays behind its end: the ranks grow there from the back.
            _left--;
            (_heap[0], _heap[_left]) = (_heap[_left], _heap[0]);
            SiftDown(scores, 0, _left, bestAtRoot: true);
        }
        return _heap[_all - 1 - rank];
    }

    private void Build(ReadOnlySpan<float> scores, int count, bool bestAtRoot)
    {
        for (int at = count / 2 - 1; at >= 0; at--)
            SiftDown(scores, at, count, bestAtRoot);
    }

    private void SiftDown(ReadOnlySpan<float> scores, int at, int count, bool bestAtRoot)
    {
        int id = _heap[at];
        while (2 * at + 1 < count)
        {
            int child = 2 * at + 1;
            if (child + 1 < count && Before(scores, _heap[child + 1], _heap[child]) == bestAtRoot)
                child++;
            if (Before(scores, _heap[child], id) != bestAtRoot)
                break;
            _heap[at] = _heap[child];
            at = child;
        }
        _heap[at] = id;
    }

    private static bool Before(ReadOnlySpan<float> scores, int a, int b) => scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
}
