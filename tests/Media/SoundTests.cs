using System.Runtime.InteropServices;
using Twitch.Media;
using Twitch.Media.Features;

namespace Twitch.Media.Tests;

public class SoundTests(Clips clips)
{
    private static readonly float Silence = MathF.Log(MelSpec.Floor);

    [Fact]
    public void The_mel_is_that_of_the_whole_waveform()
    {
        ReadStream stream = ReadStream.Of(clips.Plain);

        byte[] samples = Clips.Run("ffmpeg", $"-v error -i {clips.Plain} -map 0:a -af aformat=sample_fmts=fltp,pan=mono|c0=0.5*c0+0.5*c1,aresample=16000:first_pts=0 -f f32le pipe:1");
        float[] mel = MelSpectrogram.Compute(MelSpec.Standard, MemoryMarshal.Cast<byte, float>(samples));
        Assert.Equal(mel.Length, stream.Mel.Count);
        Assert.Equal(mel[(4 * 64)..], stream.Mel[(4 * 64)..]);    // before, the reference's resampler mirrors what comes first
    }

    [Theory]
    [InlineData("late_sound.mp4", "aac")]
    [InlineData("late_sound.mkv", "flac")]
    public void Sound_that_begins_late_is_silent_before(string name, string codec)
    {
        string path = clips.Make(name, $"-i {clips.Plain} -itsoffset 2.5 -f lavfi -i {Clips.Sound(3)} -map 0:v -map 1:a -c:v copy -c:a {codec}");

        ReadStream stream = ReadStream.Of(path);

        Assert.Equal(Silence, stream.Loudest(0, 2.4), 1e-3f);
        Assert.InRange(stream.Loudest(2.52, 2.6), 0, 20);
    }

    [Fact]
    public void Sound_that_ends_early_is_silent_after_and_the_report_says_so()
    {
        string path = clips.Make("early_end.mp4", $"-i {clips.Plain} -f lavfi -i {Clips.Sound(2)} -map 0:v -map 1:a -c:v copy -c:a aac");

        ReadStream stream = ReadStream.Of(path);

        Assert.Equal(6, stream.Frames.Count);
        Assert.Equal(Silence, stream.Loudest(2.2, 6), 1e-3f);
        Assert.Contains("the sound ends at 0:00:02 of 0:00:06", Assert.Single(stream.Report.Warnings));
    }

    [Theory]
    [InlineData("apart.wav", "")]
    [InlineData("apart.flac", "")]
    [InlineData("apart.mp3", "-b:a 192k")]
    public void Sound_may_lie_in_a_file_of_its_own(string name, string options)
    {
        string audio = clips.Make(name, $"-f lavfi -i {Clips.Sound(6)} {options}");
        string video = clips.Make("mute.mp4", $"-i {clips.Plain} -an -c copy");

        ReadStream apart = ReadStream.Of(video, audio), together = ReadStream.Of(clips.Plain);

        Assert.Empty(apart.Report.Warnings);
        Assert.Equal(6, apart.Frames.Count);
        Assert.Equal(together.Loudest(0, 6), apart.Loudest(0, 6), 0.5f);
    }

    [Fact]
    public void A_recording_without_sound_is_silent()
    {
        ReadStream stream = ReadStream.Of(clips.Make("mute.mp4", $"-i {clips.Plain} -an -c copy"));

        Assert.Equal(6, stream.Frames.Count);
        Assert.Equal(376 * 64, stream.Mel.Count);
        Assert.All(stream.Mel, value => Assert.Equal(Silence, value, 1e-3f));
        Assert.Contains("has no sound", Assert.Single(stream.Report.Warnings));
    }

    [Fact]
    public void A_recording_without_picture_is_black()
    {
        ReadStream stream = ReadStream.Of(clips["sound.m4a"]);

        Assert.InRange(stream.Frames.Count, 6, 7);
        Assert.All(stream.Frames, frame => Assert.All(frame, value => Assert.Equal(0, value)));
        Assert.Contains("has no picture", Assert.Single(stream.Report.Warnings));
    }

    [Fact]
    public void A_cover_is_not_a_picture_track()
    {
        string cover = clips.Make("cover.png", "-f lavfi -i color=red:s=32x32 -frames:v 1");

        ReadStream stream = ReadStream.Of(clips.Make("cover.mp3", $"-f lavfi -i {Clips.Sound(2)} -i {cover} -map 0 -map 1 -c:v copy -disposition:v attached_pic"));

        Assert.All(stream.Frames, frame => Assert.All(frame, value => Assert.Equal(0, value)));
    }
}
