using Twitch.Media;

namespace Twitch.Media.Tests;

public class PictureTests(Clips clips)
{
    [Fact]
    public void The_frame_of_a_second_is_the_picture_shown_then()
    {
        ReadStream stream = ReadStream.Of(clips.Plain);

        AssertNumbers([0, 10, 20, 30, 40, 50], stream);
        Assert.Empty(stream.Report.Warnings);
        Assert.Equal(60, stream.Report.FramesDecoded);
        Assert.Equal(TimeSpan.FromSeconds(6), stream.Report.Picture);
    }

    [Theory]
    [InlineData("vfr.mp4", "")]
    [InlineData("vfr.mkv", "")]
    [InlineData("vfr.ts", "")]
    [InlineData("vfr_late.mkv", "-output_ts_offset 7.3")]
    public void Variable_frame_rate_shows_the_last_picture_at_or_before_each_second(string name, string options)
    {
        // Pictures 12–33 are missing, and of the others all that are 2 or 3 modulo 7.
        string source = clips.Make("vfr_source.mp4", $"-f lavfi -i {Clips.Picture(6)} -vf select='not(between(n,12,33))*not(between(mod(n,7),2,3))' -vsync vfr {Clips.H264}");

        ReadStream stream = ReadStream.Of(clips.Make(name, $"-i {source} -c copy {options}"));

        AssertNumbers([0, 8, 11, 11, 40, 50], stream);
    }

    [Fact]
    public void A_pause_longer_than_any_before_still_shows_its_first_picture()
    {
        string path = clips.Make("pause.mp4", $"-f lavfi -i {Clips.Picture(6)} -vf select='not(between(n,24,47))' -vsync vfr {Clips.H264}");

        AssertNumbers([0, 10, 20, 23, 23, 50], ReadStream.Of(path));
    }

    [Fact]
    public void Seconds_before_the_first_picture_are_black()
    {
        string path = clips.Make("late_video.mkv", $"-f lavfi -i {Clips.Sound(6)} -itsoffset 1.5 -i {clips.Plain} -map 1:v -map 0:a -c:v copy -c:a flac");

        ReadStream stream = ReadStream.Of(path);

        AssertNumbers([0, 0, 5, 15, 25, 35, 45, 55], stream);
        Assert.All(stream.Frames[0], value => Assert.Equal(0, value));
        Assert.All(stream.Frames[1], value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData("h264_10bit.mp4", "-c:v libx264 -preset ultrafast -qp 1 -pix_fmt yuv420p10le")]
    [InlineData("hevc_10bit.mp4", "-c:v libx265 -preset ultrafast -pix_fmt yuv420p10le -x265-params log-level=error:qp=1")]
    [InlineData("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -lossless 1")]
    [InlineData("mpeg2.ts", "-c:v mpeg2video -q:v 1 -r 25")]
    public void Other_codecs_and_ten_bits_are_seen(string name, string encode)
    {
        string path = clips.Make(name, $"-i {clips.Plain} -an {encode}");

        AssertNumbers([0, 10, 20, 30, 40, 50], ReadStream.Of(path), tolerance: 0.9);
    }

    [Fact]
    public void A_rotated_recording_stands_upright_and_is_in_red_green_blue()
    {
        string path = clips.Make("rotated.mp4", $"-f lavfi -i testsrc=s=640x480:r=10:d=1 {Clips.H264}");
        string rotated = clips.Make("rotated_tagged.mp4", $"-i {path} -c copy -metadata:s:v rotate=90");

        byte[] frame = ReadStream.Of(rotated, frame: new FrameSpec(64, 48)).Frames[0];

        byte[] expected = Clips.Run("ffmpeg", $"-v error -i {rotated} -frames:v 1 -vf format=rgb24,scale=48:64:flags=area -pix_fmt rgb24 -f rawvideo pipe:1");
        Assert.Equal(expected.Length, frame.Length);
        Assert.True(expected.Zip(frame).Average(pair => Math.Abs(pair.First - pair.Second)) < 6);
    }

    [Fact]
    public void A_recording_without_timestamps_runs_at_its_frame_rate()
    {
        string path = clips.Make("raw.h264", $"-i {clips.Plain} -an -vf setpts=N/25/TB -r 25 {Clips.H264}");

        AssertNumbers([0, 25, 50], ReadStream.Of(path), tolerance: 2);    // at 25 a second, some pictures are passed over
    }

    [Fact]
    public void A_recording_shorter_than_a_second_has_one_frame()
    {
        ReadStream stream = ReadStream.Of(clips.Make("short.mp4", $"-t 0.5 -i {clips.Plain} {Clips.H264} -c:a aac"));

        AssertNumbers([0], stream);
        Assert.InRange(stream.Report.Picture.TotalSeconds, 0.4, 0.6);
    }

    private static void AssertNumbers(double[] expected, ReadStream stream, double tolerance = 0.5)
    {
        double[] actual = Clips.PictureNumbers(stream.Frames);
        Assert.True(expected.Length == actual.Length && expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance),
            $"expected pictures {string.Join(' ', expected)}, got {string.Join(' ', actual.Select(number => number.ToString("f2")))}; {string.Join(' ', stream.Report.Warnings)}");
    }
}
