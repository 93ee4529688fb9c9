namespace Maker;

/// <summary>Why people comment, and what they then say.</summary>
/// <param name="Name">Short name.</param>
/// <param name="Seen">The picture it needs, or null.</param>
/// <param name="Heard">The sound it needs, or null.</param>
/// <param name="Rate">Comments per second while people react at their liveliest.</param>
/// <param name="Patterns">Equally likely patterns; <c>{a|b}</c> is an equally likely choice.</param>
internal sealed record Cause(string Name, Seen? Seen, Heard? Heard, double Rate, params string[] Patterns)
{
    /// <summary>People react from this long after the start of what they react to …</summary>
    public const double FirstReaction = 1;

    /// <summary>… most of all until this long after the start …</summary>
    public const double LastLively = 5;

    /// <summary>… and to the end of it, this long after.</summary>
    public const double LastReaction = 1;

    private const double CalmShare = 0.5;

    /// <summary>Everything that can be said, with its probability given the cause.</summary>
    public IReadOnlyDictionary<string, double> Comments { get; } = Expand(Patterns);

    public string Kind => (Seen, Heard) switch
    {
        (null, null) => "none",
        (_, null) => "seen",
        (null, _) => "heard",
        _ => "both",
    };

    /// <summary>When the cause is there.</summary>
    public IEnumerable<(double Start, double End)> Occasions(Plan plan) => (Seen, Heard) switch
    {
        (null, null) => [(-FirstReaction, plan.Length - LastReaction)],
        (null, _) => plan.Sounds.Where(s => s.What == Heard).Select(s => (s.Start, s.End)),
        (_, null) => plan.Pictures.Where(s => s.What == Seen).Select(s => (s.Start, s.End)),
        _ => plan.Pictures.Where(p => p.What == Seen && plan.Sounds.Any(s => s.What == Heard && s.Start == p.Start)).Select(p => (p.Start, p.End)),
    };

    /// <summary>Comments per second at a moment.</summary>
    public double RateAt(double time, Plan plan)
    {
        if (Kind == "none")
            return Rate;
        double rate = 0;
        foreach ((double start, double end) in Occasions(plan))
        {
            if (time >= start + FirstReaction && time < end + LastReaction)
                rate = Math.Max(rate, time < start + LastLively ? Rate : CalmShare * Rate);
        }
        return rate;
    }

    /// <summary>One comment by chance.</summary>
    public string Draw(Random random)
    {
        double left = random.NextDouble();
        foreach ((string text, double probability) in Comments)
        {
            if ((left -= probability) < 0)
                return text;
        }
        return Comments.Keys.Last();
    }

    private static Dictionary<string, double> Expand(string[] patterns)
    {
        var texts = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string pattern in patterns)
            Choose(pattern, 1.0 / patterns.Length);
        return texts;

        void Choose(string pattern, double probability)
        {
            int open = pattern.IndexOf('{', StringComparison.Ordinal);
            if (open < 0)
            {
                string text = string.Join(' ', pattern.Split(' ', StringSplitOptions.RemoveEmptyEntries));
                texts[text] = texts.GetValueOrDefault(text) + probability;
                return;
            }
            int close = pattern.IndexOf('}', open);
            string[] options = pattern[(open + 1)..close].Split('|');
            foreach (string option in options)
                Choose(pattern[..open] + option + pattern[(close + 1)..], probability / options.Length);
        }
    }
}
