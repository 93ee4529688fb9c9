using System.Globalization;
using System.Text.RegularExpressions;

namespace Twitch.Chat;

/// <summary>What Twitch's reasons for not saying something mean: the <c>msg-id</c> of a NOTICE, the <c>drop_reason.code</c> of Helix.</summary>
internal static partial class ChatNotice
{
    private static readonly TimeSpan _rateWindow = TimeSpan.FromSeconds(30), _shortPause = TimeSpan.FromSeconds(10), _longPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _longest = TimeSpan.FromDays(15);    // Twitch's longest time-out is two weeks

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
            "msg_slowmode" or "slow_mode" => new(SendStatus.RateLimited, detail, Wait(words) ?? _shortPause),
            "msg_timedout" or "user_timed_out" => new(SendStatus.RateLimited, detail, Wait(words) ?? _longPause),
            "duplicate" or "message_duplicate" => new(SendStatus.Duplicate, detail),
            "rate_limited" or "rate_limit_exceeded" => new(SendStatus.RateLimited, detail, Wait(words) ?? _rateWindow),
            "followers_only_mode" or "subscribers_only_mode" or "subs_only_mode" or "emote_only_mode" or "user_warned" or "msg_followersonly" or "msg_followersonly_followed" or "msg_followersonly_zero" or "msg_subsonly" or "msg_emoteonly" or "msg_verified_email"
                => new(SendStatus.Refused, detail, _longPause),    // until the channel's mode changes every post would meet the same
            "msg_banned" or "msg_banned_phone_number_alias" or "msg_channel_suspended" or "msg_channel_blocked" or "msg_suspended" or "msg_requires_verified_phone_number"
                or "tos_ban" or "no_permission" or "user_banned" or "channel_suspended" or "phone_verification_required" => new(SendStatus.Forbidden, detail),
            _ when code.StartsWith("msg_", StringComparison.Ordinal) || code == "unrecognized_cmd" => new(SendStatus.Refused, detail),
            _ => null,
        };
    }

    /// <summary>How long Twitch says to wait: "You will be able to talk again in 87 seconds", "You are timed out for 9m 0s".</summary>
    /// <returns>Null if the words name no time; at most 15 days.</returns>
    internal static TimeSpan? Wait(string words)
    {
        double seconds = 0;
        foreach (Match match in Duration().Matches(words))
        {
            seconds += double.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) * char.ToLowerInvariant(match.Groups["unit"].ValueSpan[0]) switch
            {
                's' => 1,
                'm' => 60,
                'h' => 3600,
                'd' => 86_400,
                _ => 604_800,
            };
        }

        return seconds <= 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, _longest.TotalSeconds));
    }

    [GeneratedRegex(@"(?<![\w.])(?<count>\d{1,7})\s*(?:more\s+)?(?<unit>s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Duration();
}
