namespace Twitch.Media.Tests;

public class KeyframeTests(Clips clips)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void The_newest_keyframe_stands_for_a_second()
    {
        string path = Make("closed.mp4", "-bf 2 -g 20 -keyint_min 20 -sc_threshold 0");

        (double[] shown, Recording recording) = Read(path, FrameSampling.Keyframes);

        Assert.Equal([0, 0, 10, 10, 20, 20, 30, 30, 40, 40], shown);
        Assert.Equal(FrameSampling.Keyframes, recording.Sampling);
        Assert.DoesNotContain(recording.Report.Warnings, warning => warning.Contains("keyframes", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("open.mp4", "-bf 3 -g 20 -keyint_min 20 -sc_threshold 0 -x264-params open-gop=1:b-pyramid=normal", "keyframes")]
    [InlineData("sparse.mp4", "-bf 2 -g 50 -keyint_min 50 -sc_threshold 0", "too far apart")]
    public void Where_keyframes_cannot_stand_for_the_seconds_all_pictures_are_decoded_and_a_line_says_so(string name, string options, string reason)
    {
        string path = Make(name, options);
        (double[] exact, _) = Read(path, FrameSampling.Exact);

        (double[] shown, Recording recording) = Read(path, FrameSampling.Keyframes);

        Assert.Equal(exact, shown);
        Assert.Equal(FrameSampling.Exact, recording.Sampling);
        Assert.Contains(recording.Report.Warnings, warning => warning.Contains(reason, StringComparison.Ordinal) && warning.Contains("all pictures are decoded", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keyframes_of_a_live_source_are_those_of_a_recording()
    {
        string path = Make("closed.mp4", "-bf 2 -g 20 -keyint_min 20 -sc_threshold 0");
        (double[] recorded, _) = Read(path, FrameSampling.Keyframes);

        await using LiveCapture capture = LiveCapture.Start(
            StreamSource.Parse(path), ReadStream.Frame, MelSpec.Standard, new LiveCaptureOptions { Realtime = true, Sampling = FrameSampling.Keyframes, BufferSeconds = 60 });
        var frames = new List<byte[]>();
        await foreach (LiveSecond second in capture.SecondsAsync(Cancellation))
            frames.Add(second.Second.Frame.ToArray());

        Assert.Equal(recorded, Clips.PictureNumbers(frames).Select(number => Math.Round(number)));
        Assert.Null(capture.KeyframeFailure);
    }

    [Fact]
    public void A_window_of_keyframes_is_the_slice_of_the_whole()
    {
        string path = Make("closed.mp4", "-bf 2 -g 20 -keyint_min 20 -sc_threshold 0");
        (double[] whole, _) = Read(path, FrameSampling.Keyframes);

        StreamSecond[] late = [.. Recording.Open(new MediaSource(path), ReadStream.Frame, MelSpec.Standard, FrameSampling.Keyframes)
            .Seconds(7, 9, Cancellation).Select(second => second with { Frame = second.Frame.ToArray() })];

        Assert.Equal(whole[7..9], Clips.PictureNumbers(late.Select(second => second.Frame.ToArray())).Select(number => Math.Round(number)));
    }

    [Fact]
    public void Of_sixty_pictures_a_second_the_exact_one_is_at_most_three_older()
    {
        string path = clips.Make("sixty.mp4",
            "-f lavfi -i color=black:s=64x48:r=60:d=6,format=gray,geq=lum='mod(N,100)*2+20',format=yuv420p -c:v libx264 -preset fast -bf 3 -g 120 -qp 1");

        double[] shown = [.. ReadStream.Of(path).Frames.Select(frame => (frame.Average(value => (double)value) - 20) / 2)];

        Assert.Equal(6, shown.Length);
        Assert.All(shown.Select((number, second) => (60 * second % 100) - number), older => Assert.InRange(older, -0.6, 3.6));
    }

    private string Make(string name, string options) => clips.Make(name, $"-f lavfi -i {Clips.Picture(10)} -c:v libx264 -preset fast -pix_fmt yuv420p -qp 1 {options}".Replace("mod(4*N,256)", "mod(2*N,256)", StringComparison.Ordinal));

    private static (double[] Shown, Recording Recording) Read(string path, FrameSampling sampling)
    {
        Recording recording = Recording.Open(new MediaSource(path), ReadStream.Frame, MelSpec.Standard, sampling);
        List<byte[]> frames = [];
        foreach (StreamSecond second in recording.Seconds(cancellationToken: Cancellation))
            frames.Add(second.Frame.ToArray());
        return ([.. Clips.PictureNumbers(frames).Select(number => Math.Round(number))], recording);
    }
}
