namespace Twitch.Export.Tests;

public sealed class UntrainedCheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("twitch-untrained-").FullName;

    [Fact]
    public void The_seed_decides_every_byte()
    {
        string[] hashes = [.. new ulong[] { 7, 7, 8 }.Select((seed, i) => Hash($"{i}", seed))];

        Assert.Equal(hashes[0], hashes[1]);
        Assert.NotEqual(hashes[0], hashes[2]);
    }

    [Fact]
    public void Weights_are_drawn_as_PyTorch_draws_them()
    {
        ModelConfig config = ExporterTests.Small with { VocabularySize = 400, EmbeddingSize = 50, HiddenSize = 64 };
        UntrainedCheckpoint.Write(Path.Combine(_folder, "c"), config, seed: 1);

        using var checkpoint = Checkpoint.Open(Path.Combine(_folder, "c"));

        AssertUniform("decoder.lstm.weight_ih_l0", 1 / 8.0);    // 1/√hidden, whatever the inputs
        AssertUniform("decoder.output_fc.weight", 1 / 8.0);
        AssertUniform("decoder.output_fc.bias", 1 / 8.0);
        AssertUniform("fuse_h.weight", 1 / Math.Sqrt(128));    // two encoders of 64
        AssertUniform("audio_encoder.embed.weight", 1 / Math.Sqrt(13));    // features
        AssertUniform("video_encoder.embed.weight", 1 / Math.Sqrt(11));   // features
        float[] embedding = checkpoint.Weights.Read<float>("decoder.embedding.weight").ToArray();
        Assert.Equal(0, embedding.Average(), 0.03);
        Assert.Equal(1, embedding.Average(value => value * value), 0.03);
        Assert.All(checkpoint.Weights.Read<float>("audio_encoder.mean").ToArray(), value => Assert.Equal(0, value));
        Assert.All(checkpoint.Weights.Read<float>("audio_encoder.deviation").ToArray(), value => Assert.Equal(1, value));

        void AssertUniform(string name, double bound)
        {
            float[] values = checkpoint.Weights.Read<float>(name).ToArray();
            Assert.InRange(values.Max(value => Math.Abs(value)), 0.9 * bound, bound * 1.000001);
            Assert.Equal(0, values.Average() / bound, 4 / Math.Sqrt(3 * values.Length));                              // four standard errors
            Assert.Equal(1 / 3.0, values.Average(value => value * value) / (bound * bound), 4 * 0.298 / Math.Sqrt(values.Length));
        }
    }

    [Fact]
    public void Sizes_out_of_range_are_refused()
    {
        var error = Assert.Throws<TwitchException>(() => UntrainedCheckpoint.Write(Path.Combine(_folder, "c"), ModelConfig.Standard with { HiddenSize = 0 }, seed: 1));

        Assert.Contains("hidden_size is 0", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "c")));
    }

    [Fact]
    public void A_checkpoint_that_was_altered_after_saving_is_refused()
    {
        string folder = Path.Combine(_folder, "c");
        UntrainedCheckpoint.Write(folder, ExporterTests.Small, seed: 1);
        string model = Path.Combine(folder, Checkpoint.ModelFile);
        byte[] bytes = File.ReadAllBytes(model);
        bytes[^1] ^= 1;
        File.WriteAllBytes(model, bytes);

        var error = Assert.Throws<TwitchException>(() => Checkpoint.Open(folder));

        Assert.StartsWith($"{model}: altered", error.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Hash(string name, ulong seed)
    {
        string folder = Path.Combine(_folder, name);
        UntrainedCheckpoint.Write(folder, ExporterTests.Small, seed);
        return FileEntry.Of(Path.Combine(folder, Checkpoint.ModelFile)).Sha256;
    }
}
