using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Twitch.Runtime;
using Twitch.Serving.Posting;

namespace Twitch.Serving.Http;

/// <summary>How tokens are drawn, as JSON; in a request, what is absent stays as it is.</summary>
internal sealed record SamplingJson(
    float? Temperature = null, int? TopK = null, float? TopP = null, float? MinP = null, float? RepetitionPenalty = null, int? NoRepeatNgram = null,
    int? MinLength = null, int? MaxLength = null, ulong? Seed = null)
{
    public static SamplingJson Of(SamplingOptions options) => new(
        options.Temperature, options.TopK, options.TopP, options.MinP, options.RepetitionPenalty, options.NoRepeatNgram, options.MinLength, options.MaxLength, options.Seed);

    public SamplingOptions Over(SamplingOptions defaults) => defaults with
    {
        Temperature = Temperature ?? defaults.Temperature,
        TopK = TopK ?? defaults.TopK,
        TopP = TopP ?? defaults.TopP,
        MinP = MinP ?? defaults.MinP,
        RepetitionPenalty = RepetitionPenalty ?? defaults.RepetitionPenalty,
        NoRepeatNgram = NoRepeatNgram ?? defaults.NoRepeatNgram,
        MinLength = MinLength ?? defaults.MinLength,
        MaxLength = MaxLength ?? defaults.MaxLength,
        Seed = Seed ?? defaults.Seed,
    };
}

internal sealed record SessionRequest(string? Source = null, JsonElement? Every = null, string? Approval = null, SamplingJson? Sampling = null, bool Realtime = true, bool Loop = false, bool? Post = null);

internal sealed record SessionChange(string? Approval = null, bool? Post = null);

internal sealed record SessionJson(
    string Id, string Source, string State, string? Error, JsonNode Every, string Approval, SamplingJson Sampling, DateTimeOffset Created,
    int Subscribers, long LastEvent, StatisticsJson Statistics, bool? Post);

internal sealed record SessionsJson(IReadOnlyList<SessionJson> Sessions);

internal sealed record QuantilesJson(double P50, double P95, double P99);

internal sealed record WorkJson(double Reading, double Pictures, double Features, double Encoding, double Decoding)
{
    public static WorkJson Of(WatchWork w) => new(S(w.Reading), S(w.Pictures), S(w.Features), S(w.Encoding), S(w.Decoding));

    private static double S(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}

internal sealed record StatisticsJson(
    double Seconds, long Comments, long Tokens, long DroppedSeconds, int Reconnects, int WaitingSeconds, double? SoundDriftMs, double? ClockDriftMs,
    double RealTimeFactor, QuantilesJson? FirstTokenMs, WorkJson Work)
{
    public static StatisticsJson Of(WatchStatistics s) => new(
        s.Seconds, s.Comments, s.Tokens, s.Dropped, s.Reconnects, s.Waiting, Round(s.SoundDrift?.TotalMilliseconds), Round(s.ClockDrift?.TotalMilliseconds),
        Math.Round(s.RealTimeFactor, 3),
        s.FirstToken.Count == 0 ? null : new QuantilesJson(Round(s.FirstToken.P50.TotalMilliseconds)!.Value, Round(s.FirstToken.P95.TotalMilliseconds)!.Value, Round(s.FirstToken.P99.TotalMilliseconds)!.Value),
        WorkJson.Of(s.Work));

    private static double? Round(double? value) => value is { } number ? Math.Round(number, 3) : null;
}

internal sealed record CommentJson(
    long N, double Time, DateTimeOffset At, string Text, string State, IReadOnlyList<int> Tokens, IReadOnlyList<float> Logprobs, string Seed, bool Replayable, PostJson? Post,
    IReadOnlyList<float>? WordLogprobs = null);

internal sealed record CommentsJson(IReadOnlyList<CommentJson> Comments);

internal sealed record StatusJson(string State, StatisticsJson Statistics, string? Detail);

internal sealed record TokenJson(long N, int Index, string Text);

internal sealed record GapJson(long Missed);

internal sealed record EndJson(string State);

internal sealed record TicketRequest(string? Session = null);

internal sealed record TicketJson(string Ticket, double ExpiresIn);

internal sealed record ClipCommentJson(double Time, string Text, IReadOnlyList<int> Tokens, IReadOnlyList<float> Logprobs);

internal sealed record ClipCommentsJson(double Seconds, IReadOnlyList<ClipCommentJson> Comments, IReadOnlyList<string> Warnings);

internal sealed record SaidJson(string Text, IReadOnlyList<int> Tokens);

internal sealed record ReplayJson(bool Same, string Text, IReadOnlyList<int> Tokens, SaidJson Expected, double StateDifference);

internal sealed record ServerJson(string Name, string Version, IReadOnlyList<string> Extensions);

internal sealed record LiveJson(bool Live);

internal sealed record ReadyJson(bool Ready);

internal sealed record ModelReadyJson(string Name, bool Ready);

internal sealed record ModelTensorJson(string Name, string Datatype, IReadOnlyList<int> Shape);

internal sealed record ModelJson(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<ModelTensorJson> Inputs, IReadOnlyList<ModelTensorJson> Outputs);

/// <summary>Serializers of the interface, generated at build so that NativeAOT has them; emoji are written as themselves.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,    // a misspelt option would do nothing
    NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(SamplingJson))]
[JsonSerializable(typeof(SessionRequest))]
[JsonSerializable(typeof(SessionChange))]
[JsonSerializable(typeof(SessionsJson))]
[JsonSerializable(typeof(CommentsJson))]
[JsonSerializable(typeof(StatusJson))]
[JsonSerializable(typeof(TokenJson))]
[JsonSerializable(typeof(GapJson))]
[JsonSerializable(typeof(EndJson))]
[JsonSerializable(typeof(PostingJson))]
[JsonSerializable(typeof(TicketRequest))]
[JsonSerializable(typeof(TicketJson))]
[JsonSerializable(typeof(ClipCommentsJson))]
[JsonSerializable(typeof(ReplayJson))]
[JsonSerializable(typeof(ServerJson))]
[JsonSerializable(typeof(LiveJson))]
[JsonSerializable(typeof(ReadyJson))]
[JsonSerializable(typeof(ModelReadyJson))]
[JsonSerializable(typeof(ModelJson))]
internal sealed partial class ServingJson : JsonSerializerContext
{
    public static ServingJson Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
