namespace Maker;

/// <summary>What the picture shows.</summary>
internal enum Seen { Grass, Snow, Lava, Ocean, Boss, Win, GameOver }

/// <summary>What the sound is.</summary>
internal enum Heard { Music, Airhorn, Cat, Muted, Scream, Fanfare, Trombone }

/// <summary>Something that lasts from <paramref name="Start"/> to <paramref name="End"/>, in seconds of the stream; <paramref name="Look"/>
/// is the seed of its own variation: colours, positions, notes.</summary>
internal readonly record struct Stretch<T>(T What, double Start, double End, int Look)
{
    public bool Holds(double time) => time >= Start && time < End;
}

/// <summary>The schedule: rounds of one or two levels, each round ended by a screen. Levels and the sounds over them are drawn
/// independently, with cuts at different moments; a screen's sound begins and ends with it.</summary>
internal sealed class Plan
{
    /// <summary>The demo trains before this share of the length, and comments after it.</summary>
    public const double TrainingShare = 0.7;

    private static readonly Seen[] Levels = [Seen.Grass, Seen.Snow, Seen.Lava, Seen.Ocean, Seen.Boss];
    private static readonly Heard[] LevelSounds = [Heard.Music, Heard.Airhorn, Heard.Cat, Heard.Muted, Heard.Scream];

    // Pairs that never start together in the first part, so that the last part has combinations never met before.
    private static readonly (Seen, Heard)[] HeldOut =
        [(Seen.Snow, Heard.Scream), (Seen.Lava, Heard.Muted), (Seen.Ocean, Heard.Airhorn), (Seen.Boss, Heard.Cat)];

    private readonly List<Stretch<Seen>> _seen = [];
    private readonly List<Stretch<Heard>> _heard = [];
    private readonly Random _random;

    public Plan(int seed)
    {
        _random = new Random(seed);
        AddRounds(screensOfEach: [5, 5, 5, 5], levelsOfEach: [5, 5, 5, 5, 5], soundsOfEach: [5, 5, 5, 5, 5], pairs => !pairs.Any(HeldOut.Contains));
        AddRounds(screensOfEach: [3, 2, 2, 3], levelsOfEach: [2, 3, 3, 3, 3], soundsOfEach: [2, 3, 3, 3, 3], pairs => HeldOut.All(pairs.Contains));
        Length = Math.Ceiling(_seen[^1].End + 2);
        _seen[^1] = _seen[^1] with { End = Length };
        _heard[^1] = _heard[^1] with { End = Length };
    }

    public IReadOnlyList<Stretch<Seen>> Pictures => _seen;

    public IReadOnlyList<Stretch<Heard>> Sounds => _heard;

    /// <summary>Seconds of the stream; whole.</summary>
    public double Length { get; }

    private void AddRounds(int[] screensOfEach, int[] levelsOfEach, int[] soundsOfEach, Predicate<(Seen, Heard)[]> accepts)
    {
        (Seen, Heard)[] screens = Repeat(
            [(Seen.Win, Heard.Fanfare), (Seen.Win, Heard.Trombone), (Seen.GameOver, Heard.Fanfare), (Seen.GameOver, Heard.Trombone)], screensOfEach);
        Seen[] levels = Repeat(Levels, levelsOfEach);
        Heard[] sounds = Repeat(LevelSounds, soundsOfEach);

        _random.Shuffle(screens);
        do
        {
            _random.Shuffle(levels);
            _random.Shuffle(sounds);
        }
        while (!accepts([.. levels.Zip(sounds)]));

        // Every round has one level; those left over go to rounds drawn by chance.
        var counts = new int[screens.Length];
        Array.Fill(counts, 1);
        int[] longer = [.. Enumerable.Range(0, screens.Length)];
        _random.Shuffle(longer);
        foreach (int round in longer.Take(levels.Length - screens.Length))
            counts[round]++;

        for (int round = 0, level = 0; round < screens.Length; level += counts[round++])
        {
            AddLevels(levels.AsSpan(level, counts[round]), sounds.AsSpan(level, counts[round]));
            double start = _seen[^1].End, end = start + Uniform(7, 8);
            _seen.Add(new(screens[round].Item1, start, end, _random.Next()));
            _heard.Add(new(screens[round].Item2, start, end, _random.Next()));
        }
    }

    private void AddLevels(ReadOnlySpan<Seen> levels, ReadOnlySpan<Heard> sounds)
    {
        double start = _seen.Count == 0 ? 0 : _seen[^1].End, at = start;
        var cuts = new List<double>();
        foreach (Seen level in levels)
        {
            double end = at + Uniform(8, 9.5);
            _seen.Add(new(level, at, end, _random.Next()));
            cuts.Add(at = end);
        }

        // The sounds' cuts are moved away from the pictures' cuts; a little music stands before each sound.
        for (int i = 0; i < sounds.Length; i++)
        {
            double end = i == sounds.Length - 1 ? at : cuts[i] + Uniform(-1.5, 1.5), onset = start + Uniform(0.4, 1.6);
            _heard.Add(new(Heard.Music, start, onset, _random.Next()));
            _heard.Add(new(sounds[i], onset, end, _random.Next()));
            start = end;
        }
    }

    private double Uniform(double least, double most) => Math.Round(least + (most - least) * _random.NextDouble(), 1);

    private static T[] Repeat<T>(T[] kinds, int[] counts) => [.. kinds.SelectMany((kind, i) => Enumerable.Repeat(kind, counts[i]))];
}
