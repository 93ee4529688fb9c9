using System.Runtime.InteropServices;
using System.Text;

namespace Twitch.Live.Doctor;

/// <summary>What versions of the C and C++ libraries are there, and which ones our native libraries were linked against.</summary>
internal static partial class LibraryVersions
{
    /// <summary>Version of the C library; null if it does not say.</summary>
    public static Version? CLibrary()
    {
        try
        {
            return Version.TryParse(Marshal.PtrToStringUTF8(GnuGetLibcVersion()), out Version? version) ? version : null;
        }
        catch (Exception e) when (e is EntryPointNotFoundException or DllNotFoundException)
        {
            return null;    // musl
        }
    }

    /// <summary>File of a library that the system's loader finds; null if it finds none.</summary>
    public static string? FileOf(string library)
    {
        if (!NativeLibrary.TryLoad(library, out _))
            return null;
        return File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf(' ') + 1)..]).FirstOrDefault(path => Path.GetFileName(path).StartsWith(library.Split(".so")[0] + ".so", StringComparison.Ordinal));
    }

    /// <summary>The highest of the versions whose names stand in a library, those it has or those it needs: <c>GLIBCXX_3.4.32</c>.</summary>
    /// <param name="path">The library.</param>
    /// <param name="name">What stands before a version: <c>GLIBCXX_</c>.</param>
    /// <returns>Null if there is none.</returns>
    public static Version? Highest(string path, string name)
    {
        byte[] mark = Encoding.ASCII.GetBytes(name);
        ReadOnlySpan<byte> bytes = File.ReadAllBytes(path);
        Version? highest = null;
        for (int at = bytes.IndexOf(mark); at >= 0;)
        {
            bytes = bytes[(at + mark.Length)..];
            int length = 0;
            while (length < Math.Min(16, bytes.Length) && (char.IsAsciiDigit((char)bytes[length]) || bytes[length] == '.'))
                length++;
            if (Version.TryParse(Encoding.ASCII.GetString(bytes[..length]), out Version? version) && !(version <= highest))
                highest = version;
            at = bytes.IndexOf(mark);
        }

        return highest;
    }

    [LibraryImport("libc", EntryPoint = "gnu_get_libc_version")]
    private static partial nint GnuGetLibcVersion();
}
