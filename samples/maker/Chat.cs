namespace Maker;

/// <summary>One line of the chat; <paramref name="Cause"/> is null for what a filter should take out.</summary>
internal sealed record Line(double Time, string Author, string Text, Cause? Cause);

/// <summary>Draws the comments.</summary>
internal static class Chat
{
    /// <summary>Comments by chance, in order of time: each cause calls them forth at its own rate.</summary>
    public static List<Line> Draw(Plan plan, int seed)
    {
        var random = new Random(seed);
        string[] viewers = TwitchLog.Viewers(random);
        var lines = new List<Line>();
        foreach (Cause cause in Causes.All)
        {
            // A Poisson process at the highest rate, thinned to the rate of the moment.
            for (double time = Gap(cause); time < plan.Length; time += Gap(cause))
            {
                if (random.NextDouble() < cause.RateAt(time, plan) / cause.Rate)
                    lines.Add(new(Math.Round(time, 3), viewers[random.Next(viewers.Length)], cause.Draw(random), cause));
            }
        }
        lines.AddRange(Clutter(plan, viewers, random));
        return [.. lines.OrderBy(line => line.Time)];

        double Gap(Cause cause) => -Math.Log(1 - random.NextDouble()) / cause.Rate;
    }

    // What no one should learn: bots, commands, links, and one message without text.
    private static IEnumerable<Line> Clutter(Plan plan, string[] viewers, Random random)
    {
        for (double time = 45; time < plan.Length; time += 90)
            yield return new(time, "Nightbot", "Follow the channel and join the discord!", null);
        for (double time = 70; time < plan.Length; time += 80)
        {
            string command = random.Next(2) == 0 ? "!uptime" : "!game";
            yield return new(time, viewers[random.Next(viewers.Length)], command, null);
            yield return new(time + 0.8, "StreamElements", command == "!uptime" ? "The stream has been live for a while." : "The game is Made-up Runner.", null);
        }
        for (double time = 110; time < plan.Length; time += 130)
            yield return new(time, viewers[random.Next(viewers.Length)], $"clip it https://clips.example/{random.Next(1000, 9999)}", null);
        yield return new(200.5, viewers[0], "", null);
    }
}
