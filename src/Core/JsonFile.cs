using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Twitch;

/// <summary>Small JSON files: snake_case, indented, read with errors that name file and line.</summary>
public static class JsonFile
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="TwitchException">The file is missing or does not hold what was asked for.</exception>
    public static T Read<T>(string path, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), type)
                ?? throw new TwitchException($"{path}: holds null; a JSON object is needed.");
        }
        catch (JsonException e)
        {
            throw new TwitchException($"{path}:{e.LineNumber + 1}: not the JSON that was expected: {e.Message}", inner: e);
        }
        catch (IOException e)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
    }

    /// <summary>Writes a whole file.</summary>
    public static void Write<T>(string path, T value, JsonTypeInfo<T> type) =>
        File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(value, type));
}

/// <summary>Serializers of Core's files, generated at build so that NativeAOT has them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(VocabularyFile))]
[JsonSerializable(typeof(ModelConfig))]
[JsonSerializable(typeof(FileManifest))]
[JsonSerializable(typeof(BundleManifest))]
public sealed partial class CoreJson : JsonSerializerContext
{
    /// <summary>Emoji and every script are written as themselves.</summary>
    public static CoreJson Readable => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
