using System.Diagnostics;
using System.Text;
using Twitch.Media;
using Twitch.Runtime;
using Twitch.Training.Chat;
using Twitch.Training.Prepared;

namespace Twitch.Training.Tests.Prepared;

public sealed class PreparedStreamTests : IClassFixture<PreparedStreamTests.Clip>, IDisposable
{
    private static readonly FrameSpec Frame = new(8, 8);
    private static readonly ModelConfig Published = ModelConfig.Published with { Frame = Frame };

    private readonly string _folder = Directory.CreateTempSubdirectory("store").FullName;
    private readonly MediaSource _media;

    public PreparedStreamTests(Clip clip)
    {
        _media = new MediaSource(clip.Path);
        File.WriteAllText(Log, "[0:00:01] Bob: hi\n[0:00:03] Ann: Kappa 🎉\n[0:00:04] Bob: !uptime\n[9:00:00] Ann: too late\n");
    }

    private string Log => Path.Combine(_folder, "chat.txt");

    private string Store => Path.Combine(_folder, "store");

    [Fact]
    public void A_prepared_stream_holds_what_was_recorded_and_said()
    {
        using PreparedStream stream = Prepare();

        Recording recording = Recording.Open(_media, Frame, MelSpec.Standard);
        foreach (StreamSecond second in recording.Seconds(cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.True(second.Frame.Span.SequenceEqual(stream.Frames(second.Index, 1)));
            Assert.True(second.Mel.Span.SequenceEqual(stream.Mel(second.FirstStep, second.Mel.Length / 64)));
        }
        Assert.Equal(8, stream.FrameCount);
        Assert.Equal(8 * Frame.ByteCount, stream.Frames(0, 8).Length);
        Assert.Equal(recording.Report.FramesDecoded, stream.Info.Report.FramesDecoded);
        Assert.Equal([new(TimeSpan.FromSeconds(1), "hi", 0), new ChatComment(TimeSpan.FromSeconds(3), "Kappa 🎉", 1)], stream.Comments);
        Assert.Equal(1, stream.Chat.CountOf(DropReason.OutsideRecording));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Frames(7, 2).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Mel(-1, 1).Length);
    }

    [Fact]
    public void With_eyes_and_ears_the_store_holds_what_they_made_of_each_second_also_after_a_stop()
    {
        ModelConfig config = SyntheticStream.WithSenses(ModelConfig.Standard with { Frame = new FrameSpec(64, 112) }, Path.Combine(_folder, "senses"));
        using var senses = Senses.Open(Path.Combine(_folder, "senses", BundleManifest.FrameFeaturesFile), Path.Combine(_folder, "senses", BundleManifest.SoundFeaturesFile), config.Eyes!, config.Ears!, threads: 1);
        var stop = new OperationCanceledException();
        PreparedStream Run(string store, IProgress<PrepareProgress>? progress = null) =>
            PreparedStream.Prepare(_media, config, senses, Log, new ChatLogOptions(), Path.Combine(_folder, store), progress, cancellationToken: TestContext.Current.CancellationToken);

        using PreparedStream whole = Run("whole");
        Assert.Same(stop, Record.Exception(() => Run("stopped", new Progress(done => { if (done.Done.TotalSeconds >= 5) throw stop; }))));
        using PreparedStream resumed = Run("stopped");

        Recording recording = Recording.Open(_media, config.Frame, config.Mel);
        foreach (StreamSecond second in recording.Seconds(cancellationToken: TestContext.Current.CancellationToken))
        {
            Assert.True(senses.See(second.Frame.Span).AsSpan().SequenceEqual(whole.FrameFeatures(second.Index, 1)));
            Assert.True(senses.Hear(SoundSteps.Of(second, config).Values.Span).AsSpan().SequenceEqual(whole.SoundFeatures(second.Index, 1)));
        }
        Assert.Equal((8, 8L), (whole.FrameCount, whole.StepCount));
        Assert.Equal(8 * 56 * 56 * 3, whole.Frames(0, 8).Length);
        foreach (string file in (string[])[PreparedStream.FramesFile, PreparedStream.FrameFeaturesFile, PreparedStream.SoundFeaturesFile])
            Assert.Equal(File.ReadAllBytes(Path.Combine(whole.Folder, file)), File.ReadAllBytes(Path.Combine(resumed.Folder, file)));
        Assert.Throws<InvalidOperationException>(() => whole.Mel(0, 1).Length);
    }

