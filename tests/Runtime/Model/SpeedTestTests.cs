namespace Twitch.Runtime.Tests;

public sealed class SpeedTestTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>
{
    [Fact]
    public void A_step_reads_every_weight_but_the_table()
    {
        ModelConfig config = opened.Model.Config;
        int matrices = 4 * config.HiddenSize * config.HiddenSize + config.HiddenSize * config.VocabularySize;

        long plain = SpeedTest.StepWeightBytes(opened.Model.Bundle, new RuntimeOptions()), rounded = SpeedTest.StepWeightBytes(opened.Model.Bundle, new RuntimeOptions { Precision = Precision.Int8 });

        Assert.InRange(plain - 4 * matrices, 4 * config.VocabularySize, 8_000);    // biases, and the graph itself
        int blocks = 4 * config.HiddenSize + config.VocabularySize;                // one of 128 for each row
        Assert.InRange(rounded - blocks * (128 + 4), 4 * config.VocabularySize, 8_000);
        if (!Processor.AddsFourProducts)
            return;    // it runs the same for many
        long many = SpeedTest.StepWeightBytes(opened.Model.Bundle, new RuntimeOptions { Precision = Precision.Int8 }, rows: 16);
        Assert.InRange(many - matrices, 4 * (4 * config.HiddenSize + 2 * config.VocabularySize), 8_000);    // scales and biases
    }

    [Fact]
    public void A_measurement_can_be_stopped()
    {
        Assert.Throws<OperationCanceledException>(() =>
            SpeedTest.Run(opened.Bundle.Folder, new RuntimeOptions(), TimeSpan.FromSeconds(1), new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(1_000_001)]
    public void The_probe_reads_at_least_what_it_is_asked_for(long bytes)
    {
        using var probe = new MemoryProbe(bytes);

        Assert.InRange(probe.ByteCount, bytes, bytes + 256);
        long ticks = Enumerable.Range(0, 100).Sum(_ => probe.Read().Ticks);
        Assert.True(ticks > 0 || bytes < 1_000_000, "a megabyte takes no time");    // few bytes take less than a tick
    }
}
