using System.CommandLine;

namespace Twitch.Live;

/// <summary>The options of <see cref="SamplingOptions"/>; what is not given is the bundle's default.</summary>
internal sealed class SamplingArguments : IVerbArguments
{
    private readonly Option<float?> _temperature = New<float?>("--temperature", "Divides the logits; 0 always takes the most likely token.");
    private readonly Option<int?> _topK = New<int?>("--top-k", "Draw among this many most likely tokens; 0 keeps every token.");
    private readonly Option<float?> _topP = New<float?>("--top-p", "Draw among the fewest most likely tokens whose probabilities reach this sum; 1 keeps every token.");
    private readonly Option<float?> _minP = New<float?>("--min-p", "Drop tokens less likely than this share of the most likely one; 0 keeps every token.");
    private readonly Option<float?> _repetitionPenalty = New<float?>("--repetition-penalty", "Makes tokens already said less likely; 1 changes nothing.");
    private readonly Option<int?> _noRepeatNgram = New<int?>("--no-repeat-ngram", "No sequence of this many tokens comes twice in a comment; 0 allows it.");
    private readonly Option<int?> _minLength = New<int?>("--min-length", "Fewest words of a comment.");
    private readonly Option<int?> _maxLength = New<int?>("--max-length", "Most words of a comment.");
    private readonly Option<ulong?> _seed = New<ulong?>("--seed", "The same seed, bundle and provider give the same comments.");

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_temperature, _topK, _topP, _minP, _repetitionPenalty, _noRepeatNgram, _minLength, _maxLength, _seed])
            command.Add(option);
    }

    public SamplingOptions Over(SamplingOptions defaults, ParseResult parsed) => defaults with
    {
        Temperature = parsed.GetValue(_temperature) ?? defaults.Temperature,
        TopK = parsed.GetValue(_topK) ?? defaults.TopK,
        TopP = parsed.GetValue(_topP) ?? defaults.TopP,
        MinP = parsed.GetValue(_minP) ?? defaults.MinP,
        RepetitionPenalty = parsed.GetValue(_repetitionPenalty) ?? defaults.RepetitionPenalty,
        NoRepeatNgram = parsed.GetValue(_noRepeatNgram) ?? defaults.NoRepeatNgram,
        MinLength = parsed.GetValue(_minLength) ?? defaults.MinLength,
        MaxLength = parsed.GetValue(_maxLength) ?? defaults.MaxLength,
        Seed = parsed.GetValue(_seed) ?? defaults.Seed,
    };

    private static Option<T> New<T>(string name, string description) => new(name) { Description = description, HelpName = "number" };
}
