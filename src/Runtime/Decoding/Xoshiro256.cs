using System.Numerics;

namespace Twitch.Runtime;

/// <summary>The random numbers that draw comments: xoshiro256**, seeded by splitmix64. Our own, because System.Random's sequence
/// may change between versions of .NET, and the same seed should say the same thing for years.</summary>
/// <remarks>Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2018; Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", 2014.</remarks>
public sealed class Xoshiro256
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;    // splitmix64's step: 2^64 divided by the golden ratio, odd

    private ulong _s0, _s1, _s2, _s3;

    /// <summary>Starts the sequence of a seed.</summary>
    public Xoshiro256(ulong seed) => Reset(seed);

    /// <summary>Starts the sequence of another seed.</summary>
    public void Reset(ulong seed)
    {
        _s0 = Mix(seed += GoldenGamma);
        _s1 = Mix(seed += GoldenGamma);
        _s2 = Mix(seed += GoldenGamma);
        _s3 = Mix(seed + GoldenGamma);
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong Next()
    {
        ulong result = BitOperations.RotateLeft(_s1 * 5, 7) * 9, shifted = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= shifted;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>The next number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The seed of something that is one of many: a moment of a recording, a try at another comment.</summary>
    /// <param name="seed">The seed of all.</param>
    /// <param name="index">Which one; 0 has the seed itself.</param>
    public static ulong Derive(ulong seed, long index) => index == 0 ? seed : Mix(seed ^ Mix((ulong)index * GoldenGamma));

    // splitmix64's finalizer.
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
