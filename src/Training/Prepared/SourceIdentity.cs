using System.Security.Cryptography;

namespace Twitch.Training.Prepared;

/// <summary>What tells one file from another, whatever it is called and whenever it was copied.</summary>
/// <param name="Name">File name, for people.</param>
/// <param name="Bytes">Length.</param>
/// <param name="Sample">SHA-256 of blocks spread over the file; of all of it if it is small.</param>
public sealed record SourceIdentity(string Name, long Bytes, string Sample)
{
    private const int BlockBytes = 1 << 16, BlockCount = 64;

    /// <summary>Looks at a file; at most four megabytes are read.</summary>
    /// <exception cref="TwitchException">It cannot be read.</exception>
    public static SourceIdentity Of(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var block = new byte[BlockBytes];
            long stride = Math.Max(BlockBytes, (file.Length - BlockBytes) / (BlockCount - 1));
            for (long at = 0; at < file.Length; at += stride)
            {
                file.Position = at;
                hash.AppendData(block, 0, file.ReadAtLeast(block, BlockBytes, throwOnEndOfStream: false));
            }
            return new SourceIdentity(Path.GetFileName(path), file.Length, Convert.ToHexStringLower(hash.GetHashAndReset()));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
    }
}
