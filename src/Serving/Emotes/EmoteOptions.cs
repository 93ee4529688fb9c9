namespace Twitch.Serving.Emotes;

/// <summary>Which words of a comment are pictures, and where the pictures may come from.</summary>
public sealed record EmoteOptions
{
    /// <summary>The picture servers of Twitch, BetterTTV, FrankerFaceZ and 7TV.</summary>
    public static IReadOnlyList<string> KnownHosts { get; } =
        ["static-cdn.jtvnw.net", "cdn.betterttv.net", "cdn.frankerfacez.com", "cdn.7tv.app"];

    /// <summary>A JSON object from each emote's name to its picture's https address; null has no pictures.</summary>
    public string? File { get; init; }

    /// <summary>Hosts that pictures are fetched from, by their whole names; each must resolve to public addresses.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = KnownHosts;

    /// <summary>Largest picture that is kept, in bytes.</summary>
    public int MaxPictureBytes { get; init; } = 1 << 20;

    /// <summary>Bytes of all pictures in memory; beyond it the ones not asked for longest are dropped.</summary>
    public long MaxCacheBytes { get; init; } = 64L << 20;

    /// <summary>How long one picture may take to fetch.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a picture that could not be fetched stays text before it is tried again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(1);
}
