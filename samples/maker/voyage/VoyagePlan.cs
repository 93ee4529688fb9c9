namespace Maker.Voyage;

/// <summary>What comes into view.</summary>
internal enum View { Whale, Balloon, Iceberg, Dolphins, Kraken, Rainbow, Pirates, Lighthouse }

/// <summary>What is heard over wind and waves. The horn and the song mean something only with a ship or a lighthouse in view.</summary>
internal enum Sound { Gulls, Thunder, Drums, Bell, Horn, Song }

/// <summary>Something from <paramref name="Start"/> to <paramref name="End"/>, in seconds; <paramref name="Look"/> is the seed of its own variation.</summary>
internal readonly record struct Passage<T>(T What, double Start, double End, int Look);

/// <summary>The schedule: views, one after another with the empty sea between them, and sounds drawn independently of them, but that every pirate
/// ship and every lighthouse is met by the horn or the song.</summary>
internal sealed class VoyagePlan
{
    private readonly List<Passage<View>> _views = [];
    private readonly List<Passage<Sound>> _sounds = [];

    public VoyagePlan(int seed, double length)
    {
        Length = length;
        var random = new Random(seed);
        var views = new Bag<View>(random, Enum.GetValues<View>());
        for (double time = 6; time < length - 12;)
        {
            double end = time + 6 + 3 * random.NextDouble();
            _views.Add(new(views.Draw(), Round(time), Round(end), random.Next()));
            time = end + 2 + 5 * random.NextDouble();
        }

        var met = new Bag<Sound>(random, Sound.Horn, Sound.Song);
        foreach (Passage<View> view in _views.Where(view => view.What is View.Pirates or View.Lighthouse))
        {
            double start = view.Start + 0.3 + 0.7 * random.NextDouble();
            _sounds.Add(new(met.Draw(), Round(start), view.End, random.Next()));
        }
        Passage<Sound>[] fixedSounds = [.. _sounds];
        var sounds = new Bag<Sound>(random, Enum.GetValues<Sound>());
        for (double time = 4; time < length - 12; time += 3 + 5 * random.NextDouble())
        {
            double end = time + 3 + 3 * random.NextDouble();
            if (fixedSounds.Any(sound => time < sound.End + 1 && end > sound.Start - 1) || _views.Any(view => view.What is View.Pirates or View.Lighthouse && time < view.End && end > view.Start))
                continue;
            _sounds.Add(new(sounds.Draw(), Round(time), Round(end), random.Next()));
            time = end;
        }
        _sounds.Sort((a, b) => a.Start.CompareTo(b.Start));
    }

    /// <summary>Seconds of the stream.</summary>
    public double Length { get; }

    public IReadOnlyList<Passage<View>> Views => _views;

    public IReadOnlyList<Passage<Sound>> Sounds => _sounds;

    private static double Round(double time) => Math.Round(time, 2);

    // Every kind comes equally often, in an order of chance.
    private sealed class Bag<T>(Random random, params T[] kinds)
    {
        private readonly Stack<T> _left = [];

        public T Draw()
        {
            if (_left.Count == 0)
            {
                T[] fresh = [.. kinds];
                random.Shuffle(fresh);
                foreach (T kind in fresh)
                    _left.Push(kind);
            }
            return _left.Pop();
        }
    }
}
