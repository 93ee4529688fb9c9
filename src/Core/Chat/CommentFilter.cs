using System.Text.RegularExpressions;

namespace Twitch;

/// <summary>Says which comments are not learned from, and not shown to a model later, and why.</summary>
public sealed partial class CommentFilter
{
    private static readonly string[] _wellKnownBots =
    [
        "nightbot", "streamelements", "streamlabs", "moobot", "fossabot", "wizebot", "soundalerts", "stay_hydrated_bot", "sery_bot",
        "phantombot", "deepbot", "coebot", "ankhbot", "scorpbot", "streamkit", "pretzelrocks", "songlistbot", "commanderroot",
        "streamlootsbot", "restreambot", "restream", "mixitupapp", "streamerbot", "firebotapp", "botrixoficial", "botrix", "kofistreambot",
        "tangiabot", "playwithviewersbot", "own3d", "lolrankbot", "dixperbro", "frostytoolsdotcom", "blerp", "buttsbot", "supibot",
        "titlechange_bot", "thepositivebot", "hnlbot", "snusbot", "xanbot", "vivbot", "ohbot", "muxybot", "logviewer", "rainmaker",
        "creatisbot", "overlayexpert", "regressz", "kikettebot", "trackerggbot", "pokemoncommunitygame", "casterlabs", "anotherttvviewer",
    ];

    private readonly HashSet<string> _bots = new(_wellKnownBots, StringComparer.OrdinalIgnoreCase);

    /// <summary>A filter that knows the usual bots.</summary>
    /// <param name="extraBots">Names, in any case, that are bots of this channel.</param>
    /// <param name="allowedBots">Names, in any case, that are no bots whatever the lists say.</param>
    public CommentFilter(IEnumerable<string>? extraBots = null, IEnumerable<string>? allowedBots = null)
    {
        _bots.UnionWith((extraBots ?? []).Select(name => name.Trim()));
        _bots.ExceptWith((allowedBots ?? []).Select(name => name.Trim()));
    }

    /// <summary>Whether comments of well-known bots and of the extra ones are dropped.</summary>
    public bool DropBots { get; init; } = true;

    /// <summary>Whether comments that start with <c>!word</c> are dropped.</summary>
    public bool DropCommands { get; init; } = true;

    /// <summary>The first reason against a comment, or null.</summary>
    /// <param name="login">Its author's login.</param>
    /// <param name="displayName">Its author's display name.</param>
    /// <param name="text">What was said, cleaned.</param>
    public DropReason? Check(string login, string displayName, string text)
    {
        if (text.Length == 0)
            return DropReason.Empty;
        if (DropBots && (_bots.Contains(login) || _bots.Contains(displayName)))
            return DropReason.Bot;
        if (IsNotice(displayName, text) || IsNotice(login, text))
            return DropReason.Notice;
        if (DropCommands && text.Length > 1 && text[0] == '!' && char.IsLetterOrDigit(text[1]))
            return DropReason.Command;
        return null;
    }

    // Logs without a kind of their own for the platform's notices have them as comments of the one they are about. The wording is Twitch's, as its VODs' chats
    // have it: subscriptions, gifts, watch streaks, charity and raids name the one who is meant, badges of bits do not.
    private static bool IsNotice(string name, string text) =>
        (name.Length > 0 && text.StartsWith(name, StringComparison.OrdinalIgnoreCase) && Event().IsMatch(text.AsSpan(name.Length)))
        || (name.Length > 0 && Raid().Match(text) is { Success: true } raid && raid.Groups["from"].ValueSpan.Equals(name, StringComparison.OrdinalIgnoreCase))
        || Announcement().IsMatch(text);

    [GeneratedRegex(@"^(?: (?:subscribed |just subscribed |converted |gifted |is gifting |is continuing |is paying forward |has been gifted |redeemed |raided " +
        @"|watched \d{1,5} consecutive streams|sparked a watch streak|(?:just )?earned a new \S+ Bits badge)|: Donated \S+ [\d.,]+ to support )", RegexOptions.IgnoreCase)]
    private static partial Regex Event();

    [GeneratedRegex(@"^[\d.,]+ raiders? from (?<from>.{1,60}?) ha(?:ve|s) joined!")]
    private static partial Regex Raid();

    [GeneratedRegex(@"^(?:(?:just )?earned a new [\d.,]+[KM]? Bits badge!|bits badge tier notification$|An anonymous user (?:gifted a|is gifting \d{1,5}) Tier \d)", RegexOptions.IgnoreCase)]
    private static partial Regex Announcement();
}
