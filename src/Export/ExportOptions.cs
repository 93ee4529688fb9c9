namespace Twitch.Export;

/// <summary>How graphs are written.</summary>
public sealed record ExportOptions
{
    /// <summary>Most bytes of weights that stand inside a graph's own file; the weights of a larger graph lie in a file beside it,
    /// <c>video_encoder.onnx.data</c>, which ONNX Runtime maps into memory. In [0, 1 GiB].</summary>
    public long ExternalDataThreshold { get; init; } = 64L << 20;

    /// <summary>Whether the decoder step is written for CUDA too, in float32 and in float16: its state stays on the device, and only the
    /// most likely tokens leave it. It doubles the bundle's decoder and is of no use on a processor.</summary>
    public bool Cuda { get; init; }

    /// <summary>Checks every option against its range.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public ExportOptions Validate()
    {
        const long Most = 1L << 30;
        return ExternalDataThreshold is >= 0 and <= Most
            ? this
            : throw new TwitchException($"the threshold for external data is {ExternalDataThreshold} bytes; it must be in [0, {Most}], because an ONNX file ends at 2 GB.", ExitCode.Usage);
    }
}
