using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Twitch.Training;

/// <summary>What only the C library can set for torch, which allocates and starts threads through it.</summary>
internal static partial class CLibrary
{
    /// <summary>Lets torch's threads sleep while they wait for each other; a choice made in the environment stays.</summary>
    /// <remarks>OpenMP's threads spin by default. Where other programs use the cores too, they then wait out each other's time slices:
    /// on two busy cores, two threads trained 7 comments a second that spun, and 40 that slept. libgomp reads the variable when it is
    /// loaded, and .NET's own setter does not reach it.</remarks>
    [ModuleInitializer]
    internal static void WaitPassively() => _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);

    /// <summary>Gives freed memory back to the system: batches of ever other sizes leave holes between those that are still used.</summary>
    internal static void TrimHeap() => _ = MallocTrim(0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocTrim(nuint keep);
}
