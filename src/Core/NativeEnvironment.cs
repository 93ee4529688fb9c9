using System.Runtime.InteropServices;

namespace Twitch;

/// <summary>The environment as native libraries see it, which .NET's own setter does not reach on Unix.</summary>
public static partial class NativeEnvironment
{
    /// <summary>Sets a variable that is not set yet; what somebody chose stays. Libraries read theirs when they are loaded or first used, so it has to
    /// come before.</summary>
    /// <param name="name">The variable.</param>
    /// <param name="value">Its value.</param>
    public static void SetDefault(string name, string value) => _ = SetEnvironment(name, value, overwrite: 0);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
