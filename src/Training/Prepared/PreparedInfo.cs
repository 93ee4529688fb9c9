using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twitch.Media;
using Twitch.Training.Chat;

namespace Twitch.Training.Prepared;

/// <summary>What a stored recording was made of: everything that its frames and mel steps depend on.</summary>
/// <param name="Version">Version of the store; a new one prepares everything again.</param>
/// <param name="Video">The file with the picture.</param>
/// <param name="Audio">The file with the sound, if it is another.</param>
/// <param name="Frame">Size of the frames that are kept.</param>
/// <param name="Mel">How the sound was analysed.</param>
/// <param name="Eyes">What looked at the frames; absent: nothing did.</param>
/// <param name="Ears">What listened to the sound; absent: nothing did, and the mel steps are kept.</param>
/// <param name="Sampling">Which pictures stand for the seconds.</param>
public sealed record PreparedSource(int Version, SourceIdentity Video, SourceIdentity? Audio, FrameSpec Frame, MelSpec Mel, EyesSpec? Eyes = null, EarsSpec? Ears = null,
    FrameSampling Sampling = FrameSampling.Exact)
{
    /// <summary>The version this code writes.</summary>
    public const int CurrentVersion = 4;

    /// <summary>Frames that are kept where eyes have looked: for people.</summary>
    public static FrameSpec Small { get; } = new(56, 56);

    /// <summary>Size of the frames as they are captured.</summary>
    [JsonIgnore]
    public FrameSpec Captured => Eyes?.Frame ?? Frame;

    /// <summary>Name of the folder: 16 hexadecimal digits that change with any of the parts but the files' names.</summary>
    public string Key => KeyOf(JsonSerializer.SerializeToUtf8Bytes(
        this with { Video = Video with { Name = "" }, Audio = Audio is null ? null : Audio with { Name = "" } }, PreparedJson.Default.PreparedSource));

    internal static string KeyOf(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(SHA256.HashData(content))[..16];
}

/// <summary>The content of <c>stream.json</c>, which is written last.</summary>
/// <param name="Source">What the frames and steps were made of.</param>
/// <param name="FrameCount">Frames in <c>frames.u8</c>, one a second; with eyes and ears as many rows of features.</param>
/// <param name="StepCount">Mel steps, which <c>mel.f32</c> holds where there are no ears.</param>
/// <param name="Report">What was got from the recording.</param>
public sealed record PreparedInfo(PreparedSource Source, int FrameCount, long StepCount, MediaReport Report);

/// <summary>How far preparing a recording has come.</summary>
/// <param name="Done">Length of the stream that is stored.</param>
/// <param name="Length">Length that the container promises; absent if it states none.</param>
/// <param name="MinutesPerSecond">Speed, in minutes of stream per second of work.</param>
public readonly record struct PrepareProgress(TimeSpan Done, TimeSpan? Length, double MinutesPerSecond);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(PreparedInfo))]
internal sealed partial class PreparedJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(MediaReport))]
internal sealed partial class CompactJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChatComment))]
[JsonSerializable(typeof(ParseReport))]
[JsonSerializable(typeof(ChatLogOptions))]
internal sealed partial class CommentJson : JsonSerializerContext
{
    /// <summary>One line each; emoji and every script are written as themselves.</summary>
    public static CommentJson Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
