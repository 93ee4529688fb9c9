namespace Twitch.Live.Doctor;

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What it is.</param>
/// <param name="State"><c>ok</c>, <c>missing</c> where the use that was asked for needs it, or <c>absent</c> where only other uses do.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedy">What to do about it; null if nothing.</param>
internal sealed record Finding(string Name, string State, string Found, string? Remedy)
{
    public static Finding Ok(string name, string found) => new(name, "ok", found, null);

    /// <summary>Something that is not as it should be.</summary>
    /// <param name="name">What it is.</param>
    /// <param name="isNeeded">The use that was asked for needs it.</param>
    /// <param name="found">What was found.</param>
    /// <param name="remedy">What to do about it.</param>
    public static Finding Lacks(string name, bool isNeeded, string found, string remedy) => new(name, isNeeded ? "missing" : "absent", found, remedy);

    /// <summary>The use that was asked for fails without it.</summary>
    public bool IsMissing => State == "missing";
}
