namespace Twitch;

/// <summary>How pictures are sampled from a stream. Training and runtime share one value.</summary>
/// <param name="Height">Rows of a frame, in pixels.</param>
/// <param name="Width">Columns of a frame, in pixels.</param>
/// <remarks>Frames are taken at whole stream seconds by presentation time, RGB, resized without keeping the aspect ratio.</remarks>
public readonly record struct FrameSpec(int Height, int Width)
{
    /// <summary>Colour channels of a pixel: red, green, blue.</summary>
    public const int Channels = 3;

    /// <summary>Bytes of one frame, [height, width, 3].</summary>
    public int ByteCount => Height * Width * Channels;

    /// <summary>ImageNet's channel means on a 0–1 scale (torchvision's normalisation), red, green, blue.</summary>
    public static ReadOnlySpan<float> Mean => [0.485f, 0.456f, 0.406f];

    /// <summary>ImageNet's channel standard deviations on a 0–1 scale, red, green, blue.</summary>
    public static ReadOnlySpan<float> Deviation => [0.229f, 0.224f, 0.225f];

    /// <inheritdoc/>
    public override string ToString() => $"{Width}x{Height}";
}
