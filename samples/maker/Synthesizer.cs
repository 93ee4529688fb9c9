namespace Maker;

/// <summary>Makes the whole sound track: game music and a murmuring streamer beneath, the plan's sounds over it.</summary>
internal sealed class Synthesizer
{
    public const int SampleRate = 24_000;

    private readonly double[] _mix;

    public Synthesizer(Plan plan)
    {
        _mix = new double[(int)(plan.Length * SampleRate)];
        AddMusic(new Random(1), plan.Length);
        AddVoice(new Random(2), plan.Length);
        AddCoins(new Random(3), plan.Length);
        foreach (Stretch<Heard> sound in plan.Sounds)
        {
            if (sound.What is Heard.Muted or Heard.Fanfare or Heard.Trombone)
                Silence(sound.Start, sound.End);
        }
        foreach (Stretch<Heard> sound in plan.Sounds)
        {
            var random = new Random(sound.Look);
            for (double at = sound.Start; at < sound.End - 0.5;)
                at += AddOnce(sound.What, at, sound.End, random) ?? double.PositiveInfinity;
        }
    }

    /// <summary>Mono 16-bit samples, little-endian.</summary>
    public byte[] ToPcm()
    {
        var bytes = new byte[_mix.Length * 2];
        for (int i = 0; i < _mix.Length; i++)
            BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (short)Math.Round(30_000 * Math.Tanh(_mix[i])));
        return bytes;
    }

    // Adds one repeat of a sound, cut off at its end, and tells how long after it the next one comes; null: it has none.
    private double? AddOnce(Heard what, double at, double end, Random random) => what switch
    {
        Heard.Airhorn => AddAirhorn(at, end, 0.94 + 0.12 * random.NextDouble()),
        Heard.Cat => AddMeow(at, end, 560 + 160 * random.NextDouble(), 0.6 + 0.3 * random.NextDouble()),
        Heard.Scream => AddScream(at, end, random),
        Heard.Fanfare => AddFanfare(at, end, 0.95 + 0.1 * random.NextDouble()),
        Heard.Trombone => AddTrombone(at, end, 0.95 + 0.1 * random.NextDouble()),
        _ => null,
    };

    private double AddAirhorn(double at, double end, double pitch)
    {
        foreach ((double offset, double length) in new[] { (0.0, 0.16), (0.22, 0.16), (0.44, 0.16), (0.66, 1.1) })
        {
            Add(at + offset, length, end, t => 0.5 * Gate(t, length, 0.01)
                * Math.Tanh(2 * (Saw(415 * pitch, t) + Saw(466 * pitch, t) + Saw(622 * pitch, t))));
        }
        return 2.1;
    }

    private double AddMeow(double at, double end, double pitch, double length)
    {
        double phase = 0;
        Add(at, length, end, t =>
        {
            double share = t / length;
            phase += pitch * (1 + 0.5 * Math.Sin(Math.PI * Math.Min(1, share * 1.3))) / SampleRate;
            double open = Math.Sin(Math.PI * share);                       // "mi-a-ow": more overtones while the mouth is open
            double voice = Sine(phase) + (0.3 + 0.6 * open) * Sine(2 * phase) + 0.6 * open * Sine(3 * phase) + 0.3 * open * Sine(4 * phase);
            return 0.34 * Math.Sqrt(open) * voice;
        });
        return length + 0.35;
    }

    private double AddScream(double at, double end, Random random)
    {
        const double Length = 1.7;
        double phase = 0, low = 0, band = 0;
        Add(at, Length, end, t =>
        {
            double centre = 2 * Math.Sin(Math.PI * 3000 / SampleRate), noise = 2 * random.NextDouble() - 1;
            low += centre * band;                                          // a state-variable filter
            band += centre * (noise - low - 0.7 * band);
            phase += (1750 - 350 * t + 60 * Math.Sin(2 * Math.PI * 19 * t)) / SampleRate;
            return Gate(t, Length, 0.04) * (0.75 * band + 0.25 * Sine(phase) + 0.12 * Sine(2 * phase));
        });
        return 2.2;
    }

    private double AddFanfare(double at, double end, double pitch)
    {
        // Trumpets: G G G C – E – G, as chords of a root, its third and its fifth.
        foreach ((double offset, double length, double root) in new[]
            { (0.0, 0.16, 392.0), (0.2, 0.16, 392), (0.4, 0.16, 392), (0.6, 0.55, 523.3), (1.2, 0.3, 659.3), (1.55, 1.1, 784) })
        {
            Add(at + offset, length, end, t =>
            {
                double sum = 0;
                for (int overtone = 1; overtone <= 6; overtone++)
                    sum += (Sine(overtone * root * pitch * t) + 0.6 * Sine(overtone * root * 1.26 * pitch * t) + 0.5 * Sine(overtone * root * 1.498 * pitch * t)) / Math.Sqrt(overtone);
                return 0.16 * Gate(t, length, 0.02) * sum;
            });
        }
        return 2.9;
    }

    private double AddTrombone(double at, double end, double pitch)
    {
        // "Wah wah wah waaah": four falling low notes, each opening and closing, the last one shaking.
        double offset = 0;
        foreach ((double length, double root) in new[] { (0.5, 155.6), (0.5, 146.8), (0.5, 138.6), (1.5, 130.8) })
        {
            double phase = 0;
            Add(at + offset, length, end, t =>
            {
                phase += root * pitch * (1 + (length > 1 ? 0.03 * Math.Sin(2 * Math.PI * 5.5 * t) : 0)) / SampleRate;
                double open = Math.Sin(Math.PI * Math.Min(1, t / 0.5)), sum = 0;
                for (int overtone = 1; overtone <= 5; overtone++)
                    sum += Math.Pow(0.35 + 0.45 * open, overtone - 1) * Sine(overtone * phase);
                return 0.42 * Gate(t, length, 0.04) * sum;
            });
            offset += length + 0.06;
        }
        return 3.5;
    }

    private void AddMusic(Random random, double end)
    {
        double[] scale = [1, 9.0 / 8, 5.0 / 4, 3.0 / 2, 5.0 / 3, 2];
        double key = 220, beat = 0.22;
        for (double at = 0; at < end; at += beat)
        {
            if (random.Next(64) == 0)
                key = 180 + 90 * random.NextDouble();
            double lead = 2 * key * scale[random.Next(scale.Length)], bass = key / 2 * scale[random.Next(3)];
            Add(at, beat, end, t => Gate(t, beat, 0.01) * (0.035 * Math.Sign(Sine(lead * t)) + 0.06 * Sine(bass * t)));
        }
    }

    private void AddVoice(Random random, double end)
    {
        for (double at = 0; at < end;)
        {
            for (int syllables = random.Next(4, 14); syllables > 0; syllables--)
            {
                double length = 0.12 + 0.12 * random.NextDouble(), pitch = 115 + 50 * random.NextDouble(), formant = 400 + 900 * random.NextDouble();
                Add(at, length, end, t =>
                {
                    double sum = 0;
                    for (int overtone = 1; overtone <= 14; overtone++)
                        sum += Sine(overtone * pitch * t) / (1 + Math.Pow((overtone * pitch - formant) / 220, 2));
                    return 0.11 * Math.Sin(Math.PI * t / length) * sum;
                });
                at += length;
            }
            at += 0.3 + 0.8 * random.NextDouble();
        }
    }

    private void AddCoins(Random random, double end)
    {
        for (double at = 1; at < end; at += 1.2 + 3 * random.NextDouble())
        {
            Add(at, 0.35, end, t => 0.1 * Math.Exp(-8 * t) * Math.Sign(Sine((t < 0.07 ? 988 : 1319) * t)));
        }
    }

    private void Silence(double start, double end) =>
        Array.Clear(_mix, (int)(start * SampleRate), Math.Min(_mix.Length, (int)(end * SampleRate)) - (int)(start * SampleRate));

    private void Add(double at, double length, double end, Func<double, double> sound)
    {
        int first = (int)(at * SampleRate), count = (int)(Math.Min(length, end - at) * SampleRate);
        for (int i = 0; i < count && first + i < _mix.Length; i++)
            _mix[first + i] += sound((double)i / SampleRate);
    }

    // 1 with short slopes at both ends.
    private static double Gate(double time, double length, double slope) => Math.Clamp(Math.Min(time, length - time) / slope, 0, 1);

    private static double Sine(double turns) => Math.Sin(2 * Math.PI * turns);

    private static double Saw(double frequency, double time) => 2 * (frequency * time - Math.Floor(frequency * time)) - 1;
}
