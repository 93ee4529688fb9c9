namespace Twitch.Runtime;

/// <summary>What a step says of each row's next token: all logits, or the most likely tokens and, on request, all logits. Valid until the
/// decoder is asked for anything else.</summary>
public readonly ref struct StepLogits
{
    private readonly ReadOnlySpan<float> _logits;    // [rows, vocabulary]; empty if a decoder gives them on request
    private readonly int _vocabularySize;
    private readonly bool _areLogProbabilities;
    private readonly IStepTokens? _step;

    /// <summary>All logits of a step.</summary>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="vocabularySize">Logits of a row.</param>
    /// <param name="areLogProbabilities">Whether exp of a row's sums to 1, so that nobody needs to sum it again.</param>
    public StepLogits(ReadOnlySpan<float> logits, int vocabularySize, bool areLogProbabilities = false)
    {
        _logits = logits;
        _vocabularySize = vocabularySize;
        _areLogProbabilities = areLogProbabilities;
    }

    internal StepLogits(IStepTokens step) => _step = step;

    /// <summary>A row's.</summary>
    public RowLogits this[int row] => _step is null
        ? new RowLogits(_logits.Slice(row * _vocabularySize, _vocabularySize), _areLogProbabilities)
        : new RowLogits(_step, row);
}

/// <summary>What a step says of one row's next token. Valid as long as its <see cref="StepLogits"/>.</summary>
public readonly ref struct RowLogits
{
    private readonly ReadOnlySpan<float> _logits;    // [vocabulary]; empty if a decoder gives them on request
    private readonly IStepTokens? _step;
    private readonly int _row;

    internal RowLogits(ReadOnlySpan<float> logits, bool areLogProbabilities)
    {
        _logits = logits;
        AreLogProbabilities = areLogProbabilities;
    }

    internal RowLogits(IStepTokens step, int row) => (_step, _row) = (step, row);

    /// <summary>All of them, [vocabulary]; where they are still on the device they are fetched, and where words were ruled out they are computed.</summary>
    public ReadOnlySpan<float> All => _step is null ? _logits : _step.LogitsOf(_row);

    /// <summary>Whether exp of them is known to sum to 1.</summary>
    internal bool AreLogProbabilities { get; }

    /// <summary>The most likely tokens; none where all logits are at hand anyway, or where so many are better taken from all.</summary>
    /// <param name="count">How many are needed; more may come.</param>
    internal TopTokens Top(int count) => _step is null ? default : _step.TopOf(_row, count);
}

/// <summary>The most likely tokens of a row.</summary>
/// <param name="ids">In any order, each once.</param>
/// <param name="logits">Of each of them.</param>
/// <param name="logSum">ln Σ exp(logit) of the whole vocabulary; no number if a logit is none.</param>
/// <param name="mostOfOthers">What no logit of another token exceeds; absent: the least of theirs.</param>
internal readonly ref struct TopTokens(ReadOnlySpan<long> ids, ReadOnlySpan<float> logits, float logSum, float? mostOfOthers = null)
{
    public ReadOnlySpan<long> Ids { get; } = ids;

    public ReadOnlySpan<float> Logits { get; } = logits;

    public float LogSum { get; } = logSum;

    public float? MostOfOthers { get; } = mostOfOthers;
}

/// <summary>A step whose most likely tokens are at hand, and all logits only if they are asked for.</summary>
internal interface IStepTokens
{
    /// <summary>The most likely tokens of a row of the last step; none where so many are better taken from all logits.</summary>
    /// <param name="row">The row.</param>
    /// <param name="count">How many are needed; more may come.</param>
    TopTokens TopOf(int row, int count);

    /// <summary>All logits of a row of the last step, [vocabulary].</summary>
    ReadOnlySpan<float> LogitsOf(int row);
}
