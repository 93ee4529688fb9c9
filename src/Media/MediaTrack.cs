namespace Twitch.Media;

/// <summary>Which half of a stream.</summary>
internal enum MediaTrack
{
    /// <summary>What is seen.</summary>
    Picture,

    /// <summary>What is heard.</summary>
    Sound,
}
