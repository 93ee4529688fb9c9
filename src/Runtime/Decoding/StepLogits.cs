namespace Twitch.Runtime;

/// <summary>What a step says of each row's next token: all logits, or the most likely tokens and, on request, all logits. Valid until the
/// decoder is asked for anything else.</summary>
public readonly ref struct StepLogits
{
    private readonly ReadOnlySpan<float> _logits;    // [rows, vocabulary]; empty if they are still on the device
    private readonly int _vocabularySize;
    private readonly bool _areLogProbabilities;
    private readonly DeviceDecoderStep? _device;

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

    internal StepLogits(DeviceDecoderStep device) => (_device, _vocabularySize) = (device, device.VocabularySize);

    /// <summary>A row's.</summary>
    public RowLogits this[int row] => _device is null
        ? new RowLogits(_logits.Slice(row * _vocabularySize, _vocabularySize), _areLogProbabilities)
        : new RowLogits(_device, row);
}

/// <summary>What a step says of one row's next token. Valid as long as its <see cref="StepLogits"/>.</summary>
public readonly ref struct RowLogits
{
    private readonly ReadOnlySpan<float> _logits;    // [vocabulary]; empty if they are still on the device
    private readonly DeviceDecoderStep? _device;
    private readonly int _row;

    internal RowLogits(ReadOnlySpan<float> logits, bool areLogProbabilities)
    {
        _logits = logits;
        AreLogProbabilities = areLogProbabilities;
    }

    internal RowLogits(DeviceDecoderStep device, int row) => (_device, _row) = (device, row);

    /// <summary>All of them, [vocabulary]; where they are still on the device they are fetched.</summary>
    public ReadOnlySpan<float> All => _device is null ? _logits : _device.LogitsOf(_row);

    /// <summary>Whether exp of them is known to sum to 1.</summary>
    internal bool AreLogProbabilities { get; }

    /// <summary>The most likely tokens; none where all logits are at hand anyway.</summary>
    internal TopTokens Top => _device is null ? default : _device.TopOf(_row);
}

/// <summary>The most likely tokens of a row.</summary>
/// <param name="ids">In any order, each once.</param>
/// <param name="logits">Of each of them.</param>
/// <param name="logSum">ln Σ exp(logit) of the whole vocabulary; no number if a logit is none.</param>
internal readonly ref struct TopTokens(ReadOnlySpan<long> ids, ReadOnlySpan<float> logits, float logSum)
{
    public ReadOnlySpan<long> Ids { get; } = ids;

    public ReadOnlySpan<float> Logits { get; } = logits;

    public float LogSum { get; } = logSum;
}
