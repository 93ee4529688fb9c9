using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Twitch.Media;

/// <summary>Named pipes, of which .NET knows nothing.</summary>
internal static partial class FileSystem
{
    private const int CurrentFolder = -100 /* AT_FDCWD */, TypeOnly = 1 /* STATX_TYPE */, ModeOffset = 28 /* stx_mode */;
    private const int TypeMask = 0xF000, NamedPipe = 0x1000 /* S_IFIFO */, OwnerOnly = 0x180 /* 0600 */;

    /// <summary>Whether a path is a named pipe. Opening one to see would take its writer's bytes.</summary>
    public static unsafe bool IsNamedPipe(string path)
    {
        byte* status = stackalloc byte[256];
        return Status(CurrentFolder, path, 0, TypeOnly, status) == 0
            && (BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(status + ModeOffset, 2)) & TypeMask) == NamedPipe;
    }

    /// <summary>Makes a named pipe that only we can open.</summary>
    /// <exception cref="IOException">The system does not let us.</exception>
    public static void MakeNamedPipe(string path)
    {
        if (MakeFifo(path, OwnerOnly) != 0)
            throw new IOException($"{Marshal.GetLastPInvokeErrorMessage()} : '{path}'");
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Status(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MakeFifo(string path, int mode);
}
