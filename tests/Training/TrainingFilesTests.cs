using System.Buffers.Binary;
using SkiaSharp;
using Spectre.Console;

namespace Twitch.Training.Tests;

public sealed class TrainingFilesTests : IDisposable
{
    private static readonly EpochMetrics[] Epochs = [.. Enumerable.Range(1, 6).Select(i => new EpochMetrics(
        i, 10L * i, 3.0 / i, 2.0 / i + 0.1 * i, Math.Exp(2.0 / i + 0.1 * i), 1e-3, 100 + i, 1.5, 1 << 28, new DateTime(2025, 3, 10, 20, 0, i, DateTimeKind.Utc)))];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_checksum_is_crc_32c()
    {
        // RFC 3720, B.4: the CRC-32C of 32 zero bytes is 0x8A9136AA; then rotated and offset as record files have it.
        uint crc = 0x8A9136AA;

        Assert.Equal((crc >> 15 | crc << 17) + 0xA282EAD8, EventFile.MaskedCrc(new byte[32]));
    }

    [Fact]
    public void Events_are_whole_records_with_every_curve()
    {
        EventFile.Write(_folder["events"], Epochs);

        byte[] file = File.ReadAllBytes(_folder["events"]);
        var records = new List<byte[]>();
        for (int at = 0; at < file.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Assert.Equal(EventFile.MaskedCrc(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
            Assert.Equal(EventFile.MaskedCrc(file.AsSpan(at + 12, length)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
            records.Add(file[(at + 12)..(at + 12 + length)]);
            at += 16 + length;
        }
        Assert.Equal(1 + Epochs.Length, records.Count);
        Assert.EndsWith("brain.Event:2", System.Text.Encoding.ASCII.GetString(records[0]), StringComparison.Ordinal);
        // wall_time (tag 9), step (tag 16) = 1, summary (tag 42), whose first value (tag 10) is (tag 10) "loss/train" (tag 21) 3.0
        byte[] first = records[1];
        Assert.Equal((9, 1741636801.0, 16, 1, 42), (first[0], BinaryPrimitives.ReadDoubleLittleEndian(first.AsSpan(1)), first[9], first[10], first[11]));
        int value = first.AsSpan().IndexOf("loss/train"u8);
        Assert.Equal((10, 10, 21), (first[value - 2], first[value - 1], first[value + 10]));
        Assert.Equal(3f, BinaryPrimitives.ReadSingleLittleEndian(first.AsSpan(value + 11)));
        foreach (string tag in (string[])["loss/validation", "perplexity/validation", "learning_rate", "comments_per_second"])
            Assert.True(first.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(tag)) > 0, tag);
    }

    [Fact]
    public void The_plot_is_a_picture_with_curves()
    {
        LossPlot.Write(_folder["loss.png"], Epochs);

        using SKBitmap picture = SKBitmap.Decode(_folder["loss.png"]);
        Assert.Equal((900, 520), (picture.Width, picture.Height));
        int labelled = Enumerable.Range(400, 100).Count(x => Enumerable.Range(490, 30).Any(y => picture.GetPixel(x, y).Red < 100));
        Assert.True(labelled > 20, $"{labelled} columns beneath the axis hold ink: 'epoch' is not written; is there no font?");
    }

    [Fact]
    public void Plain_progress_is_a_line_for_the_plan_and_for_each_epoch()
    {
        using var text = new StringWriter();
        using var progress = new PlainProgress(text, TimeSpan.FromHours(1));

        progress.Started(new TrainingPlan(new SplitCounts(110, 80, 20, 6, 4, 0), 300, 1_790_000, 40, 3, FirstStep: 12));
        progress.Advanced(new TrainingProgress(1, 1, 120, 3, 3, null, 100, TimeSpan.FromSeconds(65)));
        progress.EpochEnded(Epochs[0], isBest: true);

        Assert.Equal(
            "going on after step 12: 80 comments to train on, 20 to validate with (6 in the gap between, 4 without picture or sound); 300 words, 1.79 M parameters, at most 40 epochs of 3 steps\n" +
            "epoch 1: training loss 3.000, validation perplexity 8.17 (best), 101 comments/s, 1.5 s\n", text.ToString());
    }

    [Fact]
    public void Plain_progress_reports_within_a_long_epoch()
    {
        using var text = new StringWriter();
        using var progress = new PlainProgress(text, TimeSpan.Zero);

        progress.Advanced(new TrainingProgress(2, 41, 120, 3, 2.5, 8.1, 100, TimeSpan.FromSeconds(3725)));

        Assert.Equal("epoch 2, step 41 of 120: loss 2.500, 100 comments/s, at most 1:02:05 left\n", text.ToString());
    }

    [Fact]
    public void The_live_table_shows_epochs_and_the_step_under_way()
    {
        var text = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 140;

        using (var progress = new ProgressDisplay(console))
        {
            progress.Started(new TrainingPlan(new SplitCounts(100, 80, 20, 0, 0, 0), 300, 1_790_000, 40, 3, FirstStep: 0));
            progress.Advanced(new TrainingProgress(1, 60, 120, 3, 2.5, null, 100, TimeSpan.FromSeconds(65)));
            progress.EpochEnded(Epochs[0], isBest: true);
        }

        foreach (string part in (string[])["80 comments to train on", "validation perplexity", "8.17 best", "step 60 of 120", "loss 2.500", "1:05 left"])
            Assert.Contains(part, text.ToString(), StringComparison.Ordinal);
    }
}
