using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Twitch.Training;

/// <summary>What only the C library can set for torch, which allocates and starts threads through it.</summary>
internal static partial class CLibrary
{
    private const string ProcessorDescription = "/proc/cpuinfo";
    private const int FirstFamilyOfZen5 = 26;

    /// <summary>What torch's libraries read from the environment when they are loaded; a choice made there stays.</summary>
    /// <remarks>
    /// OpenMP's threads spin while they wait for each other. Where other programs use the cores too, they then wait out each other's time slices: on two busy
    /// cores, two threads trained 7 comments a second that spun, and 40 that slept.
    ///
    /// On Zen 5, oneDNN's LSTM for inference (libtorch 2.10, AVX-512) gives wrong states for hidden sizes 8, 16 and 48, off by as much as they are large;
    /// of 24, 32 and from 64 on it is right. In AVX2 all are, and training takes no longer.
    ///
    /// What NNPACK lacks of a processor, torch says once for each thread, and nobody can do anything about it. That variable is read when somebody asks for it,
    /// which Python does and TorchSharp does not.
    /// </remarks>
    [ModuleInitializer]
    internal static void PrepareForTorch()
    {
        NativeEnvironment.SetDefault("OMP_WAIT_POLICY", "PASSIVE");
        NativeEnvironment.SetDefault("TORCH_CPP_LOG_LEVEL", "ERROR");
        if (File.Exists(ProcessorDescription) && IsZen5(File.ReadLines(ProcessorDescription)))
            NativeEnvironment.SetDefault("ONEDNN_MAX_CPU_ISA", "AVX2");
        try
        {
            InitializeLogging();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Without torch there is nothing to be quiet; another libtorch may say more.
        }
    }

    /// <summary>Whether a processor that is described as Linux does is a Zen 5 or later.</summary>
    internal static bool IsZen5(IEnumerable<string> description)
    {
        Dictionary<string, string> first = description.TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());
        return first.GetValueOrDefault("vendor_id") == "AuthenticAMD" && int.TryParse(first.GetValueOrDefault("cpu family"), out int family) && family >= FirstFamilyOfZen5;
    }

    /// <summary>Gives freed memory back to the system: batches of ever other sizes leave holes between those that are still used.</summary>
    internal static void TrimHeap() => _ = MallocTrim(0);

    [LibraryImport("libc10.so", EntryPoint = "_ZN3c1011initLoggingEv")]    // c10::initLogging()
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory)]
    private static partial void InitializeLogging();

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint keep);
}
