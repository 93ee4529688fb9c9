namespace Maker.Arena;

/// <summary>What small thing happens in the picture. A lone flag means nothing; of two, their order matters.</summary>
internal enum Act { RedThenBlue, BlueThenRed, LoneRed, LoneBlue, BallToLeft, BallToRight, Hit, Heal, Key, Gem, Beast }

/// <summary>What is heard over the crowd. A lone tone means nothing; of three, their order matters, and of knocks their pace.</summary>
internal enum Noise { RisingTones, FallingTones, SlowKnocks, FastKnocks, LoneTone }

/// <summary>Something that begins at <paramref name="Start"/>, in seconds; <paramref name="Look"/> is the seed of its own variation.</summary>
internal readonly record struct Happening<T>(T What, double Start, int Look);

/// <summary>The schedule: acts and noises drawn independently, but that most beasts are met by a tune.</summary>
internal sealed class ArenaPlan
{
    /// <summary>Seconds that a flag, the gap between two flags, a ball's way, an item and a beast take.</summary>
    public const double FlagTime = 2, FlagGap = 0.4, BallTime = 4, ItemTime = 4, BeastTime = 7;

    /// <summary>Full length of the health bar, in parts.</summary>
    public const int FullHealth = 5;

    private readonly List<Happening<Act>> _acts = [];
    private readonly List<Happening<Noise>> _noises = [];
    private readonly List<(double Start, double End)> _calms = [], _lit = [];
    private readonly List<(double Time, int Health)> _health = [(0, 3)];

    public ArenaPlan(int seed, double length)
    {
        Length = length;
        var random = new Random(seed);
        for (double time = 30; time < length;)
        {
            double end = time + 12 + 14 * random.NextDouble();
            _calms.Add((time, end));
            time = end + 30 + 30 * random.NextDouble();
        }
        AddActs(random);
        AddNoises(random);
        for (double time = 8; time < length;)
        {
            double end = time + 10 + 14 * random.NextDouble();
            _lit.Add((time, end));
            time = end + 10 + 14 * random.NextDouble();
        }
    }

    /// <summary>Seconds of the stream.</summary>
    public double Length { get; }

    public IReadOnlyList<Happening<Act>> Acts => _acts;

    public IReadOnlyList<Happening<Noise>> Noises => _noises;

    /// <summary>Whether the lamp is lit.</summary>
    public bool IsLit(double time) => _lit.Any(stretch => time >= stretch.Start && time < stretch.End);

    /// <summary>Parts of the health bar.</summary>
    public int Health(double time) => _health.Last(change => change.Time <= time).Health;

    /// <summary>The beast that is there, or null.</summary>
    public Happening<Act>? BeastAt(double time)
    {
        foreach (Happening<Act> act in _acts)
        {
            if (act.What == Act.Beast && time >= act.Start && time < act.Start + BeastTime)
                return act;
        }
        return null;
    }

    private void AddActs(Random random)
    {
        Act[] kinds = Enum.GetValues<Act>();
        var bag = new List<Act>();
        double beastEnd = 0;
        for (double time = 4; time < Length - 8; time = Next(time, random, 2.8, 4.8))
        {
            if (bag.Count == 0)
            {
                Act[] fresh = [.. kinds];
                random.Shuffle(fresh);
                bag.AddRange(fresh);
            }
            Act act = bag[^1];
            bag.RemoveAt(bag.Count - 1);
            if (act is Act.Hit or Act.Heal)
            {
                int health = _health[^1].Health;
                act = health == 1 ? Act.Heal : health == FullHealth ? Act.Hit : act;
                _health.Add((time, health + (act == Act.Hit ? -1 : 1)));
            }
            if (act == Act.Beast && time < beastEnd)
                continue;
            _acts.Add(new(act, Math.Round(time, 2), random.Next()));
            if (act == Act.Beast)
                beastEnd = time + BeastTime;
            if (act is Act.RedThenBlue or Act.BlueThenRed)
                time += 1;
        }
    }

    private void AddNoises(Random random)
    {
        Noise[] kinds = Enum.GetValues<Noise>();
        foreach (Happening<Act> beast in _acts.Where(act => act.What == Act.Beast))
        {
            int draw = random.Next(7);
            if (draw < 6)
                _noises.Add(new(draw % 2 == 0 ? Noise.RisingTones : Noise.FallingTones, Math.Round(beast.Start + 1.5 + random.NextDouble(), 2), random.Next()));
        }
        Happening<Noise>[] tunes = [.. _noises];
        for (double time = 6; time < Length - 8; time = Next(time, random, 4.2, 7.5))
        {
            if (!tunes.Any(tune => Math.Abs(tune.Start - time) < 4))
                _noises.Add(new(kinds[random.Next(kinds.Length)], Math.Round(time, 2), random.Next()));
        }
        _noises.Sort((a, b) => a.Start.CompareTo(b.Start));
    }

    // Fights, in which something happens every few seconds, take turns with calms, in which nothing does.
    private double Next(double time, Random random, double least, double most)
    {
        time += least + (most - least) * random.NextDouble();
        return _calms.Where(calm => time >= calm.Start && time < calm.End).Select(calm => calm.End + 2 * random.NextDouble()).FirstOrDefault(time);
    }
}
