using Twitch.Media;

namespace Twitch.Media.Tests;

public class DamageTests(Clips clips)
{
    [Fact]
    public void A_truncated_recording_is_used_as_far_as_it_goes_and_the_report_says_how_far()
    {
        byte[] whole = File.ReadAllBytes(clips.Plain);
        File.WriteAllBytes(clips["truncated.mp4"], whole[..(whole.Length * 6 / 10)]);

        ReadStream stream = ReadStream.Of(clips["truncated.mp4"]);

        Assert.InRange(stream.Frames.Count, 2, 4);
        Assert.Equal(TimeSpan.FromSeconds(6), stream.Report.Promised);
        Assert.InRange(stream.Report.Picture.TotalSeconds, 1.5, 4.5);
        Assert.Contains(stream.Report.Warnings, warning => warning.Contains(" of 0:00:06; what is there is used", StringComparison.Ordinal));
        Assert.Equal(10, Clips.PictureNumbers(stream.Frames)[1], 0.5);
    }

    [Fact]
    public void Damage_in_the_middle_is_passed_and_the_report_says_where()
    {
        byte[] bytes = File.ReadAllBytes(clips.Plain);
        new Random(3).NextBytes(bytes.AsSpan(bytes.Length * 4 / 10, bytes.Length / 10));
        File.WriteAllBytes(clips["damaged.mp4"], bytes);

        ReadStream stream = ReadStream.Of(clips["damaged.mp4"]);

        double[] numbers = Clips.PictureNumbers(stream.Frames);
        Assert.Equal(6, numbers.Length);
        Assert.Equal([0, 10, 50], [Math.Round(numbers[0]), Math.Round(numbers[1]), Math.Round(numbers[5])]);
        Assert.NotEmpty(stream.Report.Warnings);
    }

    [Fact]
    public void A_recording_that_was_not_closed_is_refused_with_the_reason()
    {
        string unclosed = clips.Make("moov_last.mp4", $"-i {clips.Plain} -c copy -movflags -faststart");
        byte[] bytes = File.ReadAllBytes(unclosed);
        File.WriteAllBytes(clips["unclosed.mp4"], bytes[..(bytes.Length / 2)]);

        var error = Assert.Throws<TwitchException>(() => ReadStream.Of(clips["unclosed.mp4"]));

        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("unclosed.mp4", error.Message);
        Assert.Contains("moov atom not found", error.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5000)]
    public void Garbage_is_refused(int length)
    {
        var bytes = new byte[length];
        new Random(4).NextBytes(bytes);
        File.WriteAllBytes(clips["garbage.mp4"], bytes);

        var error = Assert.Throws<TwitchException>(() => ReadStream.Of(clips["garbage.mp4"]));

        Assert.Equal(ExitCode.BadInput, error.ExitCode);
        Assert.Contains("garbage.mp4: no recording", error.Message);
    }

    [Fact]
    public void A_missing_file_and_a_file_without_either_track_are_refused()
    {
        string subtitles = clips["words.srt"];
        File.WriteAllText(subtitles, "1\n00:00:00,000 --> 00:00:02,000\nhello\n");

        Assert.Contains("there is no such file", Assert.Throws<TwitchException>(() => ReadStream.Of(clips["nothing.mp4"])).Message);
        Assert.Contains("neither a picture nor a sound", Assert.Throws<TwitchException>(() => ReadStream.Of(subtitles)).Message);
        Assert.Contains("has no sound track", Assert.Throws<TwitchException>(() => ReadStream.Of(clips.Plain, subtitles)).Message);
    }

    [Fact]
    public void A_missing_system_library_is_named_with_its_package()
    {
        TwitchException error = NativeLibraries.Explain("Unable to load shared library 'x.so' or one of its dependencies.\nlibgtk-3.so.0: cannot open shared object file: No such file or directory\n");

        Assert.Contains("apt-get install libgtk-3-0", error.Message);
        Assert.Contains("libjpeg.so.9: cannot open", NativeLibraries.Explain("libjpeg.so.9: cannot open shared object file: No such file").Message);
    }

    [Fact]
    public void A_missing_program_is_named_with_its_package()
    {
        var error = Assert.Throws<TwitchException>(() => ChildProcess.Start("ffmpeg-that-nobody-has", []));

        Assert.Equal(ExitCode.Failed, error.ExitCode);
        Assert.Contains("apt-get install ffmpeg-that-nobody-has", error.Message);
    }
}
