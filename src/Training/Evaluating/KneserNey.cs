using System.Runtime.InteropServices;

namespace Twitch.Training.Evaluating;

/// <summary>Probabilities of sequences of symbols from how often runs of them were seen: what any network has to beat.</summary>
/// <remarks>Interpolated Kneser-Ney with three discounts of each order, Chen and Goodman, "An empirical study of smoothing techniques for language modeling",
/// 1998. Runs that begin with a sequence's start have their own counts, not continuation counts, since nothing stands before them.</remarks>
internal sealed class KneserNey
{
    /// <summary>Longest runs that are counted.</summary>
    public const int MostOrder = 8;

    private const int Start = -1, End = -2;

    private readonly double _floor;               // ln of what every symbol has at least, before any was seen
    private readonly Table[] _seen, _continued;   // by length of the context: how often, and behind how many different symbols

    /// <summary>Counts what was learned from.</summary>
    /// <param name="sequences">Symbols that are at least 0, without start and end.</param>
    /// <param name="alphabet">How many different symbols there can be.</param>
    public KneserNey(IEnumerable<int[]> sequences, int alphabet)
    {
        _floor = 1.0 / (alphabet + 1);    // the end is one more
        _seen = [.. Enumerable.Range(0, MostOrder).Select(_ => new Table())];
        _continued = [.. Enumerable.Range(0, MostOrder).Select(_ => new Table())];
        Span<ulong> contexts = stackalloc ulong[MostOrder];
        foreach (int[] sequence in sequences)
        {
            for (int at = 0; at <= sequence.Length; at++)
            {
                int symbol = at < sequence.Length ? sequence[at] : End, longest = Contexts(sequence, at, contexts);
                for (int length = longest; length >= 0; length--)
                {
                    bool isNew = _seen[length].Add(contexts[length], symbol);
                    if (length > at)    // it begins with the start
                        _continued[length].Add(contexts[length], symbol);
                    if (isNew && length > 0)
                        _continued[length - 1].Add(contexts[length - 1], symbol);
                }
            }
        }
        foreach (Table table in _seen.Concat(_continued))
            table.Finish();
    }

    /// <summary>ln p of a sequence and its end.</summary>
    /// <param name="sequence">Symbols; those below 0 but −2 were never seen.</param>
    /// <param name="order">Symbols of the longest runs, in [1, <see cref="MostOrder"/>].</param>
    public double Score(int[] sequence, int order)
    {
        double sum = 0;
        Span<ulong> contexts = stackalloc ulong[MostOrder];
        for (int at = 0; at <= sequence.Length; at++)
        {
            int symbol = at < sequence.Length ? sequence[at] : End, longest = Math.Min(order - 1, Contexts(sequence, at, contexts));
            double probability = _floor;
            for (int length = 0; length <= longest; length++)
            {
                Table table = length == order - 1 ? _seen[length] : _continued[length];
                if (!table.TryInterpolate(contexts[length], symbol, ref probability))
                    break;
            }
            sum += Math.Log(probability);
        }
        return sum;
    }

    // A number for the last 0, 1, … symbols before a place; the longest begins with the start at most.
    private static int Contexts(int[] sequence, int at, Span<ulong> contexts)
    {
        contexts[0] = 1;
        int longest = Math.Min(MostOrder - 1, at + 1);
        for (int length = 1; length <= longest; length++)
            contexts[length] = Mixed(contexts[length - 1], length > at ? Start : sequence[at - length]);
        return longest;
    }

    private static ulong Mixed(ulong hash, int symbol) => (ulong)SplitMix64.Mix((long)hash, symbol);

    // Counts of the runs of one length, and of the symbols behind each context.
    private sealed class Table
    {
        private readonly Dictionary<ulong, (int Count, ulong Context)> _runs = [];
        private readonly Dictionary<ulong, (long Total, int Once, int Twice, int More)> _contexts = [];
        private readonly double[] _discounts = new double[4];    // of a count of 1, 2, 3 or more

        public bool Add(ulong context, int symbol)
        {
            ref (int Count, ulong Context) run = ref CollectionsMarshal.GetValueRefOrAddDefault(_runs, Mixed(context, symbol), out bool there);
            run = (run.Count + 1, context);
            return !there;
        }

        public void Finish()
        {
            var counts = new double[5];
            foreach ((int count, ulong key) in _runs.Values)
            {
                if (count < counts.Length)
                    counts[count]++;
                ref (long Total, int Once, int Twice, int More) context = ref CollectionsMarshal.GetValueRefOrAddDefault(_contexts, key, out _);
                context = (context.Total + count, context.Once + (count == 1 ? 1 : 0), context.Twice + (count == 2 ? 1 : 0), context.More + (count > 2 ? 1 : 0));
            }
            double share = counts[1] + 2 * counts[2] > 0 ? counts[1] / (counts[1] + 2 * counts[2]) : 0.5;
            for (int count = 1; count < 4; count++)
                _discounts[count] = counts[count] > 0 ? Math.Clamp(count - (count + 1) * share * counts[count + 1] / counts[count], 0.05, count) : count * 0.5;
        }

        public bool TryInterpolate(ulong key, int symbol, ref double probability)
        {
            if (!_contexts.TryGetValue(key, out (long Total, int Once, int Twice, int More) context))
                return false;
            int count = _runs.GetValueOrDefault(Mixed(key, symbol)).Count;
            double left = _discounts[1] * context.Once + _discounts[2] * context.Twice + _discounts[3] * context.More;
            probability = (Math.Max(0, count - _discounts[Math.Min(3, count)]) + left * probability) / context.Total;
            return true;
        }
    }
}
