using System.Text.Json;
using Twitch.Chat;

namespace Twitch.Serving.Posting;

/// <summary>Whether and where sessions' comments are posted.</summary>
internal sealed record PostingJson(
    bool Enabled, string? To = null, bool? DryRun = null, string? Approval = null, string? Stopped = null, bool? Failed = null, long? Offered = null, IReadOnlyDictionary<string, long>? Decided = null)
{
    public static PostingJson Of(ChatPoster poster)
    {
        PostCounts counts = poster.Counts;
        return new PostingJson(
            true, poster.Description, poster.IsDryRun, poster.Approval == ApprovalMode.Manual ? "manual" : "auto", poster.StoppedBecause, poster.HasFailed ? true : null, counts.Offered,
            counts.Decided.ToDictionary(pair => PostJson.NameOf(pair.Key), pair => pair.Value));
    }
}

/// <summary>What became of a comment that was offered for posting.</summary>
/// <param name="Decision">A <see cref="PostDecision"/>, such as <c>sent</c> or <c>rate_limited</c>.</param>
/// <param name="Detail">Why, for people.</param>
internal sealed record PostJson(string Decision, string? Detail)
{
    public static PostJson Of(PostOutcome outcome) => new(NameOf(outcome.Decision), outcome.Detail.Length > 0 ? outcome.Detail : null);

    public static string NameOf(PostDecision decision) => JsonNamingPolicy.SnakeCaseLower.ConvertName(decision.ToString());
}
