namespace Twitch.Runtime;

/// <summary>Where the steady steps of a decoder find their tokens and leave the most likely ones, on the device and beside it.</summary>
internal sealed unsafe class SteadyPlaces
{
    private readonly nint _tokensBeside, _results, _resultsBeside;
    private int _rows;    // of the last step

    /// <param name="memory">Of the device; owns the places.</param>
    /// <param name="capacity">Most rows.</param>
    /// <param name="topCount">Tokens that a step gives for each row.</param>
    public SteadyPlaces(DeviceMemory memory, int capacity, int topCount)
    {
        (Memory, TopCount) = (memory, topCount);
        (Tokens, _tokensBeside) = (memory.Take(capacity * sizeof(long)), memory.TakeBeside(capacity * sizeof(long)));
        long bytes = Bytes(capacity);
        (_results, _resultsBeside) = (memory.Take(bytes), memory.TakeBeside(bytes));

        Identity = memory.Take(capacity * sizeof(long));
        var beside = new Span<long>((void*)_tokensBeside, capacity);
        for (int row = 0; row < capacity; row++)
            beside[row] = row;
        memory.Write(Identity, _tokensBeside, capacity * sizeof(long));
        beside.Clear();
    }

    /// <summary>Of the device.</summary>
    public DeviceMemory Memory { get; }

    /// <summary>Tokens that a step gives for each row.</summary>
    public int TopCount { get; }

    /// <summary>The tokens of the rows, i64.</summary>
    public nint Tokens { get; }

    /// <summary>Every row from itself: 0, 1, 2 and on, i64.</summary>
    public nint Identity { get; }

    /// <summary>Where a step of so many rows leaves the most likely tokens, [rows, <see cref="TopCount"/>] i64. Results lie one behind the other, so
    /// that one copy takes them.</summary>
    public nint TopIds(int rows) => _results;

    /// <summary>Where it leaves their logits, [rows, <see cref="TopCount"/>] f32.</summary>
    public nint TopLogits(int rows) => Behind(TopIds(rows), (nint)rows * TopCount * sizeof(long));

    /// <summary>Where it leaves the rows' ln Σ exp(logit), [rows] f32.</summary>
    public nint LogSums(int rows) => Behind(TopLogits(rows), (nint)rows * TopCount * sizeof(float));

    /// <summary>Brings tokens to the device.</summary>
    /// <param name="tokens">Of the first rows.</param>
    /// <param name="rows">Of the step.</param>
    public void Write(ReadOnlySpan<int> tokens, int rows)
    {
        var beside = new Span<long>((void*)_tokensBeside, rows);
        for (int row = 0; row < tokens.Length; row++)
            beside[row] = tokens[row];
        Memory.Write(Tokens, _tokensBeside, rows * sizeof(long));
    }

    /// <summary>Brings the results of a step from the device.</summary>
    public void Read(int rows)
    {
        Memory.Read(_results, _resultsBeside, Bytes(rows));
        _rows = rows;
    }

    /// <summary>A row's results of the last step that was read.</summary>
    public TopTokens TopOf(int row)
    {
        nint shift = _resultsBeside - _results;
        return new TopTokens(
            new ReadOnlySpan<long>((void*)(TopIds(_rows) + shift), _rows * TopCount).Slice(row * TopCount, TopCount),
            new ReadOnlySpan<float>((void*)(TopLogits(_rows) + shift), _rows * TopCount).Slice(row * TopCount, TopCount),
            new ReadOnlySpan<float>((void*)(LogSums(_rows) + shift), _rows)[row]);
    }

    private long Bytes(int rows) => LogSums(rows) + rows * sizeof(float) - _results;

    // As a device aligns what it takes.
    private static nint Behind(nint place, nint bytes) => place + (bytes + 255) / 256 * 256;
}
