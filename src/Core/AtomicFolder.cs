namespace Twitch;

/// <summary>Makes a folder whole or not at all: it is filled beside its place and renamed into it.</summary>
public static class AtomicFolder
{
    /// <summary>Fills a new folder and puts it in the place of <paramref name="folder"/>; what stood there is replaced.</summary>
    /// <param name="folder">The folder's place; its parent is created if absent.</param>
    /// <param name="fill">Writes the files into the folder it is given. If it throws, nothing changes.</param>
    public static void Write(string folder, Action<string> fill)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string partial = folder + ".partial", old = folder + ".old";
        Recover(folder);
        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        Delete(partial);
        Directory.CreateDirectory(partial);
        try
        {
            fill(partial);
        }
        catch
        {
            Delete(partial);
            throw;
        }

        if (Directory.Exists(folder))
            Directory.Move(folder, old);
        Directory.Move(partial, folder);
        Delete(old);
    }

    /// <summary>Finishes what a kill interrupted between the two renames: if only the old folder is there, it is put back.</summary>
    public static void Recover(string folder)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        string old = folder + ".old";
        if (!Directory.Exists(old))
            return;
        if (Directory.Exists(folder))
            Delete(old);
        else
            Directory.Move(old, folder);
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
