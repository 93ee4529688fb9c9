namespace Twitch.Runtime;

/// <summary>In which numbers the decoder step computes; the encoders always use float32.</summary>
#pragma warning disable CA1720 // the names are those of the numbers, as the command line and bundle.json have them
public enum Precision
{
    /// <summary>As trained.</summary>
    Float32,

    /// <summary>Weights and activations rounded to eight bits: two to four times as fast on a processor. What it costs stands in
    /// <c>bundle.json</c>.</summary>
    Int8,

    /// <summary>Weights and products in float16: half the memory to read, for CUDA. A processor computes it in float32, which takes longer than
    /// float32 itself and is for checks. What it costs stands in <c>bundle.json</c>.</summary>
    Float16,
}
