namespace Twitch;

/// <summary>Which picture stands for a second (<c>frame_sampling</c> in config.json). Training and serving use the same.</summary>
public enum FrameSampling
{
    /// <summary>The newest one at or before the second. Pictures that no other depends on are passed over, so it may be one earlier.</summary>
    Exact,

    /// <summary>The newest keyframe at or before the second: a tenth of the work and less. Only where keyframes are at most 2.1 s apart.</summary>
    Keyframes,
}
