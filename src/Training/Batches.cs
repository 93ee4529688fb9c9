namespace Twitch.Training;

/// <summary>Which examples make up each batch: a pure function of the examples, the batch size, the seed and the epoch.</summary>
/// <remarks>Rows of one length are encoded in one call, so batches are filled with examples whose windows are equally long as far as
/// they go round; what is left over is mixed. Neighbours share most of their frames and sound, which a batch embeds once, so the order
/// of training is random by runs of neighbours, cut at other places in every epoch.</remarks>
public static class Batches
{
    private const int RunLength = 4;    // neighbours: long enough to share, short enough that a batch of 16 holds several moments

    /// <summary>The batches of an epoch of training, as indices of <paramref name="examples"/>.</summary>
    public static int[][] Shuffled(IReadOnlyList<Example> examples, int batchSize, long seed, int epoch)
    {
        var random = new SplitMix64(SplitMix64.Mix(seed, epoch));
        int cut = (int)(random.Next() % RunLength);
        int[][] runs = [.. Enumerable.Range(0, examples.Count).GroupBy(i => (i + cut) / RunLength).Select(run => run.ToArray())];
        random.Shuffle(runs);
        int[][] batches = [.. Fill(examples, runs.SelectMany(run => run), batchSize)];
        random.Shuffle(batches);
        return batches;
    }

    /// <summary>Batches in which every example comes once, always the same ones.</summary>
    public static int[][] InOrder(IReadOnlyList<Example> examples, int batchSize) =>
        [.. Fill(examples, Enumerable.Range(0, examples.Count), batchSize)];

    /// <summary>Batches of an epoch; the same number in each.</summary>
    public static int Count(IReadOnlyList<Example> examples, int batchSize) => InOrder(examples, batchSize).Length;

    private static IEnumerable<int[]> Fill(IReadOnlyList<Example> examples, IEnumerable<int> order, int batchSize)
    {
        var open = new SortedDictionary<(int Steps, int Frames), List<int>>();
        foreach (int i in order)
        {
            (int, int) shape = (examples[i].Window.StepCount, examples[i].Window.FrameCount);
            if (!open.TryGetValue(shape, out List<int>? batch))
                open[shape] = batch = [];
            batch.Add(i);
            if (batch.Count == batchSize)
            {
                yield return [.. batch];
                batch.Clear();
            }
        }
        foreach (int[] rest in open.Values.SelectMany(batch => batch).Chunk(batchSize))
            yield return rest;
    }
}

/// <summary>A small random generator whose numbers are the same on every version of .NET.</summary>
/// <remarks>SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.</remarks>
public struct SplitMix64(ulong state)
{
    private const ulong Step = 0x9E3779B97F4A7C15;
    private ulong _state = state;

    /// <summary>One seed out of two numbers.</summary>
    public static ulong Mix(long seed, long index) => new SplitMix64(unchecked((ulong)seed * Step + (ulong)index)).Next();

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        ulong z = _state += Step;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Puts items into random order (Fisher and Yates).</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = (int)(Next() % (ulong)(i + 1));
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
