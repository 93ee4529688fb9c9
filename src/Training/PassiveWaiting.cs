using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Twitch.Training;

/// <summary>Lets torch's threads sleep while they wait for each other.</summary>
/// <remarks>OpenMP's threads spin by default. Where other programs use the cores too, they then wait for each other's time slices:
/// two threads on two busy cores trained 7 comments a second, and 40 with sleeping threads; on idle cores both are equal.
/// libgomp reads the variable when it is loaded, and only the C library's own setenv reaches it. A value set outside stays.</remarks>
internal static partial class PassiveWaiting
{
    [ModuleInitializer]
    internal static void Choose() => _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
