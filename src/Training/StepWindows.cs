using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Consecutive steps of a pool: the frames, or the steps of sound, that one row of a batch sees or hears.</summary>
/// <param name="First">Index of the first step in the pool.</param>
/// <param name="Count">Number of steps; 0 leaves the encoder in its zero state.</param>
public readonly record struct StepRange(int First, int Count);

/// <summary>Rows of equal length, which one call of an LSTM encodes without padding.</summary>
/// <param name="Rows">The rows; none is there twice.</param>
/// <param name="Time">Steps of each row.</param>
public sealed record StepGroup(IReadOnlyList<StepRange> Rows, int Time)
{
    /// <summary>The pool's indices, [time × rows] i64, step by step.</summary>
    public Tensor Index(Device device)
    {
        var index = new long[Rows.Count * Time];
        for (int step = 0, i = 0; step < Time; step++)
        {
            for (int row = 0; row < Rows.Count; row++)
                index[i++] = Rows[row].First + step;
        }
        return tensor(index, device: device);
    }
}

/// <summary>The windows of a batch over a pool of steps that they share. A step is projected once however many windows hold it,
/// equal windows are encoded once, and windows of different lengths are encoded apart, so that no padding reaches a state.</summary>
public sealed class StepWindows
{
    private readonly long[] _order;    // [batch]: where each row's window stands among all groups' rows

    /// <summary>Groups the rows of a batch by length.</summary>
    public StepWindows(IReadOnlyList<StepRange> rows)
    {
        Groups = [.. rows.Distinct().GroupBy(row => row.Count).Select(group => new StepGroup([.. group], group.Key))];
        var place = new Dictionary<StepRange, long>();
        foreach (StepRange row in Groups.SelectMany(group => group.Rows))
            place.Add(row, place.Count);
        _order = [.. rows.Select(row => place[row])];
    }

    /// <summary>Whether the rows of the only group are those of the batch, in its order.</summary>
    public bool IsOrdered => Groups.Count == 1 && _order.Index().All(place => place.Index == place.Item) && _order.Length == Groups[0].Rows.Count;

    /// <summary>The groups, one for each length.</summary>
    public IReadOnlyList<StepGroup> Groups { get; }

    /// <summary>Windows of one length that share nothing: row b sees steps b · time to (b + 1) · time.</summary>
    public static StepWindows Dense(int batch, int time) =>
        new([.. Enumerable.Range(0, batch).Select(row => new StepRange(row * time, time))]);

    /// <summary>For each row of the batch, where its window stands among all groups' rows, [batch] i64.</summary>
    public Tensor Order(Device device) => tensor(_order, device: device);
}

/// <summary>A pool under construction: the union of ranges of one or several streams.</summary>
/// <remarks>Every range stays a range in the pool, because the pool keeps the streams' order.</remarks>
public sealed class StepPool
{
    private StepPool(IReadOnlyList<(int Stream, long First, int Count)> parts, StepRange[] rows, int count)
    {
        Parts = parts;
        Rows = rows;
        Count = count;
    }

    /// <summary>What to copy, one after the other: disjoint ranges of the streams.</summary>
    public IReadOnlyList<(int Stream, long First, int Count)> Parts { get; }

    /// <summary>Where each range that was asked for lies in the pool, in the order they were given.</summary>
    public StepRange[] Rows { get; }

    /// <summary>Steps of the pool.</summary>
    public int Count { get; }

    /// <summary>The union of some ranges.</summary>
    public static StepPool Union(IReadOnlyList<(int Stream, long First, int Count)> ranges)
    {
        var parts = new List<(int Stream, long First, int Count)>();
        var rows = new StepRange[ranges.Count];
        int before = 0;    // steps of all parts but the last
        foreach (int i in Enumerable.Range(0, ranges.Count).OrderBy(i => ranges[i].Stream).ThenBy(i => ranges[i].First))
        {
            (int stream, long first, int count) = ranges[i];
            if (count == 0)
                continue;
            if (parts.Count > 0 && parts[^1].Stream == stream && first <= parts[^1].First + parts[^1].Count)
            {
                long end = Math.Max(first + count, parts[^1].First + parts[^1].Count);
                parts[^1] = parts[^1] with { Count = (int)(end - parts[^1].First) };
            }
            else
            {
                before += parts.Count > 0 ? parts[^1].Count : 0;
                parts.Add(ranges[i]);
            }
            rows[i] = new StepRange(before + (int)(first - parts[^1].First), count);
        }
        return new StepPool(parts, rows, before + (parts.Count > 0 ? parts[^1].Count : 0));
    }
}
