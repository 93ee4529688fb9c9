namespace Twitch.Export.Perception;

/// <summary>In what numbers a frozen network's convolutions are computed.</summary>
#pragma warning disable CA1720 // the names are those of the numbers, as the command line and bundle.json have them
public enum PerceptionPrecision
{
    /// <summary>float32 weights and arithmetic.</summary>
    Float32,

    /// <summary>float16 weights in half the file; arithmetic in float32.</summary>
    Float16,

    /// <summary>int8 weights in a quarter of the file and uint8 arithmetic, some three times as fast.</summary>
    Int8,
}
#pragma warning restore CA1720

/// <summary>How a network wants the pixels of a frame.</summary>
public enum PixelScaling
{
    /// <summary>Bytes as they are if it takes bytes, else <see cref="ImageNet"/>.</summary>
    Automatic,

    /// <summary>0 to 255.</summary>
    Bytes,

    /// <summary>0 to 1.</summary>
    Unit,

    /// <summary>0 to 1, less ImageNet's mean of each channel, in units of its deviation.</summary>
    ImageNet,
}

/// <summary>Which frozen networks see and hear.</summary>
public sealed record PerceptionOptions
{
    /// <summary>Folder of the default network, <see cref="ResNet18Files"/>.</summary>
    public string ResNet18Folder { get; init; } = ResNet18Files.DefaultFolder;

    /// <summary>An image network to see with instead; null for the default.</summary>
    public string? EyesFile { get; init; }

    /// <summary>Which of its values are the features; null for its first output.</summary>
    public string? EyesOutput { get; init; }

    /// <summary>How it wants pixels.</summary>
    public PixelScaling EyesScaling { get; init; }

    /// <summary>Rows and columns of a frame for an image network that takes any size.</summary>
    public int FrameSize { get; init; } = ResNet18Files.Size;

    /// <summary>An audio network over log-mel to hear with instead; null for the default.</summary>
    public string? EarsFile { get; init; }

    /// <summary>Which of its values are the features; null for its first output.</summary>
    public string? EarsOutput { get; init; }

    /// <summary>In what numbers the default network is computed. Another one keeps its arithmetic, and has float16 weights unless float32 is asked for.</summary>
    public PerceptionPrecision Precision { get; init; } = PerceptionPrecision.Int8;
}
