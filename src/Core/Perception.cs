namespace Twitch;

/// <summary>A frozen image network: what it takes of each second of a stream and gives.</summary>
/// <param name="Name">What it was made of, for people.</param>
/// <param name="Sha256">Of its file, <c>frame_features.onnx</c>: features of two networks with one hash are the same.</param>
/// <param name="Frame">Size of the frames that it takes.</param>
/// <param name="FeatureCount">Numbers that it gives for a frame.</param>
public sealed record EyesSpec(string Name, string Sha256, FrameSpec Frame, int FeatureCount);

/// <summary>A frozen audio network: what it takes of each second of a stream and gives.</summary>
/// <param name="Name">What it was made of, for people.</param>
/// <param name="Sha256">Of its file, <c>sound_features.onnx</c>: features of two networks with one hash are the same.</param>
/// <param name="StepCount">Log-mel steps that it takes, the last that end by the second.</param>
/// <param name="MelCount">Mel filters of a step.</param>
/// <param name="FeatureCount">Numbers that it gives for a second.</param>
public sealed record EarsSpec(string Name, string Sha256, int StepCount, int MelCount, int FeatureCount);

/// <summary>The log-mel that ears take of a second, and what its fixed statistics count.</summary>
public static class SecondOfMel
{
    /// <summary>Steps: what a second has of <see cref="MelSpec.Standard"/>, rounded down.</summary>
    public const int StepCount = 62;

    /// <summary>Mel filters of a step.</summary>
    public const int FilterCount = 64;

    /// <summary>Groups of neighbouring filters, and bins of the Fourier transform over time, that a modulation spectrum has.</summary>
    public const int BandCount = 8, BinCount = 16;

    /// <summary>Fixed statistics of a second: five for each filter, and the modulation spectrum.</summary>
    public const int StatisticCount = 5 * FilterCount + BandCount * BinCount;
}
