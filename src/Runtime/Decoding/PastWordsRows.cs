using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Twitch.Runtime;

/// <summary>The past words of a decoder's rows, how far each row's comment agrees with every place, and the mixture of both with what the network would
/// say itself: a pointer sentinel mixture (Merity et al., "Pointer Sentinel Mixture Models", 2016).</summary>
/// <remarks>
/// A place's score is the sum of what each piece of evidence adds. Softmax over the places' scores and the sentinel's gives the share of each past word, and of
/// the network's own words. On a device the decoder's graph does the same. Beside a network of a few microseconds a step its two dozen small operators would
/// take most of the time, so on a processor it is done here, and each row for itself, so that its bits do not depend on its neighbours.
/// </remarks>
internal sealed class PastWordsRows
{
    private readonly int _places;
    private readonly float[] _thresholds;    // [places, evidence]
    private readonly float[] _shares;        // [places + 1], the last one the network's own
    private readonly float[] _said;          // of each word, [places] at most
    private PastWords[] _past, _otherPast;
    private float[] _match, _otherMatch;     // [capacity, places]: words of the comment under way, its start included, that stand before each place in the same order

    /// <param name="chat">How many places.</param>
    /// <param name="capacity">Most rows.</param>
    public PastWordsRows(ChatSpec chat, int capacity)
    {
        (_places, _thresholds) = (chat.PlaceCount, chat.EvidenceThresholds());
        (_shares, _said) = (new float[_places + 1], new float[_places]);
        (_past, _match) = (new PastWords[capacity], new float[capacity * _places]);
        (_otherPast, _otherMatch) = ([], []);    // a decoder that writes comments selects no rows
    }

    /// <summary>Begins a comment.</summary>
    /// <param name="row">Of the decoder.</param>
    /// <param name="clip">Whose past words.</param>
    /// <exception cref="ArgumentException">The clip has none, or those of another model.</exception>
    public void Reset(int row, ClipContext clip)
    {
        if (clip.Past is not { } past || past.Next.Length != _places || past.After.Length != _places || past.Scores.Length != _thresholds.Length)
            throw new ArgumentException($"the clip has {clip.Past?.Next.Length ?? 0} places of past words; this decoder's has {_places}: it is of another model.", nameof(clip));
        _past[row] = past;
        Match(row).Clear();
    }

    /// <summary>Puts one row to another.</summary>
    public void Move(int source, int target)
    {
        _past[target] = _past[source];
        Match(source).CopyTo(Match(target));
    }

    /// <summary>Row i takes the place of row <paramref name="rows"/>[i].</summary>
    public void Select(ReadOnlySpan<int> rows)
    {
        if (_otherPast.Length == 0)
            (_otherPast, _otherMatch) = (new PastWords[_past.Length], new float[_match.Length]);
        for (int i = 0; i < rows.Length; i++)
        {
            _otherPast[i] = _past[rows[i]];
            Match(rows[i]).CopyTo(_otherMatch.AsSpan(i * _places));
        }
        (_past, _otherPast, _match, _otherMatch) = (_otherPast, _past, _otherMatch, _match);
    }

    /// <summary>One distribution out of the network's words and the past ones.</summary>
    /// <param name="row">Of the decoder.</param>
    /// <param name="token">The token before, which the comment goes on with.</param>
    /// <param name="scores">What the step gave for the row: the logits of the words, and last the sentinel's score, [vocabulary + 1].</param>
    /// <param name="logProbabilities">Gets ln p of each word, [vocabulary].</param>
    public void Mix(int row, int token, ReadOnlySpan<float> scores, Span<float> logProbabilities)
    {
        PastWords past = _past[row];
        Agree(past.AfterIds, token, Match(row));
        float own = Share(past, Match(row), scores[^1]);

        ReadOnlySpan<float> logits = scores[..^1];
        SoftmaxSum.Shift(logits, own - SoftmaxSum.Log(logits), MathF.Log(ChatSpec.LeastProbability), logProbabilities);

        // The words that were said, each once: both shares add up.
        ReadOnlySpan<int> words = past.Words, wordOf = past.WordOf;
        Span<float> said = _said.AsSpan(0, words.Length);
        for (int word = 0; word < words.Length; word++)
            said[word] = logProbabilities[words[word]];
        SoftmaxSum.Exp(said);
        for (int place = 0; place < wordOf.Length; place++)
            said[wordOf[place]] += _shares[place];
        TensorPrimitives.Log(said, said);
        for (int word = 0; word < words.Length; word++)
            logProbabilities[words[word]] = said[word];
    }

    // One word more where the token stands before the place and the one before it agreed too, else none. From the last place to the first, since each reads the
    // one before it; before the first there is none, and only the start of a comment can stand before it, which nothing precedes.
    private static void Agree(ReadOnlySpan<int> after, int token, Span<float> match)
    {
        ref float first = ref MemoryMarshal.GetReference(match);
        ref int before = ref MemoryMarshal.GetReference(after);
        int place = match.Length;
        for (; place > Vector256<float>.Count; place -= Vector256<float>.Count)
        {
            int from = place - Vector256<float>.Count;
            Vector256<int> isSame = Vector256.Equals(Vector256.LoadUnsafe(ref before, (nuint)from), Vector256.Create(token));
            Vector256<float> longer = Vector256.LoadUnsafe(ref first, (nuint)(from - 1)) + Vector256<float>.One;
            (longer & isSame.AsSingle()).StoreUnsafe(ref first, (nuint)from);
        }
        while (--place >= 0)
            match[place] = after[place] == token ? 1 + (place > 0 ? match[place - 1] : 0) : 0;
    }

    // Fills the shares of the places; ln of the network's own.
    private float Share(PastWords past, ReadOnlySpan<float> match, float sentinel)
    {
        ReadOnlySpan<Vector128<float>> scores = MemoryMarshal.Cast<float, Vector128<float>>(past.Scores), thresholds = MemoryMarshal.Cast<float, Vector128<float>>(_thresholds);
        float largest = sentinel;
        for (int place = 0; place < match.Length; place++)
        {
            Vector128<float> evidence = Vector128.Min(Vector128.Max(Vector128.Create(match[place]) - thresholds[place], Vector128<float>.Zero), Vector128<float>.One);
            float score = _shares[place] = Vector128.Sum(scores[place] * evidence);
            largest = MathF.Max(largest, score);
        }
        _shares[^1] = sentinel;
        TensorPrimitives.Subtract(_shares, largest, _shares);
        float own = _shares[^1];
        SoftmaxSum.Exp(_shares);
        float sum = TensorPrimitives.Sum<float>(_shares);
        TensorPrimitives.Divide(_shares, sum, _shares);
        return own - MathF.Log(sum);
    }

    private Span<float> Match(int row) => _match.AsSpan(row * _places, _places);
}
