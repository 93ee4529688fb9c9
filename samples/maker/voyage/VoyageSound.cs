namespace Maker.Voyage;

/// <summary>Makes the sound track: wind, waves and a creaking hull, and the plan's sounds over them, each at a pitch and loudness of its own.</summary>
internal static class VoyageSound
{
    public const int SampleRate = 16_000;

    private static readonly int[] Scale = [0, 3, 5, 7, 10];    // half tones above the song's key

    /// <summary>Mono 16-bit samples, little-endian.</summary>
    public static byte[] ToPcm(VoyagePlan plan)
    {
        var mix = new float[(int)(plan.Length * SampleRate)];
        AddSea(mix, new Random(1));
        foreach (Passage<Sound> sound in plan.Sounds)
        {
            var random = new Random(sound.Look);
            double pitch = 0.8 + 0.4 * random.NextDouble(), loud = 0.8 + 0.5 * random.NextDouble();
            for (double at = sound.Start; at < sound.End - 0.3;)
                at += AddOnce(mix, sound.What, at, sound.End, pitch, loud, random);
        }

        var bytes = new byte[mix.Length * 2];
        for (int i = 0; i < mix.Length; i++)
            BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (short)Math.Round(30_000 * Math.Tanh(mix[i])));
        return bytes;
    }

    // Adds one repeat and tells how long after it the next one comes.
    private static double AddOnce(float[] mix, Sound what, double at, double end, double pitch, double loud, Random random)
    {
        double phase = 0, low = 0;
        switch (what)
        {
            case Sound.Gulls:
                Add(mix, at, 0.35, end, t =>
                {
                    phase += pitch * (1500 + 500 * Math.Sin(Math.PI * t / 0.35)) / SampleRate;
                    return loud * 0.16 * Gate(t, 0.35, 0.03) * (Sine(phase) + 0.6 * Sine(2 * phase) + 0.4 * Sine(3 * phase));
                });
                return 0.4 + 0.5 * random.NextDouble();
            case Sound.Thunder:
                Add(mix, at, 2.6, end, t =>
                {
                    low += 0.06 * (2 * random.NextDouble() - 1 - low);
                    return loud * 3.2 * low * Math.Exp(-1.1 * t) * (1 + 0.7 * Sine(2.3 * t));
                });
                return 2.2 + random.NextDouble();
            case Sound.Drums:
                Add(mix, at, 0.3, end, t => loud * 0.55 * Math.Exp(-13 * t) * Sine(pitch * (105 - 70 * t) * t));
                return 0.42;
            case Sound.Bell:
                Add(mix, at, 1.6, end, t => loud * 0.17 * Math.Exp(-2.5 * t) * (Sine(880 * pitch * t) + 0.7 * Sine(2.4 * 880 * pitch * t) + 0.4 * Sine(3.9 * 880 * pitch * t)));
                return random.Next(2) == 0 ? 0.5 : 1.1;
            case Sound.Horn:
                Add(mix, at, 1.8, end, t =>
                {
                    double sum = 0;
                    for (int overtone = 1; overtone <= 8; overtone++)
                        sum += Sine(overtone * 130 * pitch * t) / overtone;
                    return loud * 0.3 * Gate(t, 1.8, 0.1) * sum;
                });
                return 2.2;
            default:
                double note = 330 * pitch * Math.Pow(2, Scale[random.Next(Scale.Length)] / 12.0);
                Add(mix, at, 0.9, end, t =>
                {
                    phase += note * (1 + 0.02 * Sine(6 * t)) / SampleRate;
                    return loud * 0.2 * Gate(t, 0.9, 0.15) * (Sine(phase) + 0.35 * Sine(2 * phase) + 0.15 * Sine(3 * phase));
                });
                return 0.75;
        }
    }

    private static void AddSea(float[] mix, Random random)
    {
        double low = 0, wind = 0, swell = 0, target = 0;
        for (int i = 0; i < mix.Length; i++)
        {
            if (i % (2 * SampleRate) == 0)
                target = random.NextDouble();
            swell += (target - swell) / SampleRate;
            double noise = 2 * random.NextDouble() - 1, time = (double)i / SampleRate;
            low += 0.05 * (noise - low);
            wind += 0.3 * (noise - wind);
            mix[i] += (float)((0.25 + 0.5 * swell) * low * (1.2 + Sine(0.11 * time)) + 0.03 * wind * swell);
        }
        for (double at = 3; at < (double)mix.Length / SampleRate - 2; at += 4 + 9 * random.NextDouble())
        {
            double key = 60 + 50 * random.NextDouble();
            Add(mix, at, 0.7, at + 0.7, t => 0.07 * Gate(t, 0.7, 0.2) * Math.Sign(Sine((key + 20 * t) * t)));
        }
    }

    private static void Add(float[] mix, double at, double length, double end, Func<double, double> sound)
    {
        int first = (int)(at * SampleRate), count = (int)(Math.Min(length, end - at) * SampleRate);
        for (int i = 0; i < count && first + i < mix.Length; i++)
            mix[first + i] += (float)sound((double)i / SampleRate);
    }

    private static double Gate(double time, double length, double slope) => Math.Clamp(Math.Min(time, length - time) / slope, 0, 1);

    private static double Sine(double turns) => Math.Sin(2 * Math.PI * turns);
}
