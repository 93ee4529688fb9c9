using Twitch.Onnx;

namespace Twitch.Export.Perception;

/// <summary>Frames to what a frozen image network says of each.</summary>
/// <remarks><code>
/// in    frames [batch, height, width, 3] u8 (red, green, blue)
/// out   features [batch, n] f32
/// </code></remarks>
public static class EyesGraph
{
    /// <summary>Names of its border.</summary>
    public const string Input = "frames", Output = "features";

    // Rows and columns of the grid over which the second stage is averaged: small things keep something of their place.
    private const int GridSize = 2;

    /// <summary>ResNet-18 with the preprocessing that it was trained with: the means of its last stage, which name what a picture shows, then those of its second
    /// stage over the quarters of the picture, and its maxima, which tell small shapes and colours, and where they are.</summary>
    /// <param name="files">Where the files lie.</param>
    /// <exception cref="TwitchException">A file is missing or not what it should be.</exception>
    public static Model Of(ResNet18Files files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var g = new Graph("frame_features", "Frames to the features that a frozen ResNet-18 has of each.");
        Value frames = g.Input(Input, ElementType.U8, "batch", ResNet18Files.Size, ResNet18Files.Size, FrameSpec.Channels);
        (Value means, Value secondStage) = files.Run(g, files.Prepare(g, g.Cast(g.Transpose(frames, 0, 3, 1, 2), ElementType.F32)));
        Value quarters = g.GridAverage(secondStage, GridSize, GridSize);
        return g.Build((Output, g.Concat(axis: 1,
            g.Reshape(means, "batch", ResNet18Files.FeatureCount),
            g.Reshape(quarters, "batch", ResNet18Files.SecondStageCount * GridSize * GridSize),
            g.Reshape(g.GlobalMaxPool(secondStage), "batch", ResNet18Files.SecondStageCount))));
    }
}