    [Fact]
    public void What_is_prepared_is_reused_even_if_the_file_has_another_name_and_date()
    {
        Prepare().Dispose();
        string copy = Path.Combine(_folder, "renamed.mp4");
        File.Copy(_media.Video, copy);
        File.SetLastWriteTimeUtc(copy, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));

        using PreparedStream again = PreparedStream.Prepare(new MediaSource(copy), Published, null, Log, new ChatLogOptions(), Store, cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(again.Reused);
        Assert.Equal(2, again.Comments.Count);
        Assert.Single(Directory.GetDirectories(Store));
    }

    [Fact]
    public void Another_chat_log_or_other_filters_leave_the_recording_alone()
    {
        Prepare().Dispose();
        using PreparedStream unfiltered = Prepare(options: new ChatLogOptions { DropCommands = false });
        File.AppendAllText(Log, "[0:00:05] Eve: one more\n");
        using PreparedStream longer = Prepare();

        Assert.True(unfiltered.Reused && longer.Reused);
        Assert.Equal(["hi", "Kappa 🎉", "!uptime"], unfiltered.Comments.Select(comment => comment.Text));
        Assert.Equal(["hi", "Kappa 🎉", "one more"], longer.Comments.Select(comment => comment.Text));
    }

    [Fact]
    public void Other_settings_are_prepared_apart()
    {
        Prepare().Dispose();

        using PreparedStream larger = PreparedStream.Prepare(_media, Published with { Frame = new FrameSpec(16, 8) }, null, Log, new ChatLogOptions(), Store, cancellationToken: TestContext.Current.CancellationToken);

        Assert.False(larger.Reused);
        Assert.Equal(2, Directory.GetDirectories(Store).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(8)]
    public void A_run_that_stopped_is_continued_with_the_same_bytes(int stopAfter)
    {
        using PreparedStream whole = Prepare(Path.Combine(_folder, "whole"), stretch: 2);
        Stop(stopAfter, stretch: 2);
        var reported = new List<double>();

        using PreparedStream resumed = Prepare(progress: new Progress(done => reported.Add(done.Done.TotalSeconds)), stretch: 2);

        Assert.False(resumed.Reused);
        Assert.Equal((stopAfter - 1) / 2 * 2 + 1, reported[0]);    // the stretch that was broken off is read again
        AssertSame(whole, resumed);
    }

    [Fact]
    public void A_rest_that_does_not_match_the_recording_is_prepared_anew()
    {
        using PreparedStream whole = Prepare(Path.Combine(_folder, "whole"));
        string partial = Stop(5);
        string frames = Path.Combine(partial, PreparedStream.FramesFile);
        byte[] bytes = File.ReadAllBytes(frames);
        bytes[^1] ^= 1;
        File.WriteAllBytes(frames, [.. bytes, 1, 2, 3]);

        using PreparedStream anew = Prepare();

        AssertSame(whole, anew);
    }

    [Fact]
    public void Damage_that_a_stopped_run_met_is_in_the_report()
    {
        byte[] bytes = File.ReadAllBytes(_media.Video);
        bytes.AsSpan(bytes.Length * 3 / 10, bytes.Length / 50).Clear();    // at some 2 s
        string damaged = Path.Combine(_folder, "damaged.mp4");
        File.WriteAllBytes(damaged, bytes);
        PreparedStream Again(string store, IProgress<PrepareProgress>? progress = null) =>
            PreparedStream.Prepare(new MediaSource(damaged), Published, null, Log, new ChatLogOptions(), store, progress, cancellationToken: TestContext.Current.CancellationToken);
        using PreparedStream whole = Again(Path.Combine(_folder, "whole"));
        string[] expected = [.. whole.Info.Report.Warnings.Where(warning => warning.Contains("the picture is damaged at", StringComparison.Ordinal))];
        Assert.Single(expected);

        Assert.Throws<OperationCanceledException>(() => Again(Store, new Progress(done => { if (done.Done.TotalSeconds >= 7) throw new OperationCanceledException(); })));
        using PreparedStream resumed = Again(Store);

        Assert.Equal(expected, resumed.Info.Report.Warnings.Where(warning => warning.Contains("the picture is damaged at", StringComparison.Ordinal)));
        Assert.DoesNotContain("damage.txt", Directory.GetFiles(resumed.Folder).Select(Path.GetFileName));
        AssertSame(whole, resumed);
    }

    [Fact]
    public void A_damaged_folder_is_prepared_anew()
    {
        using PreparedStream whole = Prepare(Path.Combine(_folder, "whole"));
        using (PreparedStream first = Prepare())
            File.AppendAllText(Path.Combine(first.Folder, PreparedStream.MelFile), "x");

        using PreparedStream anew = Prepare();

        Assert.False(anew.Reused);
        AssertSame(whole, anew);
    }

    [Fact]
    public void Two_runs_do_not_write_the_same_recording_at_once()
    {
        string partial = Stop(2);
        using var held = new FileStream(Path.Combine(partial, PreparedStream.FramesFile), FileMode.Open, FileAccess.ReadWrite, FileShare.None);

        var error = Assert.Throws<TwitchException>(() => Prepare());

        Assert.Contains("another run may be preparing", error.Message);
    }

    [Fact]
    public void No_user_name_reaches_the_store()
    {
        Prepare().Dispose();

        foreach (string file in Directory.EnumerateFiles(Store, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".u8", StringComparison.Ordinal) && !file.EndsWith(".f32", StringComparison.Ordinal)))
        {
            string text = File.ReadAllText(file, Encoding.UTF8);
            Assert.DoesNotContain("Bob", text);
            Assert.DoesNotContain("Ann", text);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private PreparedStream Prepare(string? store = null, ChatLogOptions? options = null, IProgress<PrepareProgress>? progress = null, int stretch = PreparedStream.StretchSeconds) =>
        PreparedStream.Prepare(_media, Published, null, Log, options ?? new ChatLogOptions(), store ?? Store, progress, stretch, TestContext.Current.CancellationToken);

    // Ends a run after some seconds, as Ctrl-C does, and gives the folder of what it left.
    private string Stop(int seconds, int stretch = PreparedStream.StretchSeconds)
    {
        var stop = new OperationCanceledException();
        Assert.Same(stop, Record.Exception(() => Prepare(progress: new Progress(done =>
        {
            if (done.Done.TotalSeconds >= seconds)
                throw stop;
        }), stretch: stretch)));
        string partial = Assert.Single(Directory.GetDirectories(Store));
        Assert.EndsWith(".partial", partial);
        return partial;
    }

    private static void AssertSame(PreparedStream expected, PreparedStream actual)
    {
        foreach (string file in (string[])[PreparedStream.FramesFile, PreparedStream.MelFile])
            Assert.Equal(File.ReadAllBytes(Path.Combine(expected.Folder, file)), File.ReadAllBytes(Path.Combine(actual.Folder, file)));
        Assert.Equal(expected.StepCount, actual.StepCount);
        Assert.Equal(expected.FrameCount, actual.FrameCount);
    }

    private sealed class Progress(Action<PrepareProgress> report) : IProgress<PrepareProgress>
    {
        public void Report(PrepareProgress value) => report(value);
    }

    /// <summary>Eight seconds of moving picture and tone.</summary>
    public sealed class Clip : IDisposable
    {
        public Clip()
        {
            string arguments = $"-v error -nostdin -y -f lavfi -i testsrc2=s=64x48:r=10:d=8 -f lavfi -i sine=d=8:b=4 -c:v libx264 -preset ultrafast -bf 2 -g 12 -pix_fmt yuv420p -c:a aac {Path}";
            using Process process = Process.Start("ffmpeg", arguments);
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }

        public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"prepared-{Guid.NewGuid():n}.mp4");

        public void Dispose() => File.Delete(Path);
    }
}
