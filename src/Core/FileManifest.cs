using System.Security.Cryptography;

namespace Twitch;

/// <summary>Size and hash of one file.</summary>
/// <param name="Bytes">Length in bytes.</param>
/// <param name="Sha256">SHA-256, 64 lower-case hexadecimal digits.</param>
public sealed record FileEntry(long Bytes, string Sha256)
{
    /// <summary>Measures a file.</summary>
    public static FileEntry Of(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return new FileEntry(stream.Length, Convert.ToHexStringLower(SHA256.HashData(stream)));
    }
}

/// <summary>What a folder holds: <c>manifest.json</c> of a checkpoint. Paths use '/' and are relative to the folder.</summary>
/// <param name="Files">Every file but the manifest itself.</param>
public sealed record FileManifest(IReadOnlyDictionary<string, FileEntry> Files)
{
    /// <summary>Measures every file of a folder but <paramref name="except"/>.</summary>
    public static FileManifest Of(string folder, string except) => new(
        Relative(folder).Where(name => name != except).Order(StringComparer.Ordinal)
            .ToDictionary(name => name, name => FileEntry.Of(Path.Combine(folder, name))));

    /// <summary>Compares a folder with what it should hold.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="manifestName">Name of the file that lists the others, for the message; not compared itself.</param>
    /// <param name="allowExtra">Whether files that are not listed may lie there.</param>
    /// <exception cref="TwitchException">A file is missing, extra, or altered; the message names it.</exception>
    public void Verify(string folder, string manifestName, bool allowExtra = false)
    {
        foreach ((string name, FileEntry expected) in Files)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path))
                throw new TwitchException($"{path}: missing, though {manifestName} lists it; copy the whole folder again.");
            long length = new FileInfo(path).Length;
            if (length != expected.Bytes)
                throw new TwitchException($"{path}: has {length} bytes, {manifestName} says {expected.Bytes}; copy the whole folder again.");
            FileEntry found = FileEntry.Of(path);
            if (found.Sha256 != expected.Sha256)
                throw new TwitchException($"{path}: altered: SHA-256 is {found.Sha256}, {manifestName} says {expected.Sha256}; copy the whole folder again.");
        }

        string? extra = allowExtra ? null : Strangers(folder, manifestName).FirstOrDefault();
        if (extra is not null)
            throw new TwitchException($"{Path.Combine(folder, extra)}: not listed in {manifestName}; remove it or copy the whole folder again.");
    }

    /// <summary>Files of a folder that are not listed, relative to it.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="manifestName">Name of the file that lists the others.</param>
    public IEnumerable<string> Strangers(string folder, string manifestName) => Relative(folder).Where(name => name != manifestName && !Files.ContainsKey(name));

    private static IEnumerable<string> Relative(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'));
}
