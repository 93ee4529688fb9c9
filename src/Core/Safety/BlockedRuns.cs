using System.Buffers.Binary;
using System.Text;

namespace Twitch;

/// <summary>Runs of words that too few people ever used, as hashes: nobody's own wording is said. Immutable; for any number of threads.</summary>
/// <remarks>A Bloom filter (Bloom, "Space/time trade-offs in hash coding with allowable errors", 1970): it finds every run that was put in, and one in
/// <see cref="FalsePositives"/> others, so now and then a word is not said that might be. A list of runs cannot be read out of it.</remarks>
public sealed class BlockedRuns
{
    /// <summary>One in so many runs is found although it was not put in.</summary>
    public const int FalsePositives = 1000;

    private const int HashCount = 10;              // log2 of FalsePositives
    private const double BitsPerRun = 14.4;        // HashCount / ln 2
    private const int HeaderSize = 32;
    private static readonly byte[] Magic = "TWRUNS\0\u0001"u8.ToArray();

    private readonly byte[] _bits;

    private BlockedRuns(int length, int minAuthors, long count, byte[] bits) => (Length, MinAuthors, Count, _bits) = (length, minAuthors, count, bits);

    /// <summary>Words of a run.</summary>
    public int Length { get; }

    /// <summary>Fewest people who must have used a run for it to be said.</summary>
    public int MinAuthors { get; }

    /// <summary>Runs that were put in.</summary>
    public long Count { get; }

    /// <summary>Bytes of the file.</summary>
    public int Size => HeaderSize + _bits.Length;

    /// <summary>Puts runs in.</summary>
    /// <param name="length">Words of each.</param>
    /// <param name="minAuthors">Fewest people who must have used a run.</param>
    /// <param name="runs">From <see cref="HashOf(ReadOnlySpan{ulong})"/>; those of fewer people.</param>
    public static BlockedRuns Of(int length, int minAuthors, IReadOnlyCollection<ulong> runs)
    {
        var blocked = new BlockedRuns(length, minAuthors, runs.Count, new byte[Math.Max(8, (int)Math.Ceiling(runs.Count * BitsPerRun / 8))]);
        foreach (ulong run in runs)
        {
            for (int i = 0; i < HashCount; i++)
            {
                ulong bit = blocked.Bit(run, i);
                blocked._bits[bit / 8] |= (byte)(1 << (int)(bit % 8));
            }
        }
        return blocked;
    }

    /// <summary>A word as a number; case is no difference.</summary>
    public static ulong HashOf(string word)
    {
        ulong hash = 0xCBF29CE484222325;    // FNV-1a
        foreach (char c in word.ToLowerInvariant())
            hash = (hash ^ c) * 0x100000001B3;
        return Mixed(hash);
    }

    /// <summary>A run as a number.</summary>
    /// <param name="words">From <see cref="HashOf(string)"/>.</param>
    public static ulong HashOf(ReadOnlySpan<ulong> words)
    {
        ulong run = (ulong)words.Length * 0xD1B54A32D192ED03;
        foreach (ulong word in words)
            run = Mixed(run ^ word);
        return run;
    }

    /// <summary>Whether a run must not be said.</summary>
    /// <param name="words"><see cref="Length"/> of them, from <see cref="HashOf(string)"/>.</param>
    public bool Holds(ReadOnlySpan<ulong> words)
    {
        ulong run = HashOf(words);
        for (int i = 0; i < HashCount; i++)
        {
            ulong bit = Bit(run, i);
            if ((_bits[bit / 8] & (1 << (int)(bit % 8))) == 0)
                return false;
        }
        return true;
    }

    /// <summary>Whether a text has a run that must not be said.</summary>
    public bool AreIn(string text)
    {
        ulong[] words = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(HashOf)];
        for (int at = 0; at + Length <= words.Length; at++)
        {
            if (Holds(words.AsSpan(at, Length)))
                return true;
        }
        return false;
    }

    /// <summary>Reads a file of <see cref="Save"/>.</summary>
    /// <exception cref="TwitchException">The file is missing, or is none.</exception>
    public static BlockedRuns Load(string path)
    {
        byte[] file;
        try
        {
            file = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TwitchException($"{path}: cannot be read: {e.Message}", inner: e);
        }
        if (file.Length <= HeaderSize || !file.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            throw new TwitchException($"{path}: is no file of blocked runs of version {Magic[^1]} ({file.Length} bytes, beginning with '{Encoding.Latin1.GetString(file.AsSpan(0, Math.Min(6, file.Length)))}'); export the bundle again.");
        int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(8)), minAuthors = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(12));
        if (length is < 1 or > 100)
            throw new TwitchException($"{path}: a run has {length} words (offset 8); it must be in [1, 100]; export the bundle again.");
        return new BlockedRuns(length, minAuthors, BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(16)), file[HeaderSize..]);
    }

    /// <summary>Writes the file: magic and version, words of a run, fewest authors, number of runs, and the filter's bits from byte 32 on; little-endian.</summary>
    public void Save(string path)
    {
        var file = new byte[Size];
        Magic.CopyTo(file, 0);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(12), MinAuthors);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(16), Count);
        _bits.CopyTo(file, HeaderSize);
        File.WriteAllBytes(path, file);
    }

    // Double hashing: Kirsch and Mitzenmacher, "Less hashing, same performance", 2006.
    private ulong Bit(ulong run, int i) => (run + (ulong)i * (Mixed(run) | 1)) % ((ulong)_bits.Length * 8);

    // splitmix64's finalizer.
    private static ulong Mixed(ulong z)
    {
        z *= 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
