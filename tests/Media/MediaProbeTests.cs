using System.Globalization;
using System.Text;

namespace Twitch.Media.Tests;

public class MediaProbeTests
{
    [Theory]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", 5000, 5020.02, 20.02)]    // a fragmented MP4 states where it ends
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", 5000, 20.02, 20.02)]
    [InlineData("mov,mp4,m4a,3gp,3g2,mj2", 0, 7200, 7200)]
    [InlineData("mpegts", 1.4, 60, 60)]
    [InlineData("mpegts", 95_000, 3600, 3600)]
    public void The_length_is_that_of_the_stream_wherever_its_clock_begins(string format, double start, double duration, double expected)
    {
        MediaProbe probe = MediaProbe.Parse(Encoding.UTF8.GetBytes(
            """
            {"streams": [{"index": 0, "codec_type": "video", "codec_name": "h264", "start_time": "START", "duration": "LENGTH", "avg_frame_rate": "30/1"}],
             "format": {"format_name": "FORMAT", "start_time": "START", "duration": "LENGTH"}}
            """
            .Replace("FORMAT", format, StringComparison.Ordinal)
            .Replace("START", start.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("LENGTH", duration.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));

        Assert.Equal(expected, probe.Length!.Value, 3);
        Assert.Equal(expected, probe.VideoEnd!.Value, 3);
    }

    [Fact]
    public void The_default_track_is_taken_and_a_cover_is_no_picture()
    {
        MediaProbe probe = MediaProbe.Parse("""
            {"streams": [
                {"index": 0, "codec_type": "video", "codec_name": "mjpeg", "disposition": {"attached_pic": 1, "default": 1}},
                {"index": 1, "codec_type": "audio", "codec_name": "aac", "channels": 2, "disposition": {"default": 0}, "tags": {"language": "ger"}},
                {"index": 2, "codec_type": "audio", "codec_name": "aac", "channels": 1, "disposition": {"default": 1}, "tags": {"language": "eng", "title": "Stream"}},
                {"index": 3, "codec_type": "video", "codec_name": "av1", "avg_frame_rate": "30000/1001"}],
             "format": {"format_name": "matroska,webm"}}
            """u8.ToArray());

        Assert.Equal((3, "av1", 2, 1), (probe.VideoIndex, probe.VideoCodec, probe.AudioIndex, probe.AudioChannels));
        Assert.Equal("track 2 of 2 (Stream, eng, default)", probe.TakenSound);
        Assert.Equal(29.97, probe.FrameRate, 2);
    }
}
