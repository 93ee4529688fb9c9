using Twitch.Media;

namespace Twitch.Media.Tests;

public class WindowTests(Clips clips)
{
    private static readonly ModelConfig Config = ModelConfig.Published with { Frame = ReadStream.Frame, WindowSeconds = 2 };

    [Theory]
    [InlineData("flac", "mkv", 0.5f)]
    [InlineData("pcm_s16le", "mov", 0)]
    [InlineData("aac", "mp4", 0)]
    public void A_window_read_alone_is_the_slice_of_the_whole_stream(string codec, string container, float tolerance)
    {
        string path = clips.Make($"long_{codec}.{container}", $"-f lavfi -i {Clips.Picture(14)} -f lavfi -i {Clips.Sound(14)} -map 0:v -map 1:a {Clips.H264} -c:a {codec} -shortest");
        ReadStream whole = ReadStream.Of(path);

        foreach (double at in (double[])[0.5, 3, 7.3, 13.99, 20])
        {
            TimeSpan to = TimeSpan.FromSeconds(at);
            RecordedWindow window = Recording.ReadWindow(new MediaSource(path), Config, to - TimeSpan.FromSeconds(2), to, TestContext.Current.CancellationToken);

            ClipWindow expected = ClipWindow.Before(to, Config, whole.Frames.Count, whole.Mel.Count / 64);
            Assert.Equal((expected.FrameCount, expected.StepCount), (window.Range.FrameCount, window.Range.StepCount));
            Assert.True(expected == window.Range || expected.IsEmpty);
            Assert.Equal([.. whole.Frames[expected.FirstFrame..(expected.FirstFrame + expected.FrameCount)].SelectMany(frame => frame)], window.Frames);
            float[] mel = [.. whole.Mel[((int)expected.FirstStep * 64)..(((int)expected.FirstStep + expected.StepCount) * 64)]];
            Assert.Equal(mel.Length, window.Mel.Length);
            float largest = mel.Zip(window.Mel).Select(pair => Math.Abs(pair.First - pair.Second)).DefaultIfEmpty().Max();
            Assert.True(largest <= tolerance, $"{codec} at {at}: largest difference {largest}");
        }
    }

    [Fact]
    public void A_late_window_does_not_decode_what_lies_before()
    {
        string path = clips.Make("long_aac.mp4", $"-f lavfi -i {Clips.Picture(14)} -f lavfi -i {Clips.Sound(14)} -map 0:v -map 1:a {Clips.H264} -c:a aac -shortest");
        Recording recording = Recording.Open(new MediaSource(path), Config.Frame, Config.Mel);

        StreamSecond second = recording.Seconds(12, 13, cancellationToken: TestContext.Current.CancellationToken).Single();

        Assert.Equal(12, second.Index);
        Assert.InRange(recording.Report.FramesDecoded, 1, 60);
    }

    [Fact]
    public void Reading_stops_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        IEnumerator<StreamSecond> seconds = Recording.Open(new MediaSource(clips.Plain), Config.Frame, Config.Mel).Seconds(cancellationToken: cancel.Token).GetEnumerator();
        seconds.MoveNext();

        cancel.Cancel();

        Assert.Throws<OperationCanceledException>(() => seconds.MoveNext());
    }
}
