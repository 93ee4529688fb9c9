namespace Maker.Arena;

/// <summary>Makes the sound track: a murmuring crowd and a drone whose key changes, and the plan's noises over them. Rising and falling tones
/// have the same spectrum, slow and fast knocks the same sound.</summary>
internal static class ArenaSound
{
    public const int SampleRate = 16_000;

    /// <summary>Three tones, played twice, take this long; a row of knocks at most <see cref="KnockTime"/>.</summary>
    public const double TuneTime = 2.1, KnockTime = 1.6;

    private const double Tone = 0.3, SlowPace = 0.45, FastPace = 0.15;

    /// <summary>Mono 16-bit samples, little-endian.</summary>
    public static byte[] ToPcm(ArenaPlan plan)
    {
        var mix = new double[(int)(plan.Length * SampleRate)];
        AddCrowd(mix, new Random(1));
        foreach (Happening<Noise> noise in plan.Noises)
        {
            var random = new Random(noise.Look);
            double key = 380 + 420 * random.NextDouble(), loud = 0.22 + 0.12 * random.NextDouble();
            double[] chord = [key, key * 1.26, key * 1.587];
            switch (noise.What)
            {
                case Noise.RisingTones: AddTune(mix, noise.Start, chord, loud); break;
                case Noise.FallingTones: AddTune(mix, noise.Start, [chord[2], chord[1], chord[0]], loud); break;
                case Noise.LoneTone: AddTone(mix, noise.Start, 3 * Tone, chord[random.Next(3)], loud); break;
                case Noise.SlowKnocks: AddKnocks(mix, noise.Start, SlowPace, random); break;
                case Noise.FastKnocks: AddKnocks(mix, noise.Start, FastPace, random); break;
            }
        }

        var bytes = new byte[mix.Length * 2];
        for (int i = 0; i < mix.Length; i++)
            BitConverter.TryWriteBytes(bytes.AsSpan(2 * i), (short)Math.Round(30_000 * Math.Tanh(mix[i])));
        return bytes;
    }

    private static void AddTune(double[] mix, double start, double[] pitches, double loud)
    {
        for (int i = 0; i < 6; i++)
            AddTone(mix, start + i * (Tone + 0.04) + (i > 2 ? 0.1 : 0), Tone, pitches[i % 3], loud);
    }

    private static void AddTone(double[] mix, double start, double length, double pitch, double loud) => Add(mix, start, length,
        t => loud * Math.Clamp(Math.Min(t, length - t) / 0.015, 0, 1) * (Sine(pitch * t) + 0.5 * Sine(2 * pitch * t) + 0.25 * Sine(3 * pitch * t)));

    private static void AddKnocks(double[] mix, double start, double pace, Random random)
    {
        for (int knock = 0; knock < 4; knock++)
            Add(mix, start + knock * pace, 0.12, t => Math.Exp(-45 * t) * (0.5 * (2 * random.NextDouble() - 1) + 0.8 * Sine(190 * t)));
    }

    private static void AddCrowd(double[] mix, Random random)
    {
        double low = 0, swell = 0, drone = 110;
        for (int i = 0; i < mix.Length; i++)
        {
            if (i % (13 * SampleRate) == 0)
                drone = 80 + 80 * random.NextDouble();
            if (i % (SampleRate / 4) == 0)
                swell = 0.9 * swell + 0.1 * random.NextDouble();
            low += 0.12 * (2 * random.NextDouble() - 1 - low);
            double time = (double)i / SampleRate;
            mix[i] += (0.1 + 0.3 * swell) * low + 0.03 * Sine(drone * time) + 0.02 * Sine(1.5 * drone * time);
        }
    }

    private static void Add(double[] mix, double start, double length, Func<double, double> sound)
    {
        int first = (int)(start * SampleRate), count = (int)(length * SampleRate);
        for (int i = 0; i < count && first + i < mix.Length; i++)
            mix[first + i] += sound((double)i / SampleRate);
    }

    private static double Sine(double turns) => Math.Sin(2 * Math.PI * turns);
}
