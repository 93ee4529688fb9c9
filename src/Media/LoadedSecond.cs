namespace Twitch.Media;

/// <summary>The picture at a second, and the samples from it to the next.</summary>
internal sealed class LoadedSecond(FrameSpec frameSpec, int sampleRate)
{
    private readonly byte[] _frame = new byte[frameSpec.ByteCount];    // stays black without a picture
    private readonly float[] _samples = new float[sampleRate];

    /// <summary>Pixels, [height, width, 3].</summary>
    public ReadOnlyMemory<byte> Frame => _frame;

    /// <summary>A second of sound; silence where there is none.</summary>
    public ReadOnlySpan<float> Samples => _samples;

    /// <summary>How many of the samples were there.</summary>
    public int SampleCount { get; private set; }

    /// <summary>The samples that were there.</summary>
    public ReadOnlySpan<float> Sound => Samples[..SampleCount];

    /// <summary>Reads a second.</summary>
    /// <returns>False if the stream has ended. Sound that outlasts the picture by less than half a second, as the last packet
    /// of a codec does, makes no second of its own.</returns>
    public bool Load(int second, PictureReader? pictures, SoundReader? sound)
    {
        bool seen = pictures?.Read(second, _frame) ?? false;    // first: ffmpeg may still be starting
        SampleCount = sound?.Read(_samples) ?? 0;
        _samples.AsSpan(SampleCount).Clear();
        return seen || SampleCount > (pictures is null ? 0 : sampleRate / 2);
    }
}
