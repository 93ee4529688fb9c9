namespace Twitch.Export.Tests;

/// <summary>Tensors that PyTorch computed, and how far ours may be from such.</summary>
internal static class Fixtures
{
    /// <summary>Sizes of the network in seed_tiny.safetensors.</summary>
    public static ModelConfig SeedTinyConfig { get; } = ModelConfig.Seed with
    {
        Frame = new FrameSpec(8, 8),
        VocabularySize = 29,
        EmbeddingSize = 12,
        HiddenSize = 16,
    };

    public static SafeTensors SeedTiny() => Open("seed_tiny.safetensors");

    public static SafeTensors SeedTinyOutputs() => Open("seed_tiny_io.safetensors");

    /// <summary>Fails with the largest difference and its place.</summary>
    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double allowed, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        (double largest, int place) = (0, 0);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (!(difference <= largest))
                (largest, place) = (difference, i);
        }
        Assert.True(largest <= allowed, $"{what}: the largest difference is {largest:g3}, at element {place} of {expected.Length}; {allowed:g1} is allowed");
    }

    private static SafeTensors Open(string name) => SafeTensors.Open(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));
}
