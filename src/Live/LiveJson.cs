using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twitch.Live;

/// <summary>A line of <c>generate --json</c>.</summary>
/// <param name="Time">Seconds since the start of the recording.</param>
/// <param name="Text">The words.</param>
/// <param name="Tokens">Their ids.</param>
/// <param name="Logprobs">Natural logarithm of each token's probability, if asked for.</param>
internal sealed record CommentLine(double Time, string Text, IReadOnlyList<int> Tokens, IReadOnlyList<float>? Logprobs);

/// <summary>A line of <c>generate --chat</c>; what <c>generate --json</c> prints is such a line too.</summary>
/// <param name="Time">Seconds since the start of the recording.</param>
/// <param name="Text">What was said.</param>
internal sealed record ChatLine(double Time, string Text);

/// <summary>What <c>verify --json</c> says.</summary>
/// <param name="Provider">cpu or cuda.</param>
/// <param name="Precision">float32, float16 or int8.</param>
/// <param name="Ok">Whether every difference is within its limit.</param>
/// <param name="Differences">Largest difference of each output; of the greedy comments, how many tokens differ.</param>
/// <param name="Limits">Largest difference allowed; an output that is only reported has none.</param>
/// <param name="GreedyAgreement">Share of the greedy comments' tokens that are torch's, in [0, 1].</param>
internal sealed record VerifyLine(
    string Provider, string Precision, bool Ok, IReadOnlyDictionary<string, double> Differences, IReadOnlyDictionary<string, double> Limits, double GreedyAgreement);

/// <summary>What <c>info --json</c> says.</summary>
/// <param name="Folder">The bundle.</param>
/// <param name="ParameterCount">Numbers in the state dict.</param>
/// <param name="Bytes">Size of all files.</param>
/// <param name="Manifest">The content of <c>bundle.json</c>.</param>
internal sealed record InfoLine(string Folder, long ParameterCount, long Bytes, BundleManifest Manifest);

/// <summary>Serializers of the program's output, generated at build so that NativeAOT has them; emoji are written as themselves.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]    // a difference may be infinite
[JsonSerializable(typeof(ChatLine))]
[JsonSerializable(typeof(CommentLine))]
[JsonSerializable(typeof(VerifyLine))]
[JsonSerializable(typeof(InfoLine))]
[JsonSerializable(typeof(WatchLine))]
[JsonSerializable(typeof(WatchReport))]
internal sealed partial class LiveJson : JsonSerializerContext
{
    public static LiveJson Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
