namespace Twitch;

/// <summary>How a waveform becomes a log-mel spectrogram. Training and runtime share one value.</summary>
/// <param name="SampleRate">Samples per second of the mono waveform, in Hz.</param>
/// <param name="FftSize">Samples in one analysis window; a power of two.</param>
/// <param name="HopLength">Samples between the centres of two windows.</param>
/// <param name="MelCount">Mel filters per step (<c>n_mels</c>), from 0 Hz to half the sample rate.</param>
/// <remarks>
/// Step k is centred at sample k · <paramref name="HopLength"/>: it starts half a window before and ends half a window after.
/// All steps lie on this one grid, counted from the start of the stream, so a window of the stream is a slice of its steps.
/// </remarks>
public readonly record struct MelSpec(int SampleRate, int FftSize, int HopLength, int MelCount)
{
    /// <summary>Added to a mel energy before its logarithm, so that silence has one: log(mel + 1e-9).</summary>
    public const float Floor = 1e-9f;

    /// <summary>16 kHz sound, one step of 64 filters every 16 ms.</summary>
    public static MelSpec Standard { get; } = new(SampleRate: 16_000, FftSize: 1024, HopLength: 256, MelCount: 64);

    /// <summary>Steps of a waveform of <paramref name="samples"/> samples, centred with padding at both ends.</summary>
    public long StepCount(long samples) => samples <= 0 ? 0 : 1 + samples / HopLength;

    /// <summary>How many steps of a stream end at or before <paramref name="time"/>; the first step that does not has this index.</summary>
    public long StepsEndingBy(TimeSpan time)
    {
        long samples = time.Ticks * SampleRate / TimeSpan.TicksPerSecond - FftSize / 2;
        return samples < 0 ? 0 : 1 + samples / HopLength;
    }
}
