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

    /// <summary>ResNet-18 with the preprocessing that it was trained with.</summary>
    /// <param name="files">Where both lie.</param>
    /// <exception cref="TwitchException">A file is missing or not what it should be.</exception>
    public static Model Of(ResNet18Files files)
    {
        var g = new Graph("frame_features", "Frames to the features that a frozen ResNet-18 has of each.");
        Value frames = g.Input(Input, ElementType.U8, "batch", ResNet18Files.Size, ResNet18Files.Size, FrameSpec.Channels);
        return g.Build((Output, Features(g, g.Cast(g.Transpose(frames, 0, 3, 1, 2), ElementType.F32), files)));
    }

    /// <summary>What ResNet-18 says of pictures.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="pixels">[batch, 3, 224, 224] f32, red, green, blue of 0 to 255.</param>
    /// <param name="files">The network.</param>
    /// <returns>[batch, 512] f32.</returns>
    internal static Value Features(Graph g, Value pixels, ResNet18Files files)
    {
        Value prepared = files.Include(g, files.Preprocessing, pixels);
        return g.Reshape(files.Include(g, files.Network, prepared), pixels.Shape[0], ResNet18Files.FeatureCount);
    }
}
