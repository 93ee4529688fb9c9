using System.Text.RegularExpressions;

namespace Twitch.Runtime;

/// <summary>A stream named by the page it is on: <c>twitch:NAME</c>, a channel, recording or clip of Twitch, a stream or channel of YouTube. <see cref="StreamResolver"/>
/// finds out where it plays.</summary>
public sealed partial class StreamPage
{
    private StreamPage(string address, bool isYouTube = false, bool isPlaylist = false) => (Address, IsYouTube, IsPlaylist) = (address, isYouTube, isPlaylist);

    /// <summary>The page, as it is opened: https, without what else stood in the address. Of a playlist, <c>hls://</c> and what was given.</summary>
    public string Address { get; }

    /// <summary>The address to show, and to hold against rules: always http or https.</summary>
    public string Shown => !IsPlaylist ? Address : Address["hls://".Length..] is var rest && rest.Contains("://", StringComparison.Ordinal) ? rest : "https://" + rest;

    /// <summary>It is YouTube's.</summary>
    public bool IsYouTube { get; }

    /// <summary>It is streamlink's <c>hls://</c>, which leads to any address: only for who may open any.</summary>
    public bool IsPlaylist { get; }

    /// <summary>Reads an address; null if it is no such page.</summary>
    public static StreamPage? TryParse(string text)
    {
        if (TwitchName().Match(text) is { Success: true } channel)
            return new StreamPage("https://www.twitch.tv/" + channel.Groups["name"].Value.ToLowerInvariant());
        if (TwitchPage().Match(text) is { Success: true } twitch)
            return new StreamPage($"https://{(twitch.Groups["clips"].Success ? "clips" : "www")}.twitch.tv/{twitch.Groups["path"].Value}");
        if (YouTubeVideo().Match(text) is { Success: true } video)
            return new StreamPage("https://www.youtube.com/watch?v=" + video.Groups["id"].Value, isYouTube: true);
        if (YouTubeChannel().Match(text) is { Success: true } tube)
            return new StreamPage($"https://www.youtube.com/{tube.Groups["path"].Value}/live", isYouTube: true);
        return Playlist().IsMatch(text) ? new StreamPage(text, isPlaylist: true) : null;
    }

    /// <inheritdoc cref="Shown"/>
    public override string ToString() => Shown;

    [GeneratedRegex(@"\Atwitch:(?<name>[A-Za-z0-9_]{1,25})\z")]
    private static partial Regex TwitchName();

    [GeneratedRegex(@"\Ahttps?://(?:(?:(?:www|m)\.)?twitch\.tv/(?<path>videos/[0-9]{1,20}|[A-Za-z0-9_]{1,25}(?:/(?:v|video|clip)/[\w-]{1,200})?)|(?<clips>clips)\.twitch\.tv/(?<path>[\w-]{1,200}))/?(?:[?#].*)?\z", RegexOptions.ECMAScript)]
    private static partial Regex TwitchPage();

    [GeneratedRegex(@"\Ahttps?://(?:(?:(?:www|m)\.)?youtube\.com/(?:watch\?(?:[^#]*&)?v=|live/)|youtu\.be/)(?<id>[\w-]{11})(?:[?&#/].*)?\z", RegexOptions.ECMAScript)]
    private static partial Regex YouTubeVideo();

    [GeneratedRegex(@"\Ahttps?://(?:(?:www|m)\.)?youtube\.com/(?<path>@[\w.-]{1,100}|(?:channel|c|user)/[\w.-]{1,100})(?:/live)?/?(?:[?#].*)?\z", RegexOptions.ECMAScript)]
    private static partial Regex YouTubeChannel();

    [GeneratedRegex(@"\Ahls://[^\s-]\S*\z")]
    private static partial Regex Playlist();
}
