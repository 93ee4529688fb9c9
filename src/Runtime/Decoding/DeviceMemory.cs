using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Memory of a device, and of the processor beside it, at places that do not move: a captured step reads and writes the same ones every
/// time. What is taken begins with zeros and is given back with the whole. Not for several threads at a time.</summary>
internal abstract class DeviceMemory : IDisposable
{
    /// <summary>Memory of what a model runs on.</summary>
    /// <param name="options">Provider and number of the device.</param>
    /// <exception cref="TwitchException">The GPU's driver refuses.</exception>
    public static DeviceMemory Of(RuntimeOptions options) => options.Provider == ExecutionProvider.Cuda ? new CudaMemory(options.DeviceId) : new HostMemory();

    /// <summary>What tensors in the device's memory are made with.</summary>
    public abstract OrtMemoryInfo Info { get; }

    /// <summary>Takes memory of the device.</summary>
    /// <exception cref="TwitchException">There is not enough of it.</exception>
    public abstract nint Take(long bytes);

    /// <summary>Takes memory of the processor, from which and to which the device copies directly.</summary>
    /// <exception cref="TwitchException">There is not enough of it.</exception>
    public abstract nint TakeBeside(long bytes);

    /// <summary>Copies to the device and waits for it.</summary>
    /// <param name="to">Of <see cref="Take"/>.</param>
    /// <param name="from">Of <see cref="TakeBeside"/>.</param>
    /// <param name="bytes">How much.</param>
    public abstract void Write(nint to, nint from, long bytes);

    /// <summary>Copies from the device and waits for it.</summary>
    /// <param name="from">Of <see cref="Take"/>.</param>
    /// <param name="to">Of <see cref="TakeBeside"/>.</param>
    /// <param name="bytes">How much.</param>
    public abstract void Read(nint from, nint to, long bytes);

    /// <inheritdoc/>
    public abstract void Dispose();

    // The processor as its own device.
    private sealed unsafe class HostMemory : DeviceMemory
    {
        private readonly List<nint> _taken = [];

        public override OrtMemoryInfo Info => OrtMemoryInfo.DefaultInstance;

        public override nint Take(long bytes)
        {
            _taken.Add((nint)NativeMemory.AllocZeroed((nuint)bytes));
            return _taken[^1];
        }

        public override nint TakeBeside(long bytes) => Take(bytes);

        public override void Write(nint to, nint from, long bytes) => Buffer.MemoryCopy((void*)from, (void*)to, bytes, bytes);

        public override void Read(nint from, nint to, long bytes) => Write(to, from, bytes);

        public override void Dispose()
        {
            foreach (nint place in _taken)
                NativeMemory.Free((void*)place);
            _taken.Clear();
        }
    }
}
