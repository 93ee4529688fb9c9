using Microsoft.Win32.SafeHandles;

namespace Twitch;

/// <summary>Makes a folder whole or not at all: it is filled beside its place and renamed into it.</summary>
/// <remarks>Beside NAME lie meanwhile NAME.partial, which is filled, and for a moment NAME.replaced, which stood there before. Either survives a kill, and
/// a power cut too: what is renamed is on the disk by then.</remarks>
public static class AtomicFolder
{
    /// <summary>Fills a new folder and puts it in the place of <paramref name="folder"/>; what stood there is replaced.</summary>
    /// <param name="folder">The folder's place; its parent is created if absent.</param>
    /// <param name="fill">Writes the files into the folder it is given. If it throws, nothing changes.</param>
    /// <exception cref="TwitchException">The disk is full, or the place may not be written to (exit code 1).</exception>
    public static void Write(string folder, Action<string> fill)
    {
        string partial = Place(folder) + ".partial";
        try
        {
            Recover(folder);
            Delete(partial);
            Directory.CreateDirectory(partial);
            try
            {
                fill(partial);
                Replace(folder, partial);
            }
            catch
            {
                Delete(partial);
                Recover(folder);
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{folder}: cannot be written ({e.Message}); make room there, or give another folder. What stood there has not been changed.", ExitCode.Failed, e);
        }
    }

    /// <summary>Puts a folder that is filled in the place of another, which is deleted if it is there.</summary>
    /// <param name="folder">The folder's place.</param>
    /// <param name="filled">The folder that is to be there, on the same file system.</param>
    /// <exception cref="IOException">The disk is full, or a folder cannot be moved; the filled one is left where it is.</exception>
    public static void Replace(string folder, string filled)
    {
        string place = Place(folder), replaced = place + ".replaced";
        foreach (string file in Directory.EnumerateFiles(filled, "*", SearchOption.AllDirectories))
            FlushToDisk(file);

        Recover(folder);
        Delete(replaced);
        while (true)
        {
            if (Directory.Exists(place))
                Directory.Move(place, replaced);
            try
            {
                Directory.Move(filled, place);
                break;
            }
            catch (IOException) when (Directory.Exists(place) && !Directory.Exists(replaced))
            {
                // Who opened the folder between the two renames has put the old one back.
            }
        }
        Delete(replaced);
    }

    /// <summary>Finishes what a kill interrupted between the two renames: if only the folder that was to be replaced is there, it is put back.</summary>
    /// <param name="folder">The folder's place.</param>
    public static void Recover(string folder)
    {
        string place = Place(folder), replaced = place + ".replaced";
        while (Directory.Exists(replaced) && !Directory.Exists(place))
        {
            try
            {
                Directory.Move(replaced, place);
            }
            catch (IOException e) when (e is DirectoryNotFoundException || Directory.Exists(place))
            {
                // Another process has done it; what it looks like by now is looked at again.
            }
        }
    }

    private static string Place(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    // Entries of folders need no flush of their own: file systems keep the order in which they were renamed and deleted.
    private static void FlushToDisk(string file)
    {
        using SafeFileHandle handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }
}
