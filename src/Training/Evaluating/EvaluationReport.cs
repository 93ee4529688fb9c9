using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twitch.Training.Evaluating;

/// <summary>How well comments are foreseen in one way.</summary>
/// <param name="Name">The way, as the table names it.</param>
/// <param name="Perplexity">exp of the mean −ln p per word, the end of a comment counted as one, however words are spelt; absent if the way gives no probabilities.</param>
/// <param name="NatsPerComment">Mean −ln p of a whole comment.</param>
/// <param name="NatsInterval">Its interval.</param>
/// <param name="BitsPerCharacter">Mean −log₂ p per character, an end counted as one: independent of the vocabulary.</param>
/// <param name="Retrieval">How it ranks candidates; absent if no truth is known.</param>
internal sealed record Forecast(string Name, double? Perplexity, double? NatsPerComment, Interval? NatsInterval, double? BitsPerCharacter, RetrievalScores? Retrieval);

/// <summary>What another moment's window costs, in nats per comment: above 0 if the network uses what it sees and hears.</summary>
/// <param name="Both">With pictures and sound of another moment.</param>
/// <param name="Frames">With its pictures only.</param>
/// <param name="Sound">With its sound only.</param>
/// <param name="Chat">With its past chat; absent if the network reads none.</param>
/// <param name="NoChat">Without past chat; absent if the network reads none.</param>
internal sealed record WindowGaps(Interval Both, Interval Frames, Interval Sound, Interval? Chat, Interval? NoChat);

/// <summary>The result of <c>twitch-train evaluate</c>.</summary>
internal sealed record EvaluationReport
{
    /// <summary>The gap between right and wrong window.</summary>
    public required WindowGaps Gap { get; init; }

    /// <summary>Comments that were to be foreseen.</summary>
    public required int Comments { get; init; }

    /// <summary>Their words, with one end each.</summary>
    public required int Tokens { get; init; }

    /// <summary>Whether the vocabulary spells words that it does not have.</summary>
    public required bool Subwords { get; init; }

    /// <summary>How candidates are chosen; absent if they were given.</summary>
    public string? Protocol { get; init; }

    /// <summary>Of these, words that are not in the vocabulary.</summary>
    public required int UnknownTokens { get; init; }

    /// <summary>Different words among them; <c>&lt;UNK&gt;</c>'s probability is shared over so many.</summary>
    public required int UnseenWords { get; init; }

    /// <summary>Comments the baselines learned from; without any they are left out.</summary>
    public required int TrainingComments { get; init; }

    /// <summary>Sets of candidates, and the most that one of them holds.</summary>
    public required int CandidateSets { get; init; }

    /// <inheritdoc cref="CandidateSets"/>
    public required int MostCandidates { get; init; }

    /// <summary>Length of the intervals' blocks, in seconds.</summary>
    public required double BlockSeconds { get; init; }

    /// <summary>The network with each comment's own window.</summary>
    public required Forecast Own { get; init; }

    /// <summary>With another moment's pictures.</summary>
    public required Forecast OtherFrames { get; init; }

    /// <summary>With another moment's sound.</summary>
    public required Forecast OtherSound { get; init; }

    /// <summary>With both of another moment.</summary>
    public required Forecast OtherBoth { get; init; }

    /// <summary>Without past chat; absent if the network reads none.</summary>
    public Forecast? NoChat { get; init; }

    /// <summary>With another moment's past chat; absent if the network reads none.</summary>
    public Forecast? OtherChat { get; init; }

    /// <summary>Whole comments by how often they were said.</summary>
    public Forecast? CommentUnigram { get; init; }

    /// <summary>Comments as words that are drawn one by one.</summary>
    public Forecast? WordUnigram { get; init; }

    /// <summary>Interpolated Kneser-Ney over the network's tokens, of the best order.</summary>
    public Forecast? TokenNgram { get; init; }

    /// <summary>Interpolated Kneser-Ney over characters, of the best order.</summary>
    public Forecast? CharacterNgram { get; init; }

    /// <summary>Comments by whose wording they are; absent where the chats do not say who wrote what.</summary>
    public IReadOnlyList<WordingFigures>? Wording { get; init; }

    /// <summary>Candidates by how often they were said.</summary>
    public Forecast? MostPopular { get; init; }

    /// <summary>Candidates by how like the past chat they are.</summary>
    public Forecast? PastChat { get; init; }

    /// <summary>How well it is foreseen when people comment; absent if the network does not say.</summary>
    public RateForecasts? When { get; init; }

    /// <summary>What the network says, one comment at each held-out comment's moment.</summary>
    public required SpeechFigures Said { get; init; }

    /// <summary>Comments of the network with a run of three words that one person alone used before; absent where nobody's are told apart.</summary>
    public int? SaidOwn { get; init; }

    /// <summary>Comments of people with such a run.</summary>
    public int? PeopleOwn { get; init; }

    /// <summary>What people said.</summary>
    public required SpeechFigures People { get; init; }

    /// <summary>What the bundle's sampling defaults were fitted to when it was exported; absent if they were not.</summary>
    public FittedSpeech? Fitted { get; init; }

    /// <summary>Every forecast that was made, in the table's order.</summary>
    [JsonIgnore]
    public IEnumerable<Forecast> Forecasts => new[] { Own, OtherFrames, OtherSound, OtherBoth, NoChat, OtherChat, CommentUnigram, WordUnigram, TokenNgram, CharacterNgram, MostPopular, PastChat }.OfType<Forecast>();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>Apostrophes and letters of every script are written as themselves.</summary>
    public static EvaluationJson Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
