namespace Twitch.Export.Tests;

/// <summary>Tensors that PyTorch computed.</summary>
internal static class Fixtures
{
    /// <summary>Sizes of the network in seed_tiny.safetensors.</summary>
    public static ModelConfig SeedTinyConfig { get; } = ModelConfig.Published with
    {
        Frame = new FrameSpec(8, 8),
        VocabularySize = 29,
        EmbeddingSize = 12,
        HiddenSize = 16,
    };

    public static SafeTensors SeedTiny() => Open("seed_tiny.safetensors");

    public static SafeTensors SeedTinyOutputs() => Open("seed_tiny_io.safetensors");

    private static SafeTensors Open(string name) => SafeTensors.Open(Path.Combine(AppContext.BaseDirectory, "Fixtures", name));
}
