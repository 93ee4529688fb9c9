namespace Twitch.Training.Evaluating;

/// <summary>How many candidates a comment is ranked among, and of which kinds.</summary>
/// <param name="Name">As <c>--protocol</c> has it.</param>
/// <param name="Count">Candidates, the truth among them; fewer if the chat has fewer different comments.</param>
/// <param name="Popular">Most popular ones.</param>
/// <param name="Plausible">Most plausible ones; the rest is drawn at random.</param>
internal sealed record Protocol(string Name, int Count, int Popular, int Plausible)
{
    /// <summary>A hundred candidates: Ma et al., "LiveBot", 2019.</summary>
    public static Protocol LiveBot { get; } = new("livebot", 100, 20, 20);

    /// <summary>Ten candidates, as many as "Semantic frame aggregation-based transformer for live video comment generation" (SFAT), 2025, ranks; the
    /// kinds in LiveBot's shares.</summary>
    public static Protocol Sfat { get; } = new("sfat", 10, 2, 2);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Protocol> All { get; } = [LiveBot, Sfat];

    /// <summary>The protocol of that name.</summary>
    /// <exception cref="TwitchException">There is none (exit code 2).</exception>
    public static Protocol Of(string name) => All.FirstOrDefault(protocol => protocol.Name == name)
        ?? throw new TwitchException($"--protocol is '{name}'; it must be {string.Join(" or ", All.Select(protocol => protocol.Name))}.", ExitCode.Usage);
}
