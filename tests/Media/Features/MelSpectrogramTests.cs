using System.Buffers;
using CsCheck;
using Twitch.Media.Features;

namespace Twitch.Media.Tests.Features;

public class MelSpectrogramTests
{
    private static readonly MelSpec Standard = MelSpec.Standard;

    [Fact]
    public void The_log_mel_is_that_of_torchaudio()
    {
        using SafeTensors golden = SafeTensors.Open("Fixtures/logmel.safetensors");

        float[] logmel = MelSpectrogram.Compute(Standard, golden.Read<float>("waveform"));

        AssertClose(golden.Read<float>("logmel"), logmel, 1e-3f);
    }

    [Fact]
    public void The_filters_and_the_window_are_those_of_torchaudio()
    {
        using SafeTensors golden = SafeTensors.Open("Fixtures/logmel.safetensors");
        var filters = new MelFilters(Standard);
        var table = new float[filters.BinCount * filters.Count];
        for (int filter = 0; filter < filters.Count; filter++)
        {
            ReadOnlySpan<float> weights = filters.Filter(filter, out int firstBin);
            for (int i = 0; i < weights.Length; i++)
                table[(firstBin + i) * filters.Count + filter] = weights[i];
        }

        AssertClose(golden.Read<float>("mel_filters"), table, 1e-4f);
        AssertClose(golden.Read<float>("window"), new PowerSpectrum(Standard.FftSize).Window, 1e-6f);
    }

    [Fact]
    public void The_power_spectrum_is_that_of_the_plain_sum()
    {
        float[] samples = Noise(64 + 7 * 16 * 4, seed: 2);
        var spectrum = new PowerSpectrum(64);
        var power = new System.Numerics.Vector<float>[33];

        spectrum.Compute(samples, hop: 16, power);

        for (int lane = 0; lane < PowerSpectrum.Lanes; lane++)
            for (int k = 0; k <= 32; k++)
            {
                double re = 0, im = 0;
                for (int n = 0; n < 64; n++)
                {
                    double x = samples[lane * 16 + n] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * n / 64));
                    re += x * Math.Cos(2 * Math.PI * k * n / 64);
                    im -= x * Math.Sin(2 * Math.PI * k * n / 64);
                }
                Assert.Equal(re * re + im * im, power[k][lane], 1e-3);
            }
    }

    [Fact]
    public void Silence_is_the_floor()
    {
        float[] logmel = MelSpectrogram.Compute(Standard, new float[16_000]);

        Assert.Equal(63 * 64, logmel.Length);
        Assert.All(logmel, value => Assert.Equal(Math.Log(1e-9), value, 1e-5));
    }

    [Fact]
    public void Sound_in_pieces_of_any_size_gives_the_same_bits_as_sound_that_is_whole()
    {
        Gen.Select(Gen.Int[0, 20_000], Gen.Int[1, 5000].List[1, 8]).Sample((length, pieces) =>
        {
            float[] waveform = Noise(length, seed: (uint)length);

            Assert.Equal(MelSpectrogram.Compute(Standard, waveform), InPieces(new MelSpectrogram(Standard), waveform, pieces));
        }, iter: 60, seed: "0N0XIzNsQ0O2");
    }

    [Fact]
    public void Sound_sample_by_sample_gives_the_same_bits()
    {
        float[] waveform = Noise(3000, seed: 5);

        Assert.Equal(MelSpectrogram.Compute(Standard, waveform), InPieces(new MelSpectrogram(Standard), waveform, [1]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(40)]
    public void A_later_step_can_be_computed_from_its_own_samples_alone(int firstStep)
    {
        float[] waveform = Noise(16_000, seed: 7);
        var mel = new MelSpectrogram(Standard, firstStep);

        float[] late = InPieces(mel, waveform[(int)mel.FirstSample..], [999]);

        Assert.Equal(MelSpectrogram.Compute(Standard, waveform)[(firstStep * 64)..], late);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(255, 1)]
    [InlineData(256, 2)]
    [InlineData(700, 3)]
    [InlineData(16_000, 63)]
    public void Every_waveform_has_the_steps_that_its_spec_counts(int samples, int steps)
    {
        float[] logmel = MelSpectrogram.Compute(Standard, Noise(samples, seed: 9));

        Assert.Equal(steps, Standard.StepCount(samples));
        Assert.Equal(steps * 64, logmel.Length);
        Assert.All(logmel, value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [InlineData(64, 64)]
    [InlineData(64, 16)]
    [InlineData(2048, 100)]
    public void Other_windows_and_hops_agree_with_a_padded_plain_computation(int fftSize, int hop)
    {
        var spec = new MelSpec(SampleRate: 8000, FftSize: fftSize, HopLength: hop, MelCount: 12);
        float[] waveform = Noise(hop * 40, seed: 11);    // the last step is centred at the very end

        float[] logmel = InPieces(new MelSpectrogram(spec), waveform, [777]);

        int half = fftSize / 2, last = waveform.Length - 1;
        float[] padded = [.. waveform[1..(half + 1)].Reverse(), .. waveform, .. waveform[(last - half)..last].Reverse()];
        Assert.Equal(41 * 12, logmel.Length);
        Assert.Equal(PlainStep(spec, padded, 0), logmel[..12], (x, y) => Math.Abs(x - y) < 1e-3);
        Assert.Equal(PlainStep(spec, padded, 40), logmel[(40 * 12)..], (x, y) => Math.Abs(x - y) < 1e-3);
    }

    private static float[] PlainStep(MelSpec spec, float[] padded, int step)
    {
        var filters = new MelFilters(spec);
        var power = new double[filters.BinCount];
        for (int k = 0; k < power.Length; k++)
        {
            var sum = System.Numerics.Complex.Zero;
            for (int n = 0; n < spec.FftSize; n++)
                sum += padded[step * spec.HopLength + n] * (0.5 - 0.5 * Math.Cos(2 * Math.PI * n / spec.FftSize))
                    * System.Numerics.Complex.FromPolarCoordinates(1, -2 * Math.PI * k * n / spec.FftSize);
            power[k] = sum.Magnitude * sum.Magnitude;
        }
        return [.. Enumerable.Range(0, spec.MelCount).Select(filter =>
        {
            double energy = 0;
            ReadOnlySpan<float> weights = filters.Filter(filter, out int firstBin);
            for (int i = 0; i < weights.Length; i++)
                energy += weights[i] * power[firstBin + i];
            return (float)Math.Log(energy + 1e-9);
        })];
    }

    private static float[] InPieces(MelSpectrogram mel, float[] samples, List<int> sizes)
    {
        var steps = new ArrayBufferWriter<float>();
        for (int at = 0, i = 0; at < samples.Length; i++)
        {
            int size = Math.Min(sizes[i % sizes.Count], samples.Length - at);
            mel.Append(samples.AsSpan(at, size), steps);
            at += size;
        }
        mel.Complete(steps);
        return steps.WrittenSpan.ToArray();
    }

    private static float[] Noise(int count, uint seed)
    {
        var random = new Random((int)seed);
        return [.. Enumerable.Range(0, count).Select(i => (float)(0.3 * Math.Sin(i * 0.05) + 0.1 * (random.NextDouble() - 0.5)))];
    }

    private static void AssertClose(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float allowed)
    {
        Assert.Equal(expected.Length, actual.Length);
        float largest = 0;
        for (int i = 0; i < expected.Length; i++)
            largest = Math.Max(largest, Math.Abs(expected[i] - actual[i]));
        Assert.True(largest <= allowed, $"largest difference {largest}, allowed {allowed}");
    }
}
