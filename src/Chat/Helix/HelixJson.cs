using System.Text.Json.Serialization;

namespace Twitch.Chat.Helix;

/// <summary>Whose a token is, and for how many seconds; 0 or absent if it does not expire. An app's has no user.</summary>
internal sealed record TokenOwner(string? ClientId, string? Login, string? UserId, IReadOnlyList<string>? Scopes, long? ExpiresIn);

/// <summary>A user's id and login.</summary>
internal sealed record HelixUser(string? Id, string? Login);

/// <summary>The answer about users.</summary>
internal sealed record HelixUsers(IReadOnlyList<HelixUser>? Data);

/// <summary>A message to be said.</summary>
internal sealed record ChatMessageRequest(string BroadcasterId, string SenderId, string Message);

/// <summary>Why a message was not said.</summary>
internal sealed record DropReasonAnswer(string? Code, string? Message);

/// <summary>What became of a message.</summary>
internal sealed record ChatMessageAnswer(string? MessageId, bool IsSent, DropReasonAnswer? DropReason);

/// <summary>The answer about messages.</summary>
internal sealed record ChatMessageAnswers(IReadOnlyList<ChatMessageAnswer>? Data);

/// <summary>An error of the API.</summary>
internal sealed record HelixError(string? Error, string? Message);

/// <summary>Serializers of the API's messages, generated at build so that NativeAOT has them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TokenOwner))]
[JsonSerializable(typeof(HelixUsers))]
[JsonSerializable(typeof(ChatMessageRequest))]
[JsonSerializable(typeof(ChatMessageAnswers))]
[JsonSerializable(typeof(HelixError))]
internal sealed partial class HelixJson : JsonSerializerContext;
