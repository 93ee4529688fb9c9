using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Memory of an NVIDIA GPU, by its driver's API: ONNX Runtime's own tensors move when they are bound anew.</summary>
/// <remarks>The driver's library has one name for all versions of CUDA. What is taken beside the device is pinned, so that a copy has ended when the
/// call returns, whatever stream reads it next.</remarks>
internal sealed unsafe partial class CudaMemory : DeviceMemory
{
    private readonly int _device;
    private readonly nint _context;    // the one that ONNX Runtime uses
    private readonly List<nint> _taken = [], _beside = [];

    /// <param name="deviceId">Number of the GPU, on which ONNX Runtime already runs something.</param>
    public CudaMemory(int deviceId)
    {
        Check("be found", cuDeviceGet(out _device, deviceId));
        Check("be used", cuDevicePrimaryCtxRetain(out _context, _device));
        Info = new OrtMemoryInfo("Cuda", OrtAllocatorType.DeviceAllocator, deviceId, OrtMemType.Default);
    }

    /// <inheritdoc/>
    public override OrtMemoryInfo Info { get; }

    /// <inheritdoc/>
    public override nint Take(long bytes)
    {
        Enter();
        Check($"give {bytes} bytes of its memory", cuMemAlloc_v2(out nint place, (nuint)bytes));
        _taken.Add(place);
        Check("clear its memory", cuMemsetD8_v2(place, 0, (nuint)bytes));
        Check("clear its memory", cuCtxSynchronize());
        return place;
    }

    /// <inheritdoc/>
    public override nint TakeBeside(long bytes)
    {
        Enter();
        Check($"share {bytes} bytes with the processor", cuMemAllocHost_v2(out nint place, (nuint)bytes));
        _beside.Add(place);
        NativeMemory.Clear((void*)place, (nuint)bytes);
        return place;
    }

    /// <inheritdoc/>
    public override void Write(nint to, nint from, long bytes)
    {
        Enter();
        Check("be written to", cuMemcpyHtoD_v2(to, from, (nuint)bytes));
    }

    /// <inheritdoc/>
    public override void Read(nint from, nint to, long bytes)
    {
        Enter();
        Check("be read from", cuMemcpyDtoH_v2(to, from, (nuint)bytes));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (cuCtxSetCurrent(_context) == 0)    // what fails now can help nobody
        {
            foreach (nint place in _taken)
                _ = cuMemFree_v2(place);
            foreach (nint place in _beside)
                _ = cuMemFreeHost(place);
        }
        _taken.Clear();
        _beside.Clear();
        _ = cuDevicePrimaryCtxRelease_v2(_device);
        Info.Dispose();
    }

    // A context belongs to a thread.
    private void Enter() => Check("be used", cuCtxSetCurrent(_context));

    private static void Check(string what, int result)
    {
        if (result != 0)
            throw new TwitchException($"--provider is cuda, but the GPU cannot {what}: CUDA's driver says error {result}{(result == 2 ? ", out of memory; run fewer comments at a time" : "; see that nvidia-smi works")}, or use --provider cpu.", ExitCode.Failed);
    }

    private const string Driver = "libcuda.so.1";

    [LibraryImport(Driver)]
    private static partial int cuDeviceGet(out int device, int ordinal);

    [LibraryImport(Driver)]
    private static partial int cuDevicePrimaryCtxRetain(out nint context, int device);

    [LibraryImport(Driver)]
    private static partial int cuDevicePrimaryCtxRelease_v2(int device);

    [LibraryImport(Driver)]
    private static partial int cuCtxSetCurrent(nint context);

    [LibraryImport(Driver)]
    private static partial int cuCtxSynchronize();

    [LibraryImport(Driver)]
    private static partial int cuMemAlloc_v2(out nint place, nuint bytes);

    [LibraryImport(Driver)]
    private static partial int cuMemFree_v2(nint place);

    [LibraryImport(Driver)]
    private static partial int cuMemAllocHost_v2(out nint place, nuint bytes);

    [LibraryImport(Driver)]
    private static partial int cuMemFreeHost(nint place);

    [LibraryImport(Driver)]
    private static partial int cuMemsetD8_v2(nint place, byte value, nuint bytes);

    [LibraryImport(Driver)]
    private static partial int cuMemcpyHtoD_v2(nint to, nint from, nuint bytes);

    [LibraryImport(Driver)]
    private static partial int cuMemcpyDtoH_v2(nint to, nint from, nuint bytes);
}
