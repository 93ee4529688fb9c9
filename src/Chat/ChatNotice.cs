namespace Twitch.Chat;

/// <summary>What Twitch's reasons for not saying something mean: the <c>msg-id</c> of a NOTICE, the <c>drop_reason.code</c> of Helix.</summary>
internal static class ChatNotice
{
    private static readonly TimeSpan _rateWindow = TimeSpan.FromSeconds(30), _shortPause = TimeSpan.FromSeconds(10), _longPause = TimeSpan.FromMinutes(1);

    /// <summary>Reads a reason.</summary>
    /// <param name="code">Twitch's code.</param>
    /// <param name="words">Twitch's words, for people.</param>
    /// <returns>Null if the code is no answer to a post.</returns>
    public static SendResult? Read(string code, string words)
    {
        string detail = words.Length == 0 ? code : $"{words} ({code})";
        return code switch
        {
            "msg_duplicate" => new(SendStatus.Duplicate, detail),
            "msg_ratelimit" => new(SendStatus.RateLimited, detail, _rateWindow),
            "msg_slowmode" => new(SendStatus.RateLimited, detail, _shortPause),
            "msg_timedout" => new(SendStatus.RateLimited, detail, _longPause),
            "msg_followersonly" or "msg_followersonly_followed" or "msg_followersonly_zero" or "msg_subsonly" or "msg_emoteonly" or "msg_verified_email"
                => new(SendStatus.Refused, detail, _longPause),    // until the channel's mode changes every post would meet the same
            "msg_banned" or "msg_banned_phone_number_alias" or "msg_channel_suspended" or "msg_channel_blocked" or "msg_suspended" or "msg_requires_verified_phone_number"
                or "tos_ban" or "no_permission" => new(SendStatus.Forbidden, detail),
            _ when code.StartsWith("msg_", StringComparison.Ordinal) || code == "unrecognized_cmd" => new(SendStatus.Refused, detail),
            _ => null,
        };
    }
}
