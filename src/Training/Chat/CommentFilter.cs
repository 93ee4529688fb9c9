using System.Text.RegularExpressions;

namespace Twitch.Training.Chat;

/// <summary>Says which comments are not learned from, and why.</summary>
internal sealed partial class CommentFilter
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

    private readonly ChatLogOptions _options;
    private readonly HashSet<string> _bots = new(_wellKnownBots, StringComparer.OrdinalIgnoreCase);

    public CommentFilter(ChatLogOptions options)
    {
        _options = options;
        _bots.UnionWith(options.ExtraBots.Select(name => name.Trim()));
        _bots.ExceptWith(options.AllowedBots.Select(name => name.Trim()));
    }

    /// <summary>The first reason against a comment, or null.</summary>
    /// <param name="login">Its author's login.</param>
    /// <param name="displayName">Its author's display name.</param>
    /// <param name="text">What was said, cleaned.</param>
    public DropReason? Check(string login, string displayName, string text)
    {
        if (text.Length == 0)
            return DropReason.Empty;
        if (_options.DropBots && (_bots.Contains(login) || _bots.Contains(displayName)))
            return DropReason.Bot;
        // Subscriptions come as comments of the subscriber in logs that have no kind of their own for them.
        if (displayName.Length > 0 && text.StartsWith(displayName, StringComparison.OrdinalIgnoreCase) && Event().IsMatch(text.AsSpan(displayName.Length)))
            return DropReason.Notice;
        if (_options.DropCommands && text.Length > 1 && text[0] == '!' && char.IsLetterOrDigit(text[1]))
            return DropReason.Command;
        return null;
    }

    [GeneratedRegex(@"^ (subscribed |just subscribed |converted |gifted |is gifting |is continuing |is paying forward |has been gifted |redeemed |raided )", RegexOptions.IgnoreCase)]
    private static partial Regex Event();
}
