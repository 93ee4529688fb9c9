namespace Twitch.Runtime;

/// <summary>What runs the graphs.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; the program must be built with <c>-p:Accelerator=cuda</c>.</summary>
    Cuda,
}
