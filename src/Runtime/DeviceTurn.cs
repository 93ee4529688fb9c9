namespace Twitch.Runtime;

/// <summary>Lets one thread of the process at a time use the GPU.</summary>
/// <remarks>While one thread's work is being captured, as cuDNN captures a convolution's kernels, nothing else may take or free memory of the device: the
/// capture fails, and with it the run (CUDA's error 901). What runs there runs one after the other anyway.</remarks>
internal static class DeviceTurn
{
    private static readonly Lock Turn = new();

    /// <summary>Waits for the turn, which ends with the scope; the processor needs none.</summary>
    /// <param name="provider">Of what is about to run.</param>
    public static Lock.Scope Take(ExecutionProvider provider) => provider == ExecutionProvider.Cuda ? Turn.EnterScope() : default;
}
