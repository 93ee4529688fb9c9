namespace Twitch.Export.Tests;

/// <summary>Inputs drawn with a fixed seed.</summary>
internal static class Draw
{
    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Uniform in [−scale, scale).</summary>
    public static float[] Floats(int count, int seed = 1, float scale = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle() - 1) * scale)];
    }
}
