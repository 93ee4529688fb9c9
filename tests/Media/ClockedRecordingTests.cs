using Twitch.Media.Uploads;

namespace Twitch.Media.Tests;

/// <summary>Recordings whose clock jumps: the picture's grey and a tone every five seconds tell the second that they were made for.</summary>
public class ClockedRecordingTests(Clips clips)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_piece_that_was_cut_out_is_still_and_silent() => AssertSeconds(
        Join("gap.ts", Part("gap0", 0, 9, 10), Part("gap1", 30, 10, 40)),
        [.. Enumerable.Range(0, 9), .. Enumerable.Repeat(9, 22), .. Enumerable.Range(31, 9)], tones: [0, 5, 30, 35]);

    [Fact]
    public void Two_recordings_that_were_joined_follow_each_other() => AssertSeconds(
        Join("joined.ts", Part("joined0", 0, 20, 0), Part("joined1", 20, 20, 0)), [.. Enumerable.Range(0, 40)], tones: [0, 5, 10, 15, 20, 25, 30, 35]);

    [Theory]
    [InlineData("behind", 100, 7)]
    [InlineData("ahead", 100, 40_000)]
    public void An_advertisement_with_a_clock_of_its_own_takes_its_time(string name, int main, int advertisement) => AssertSeconds(
        Join($"ad-{name}.ts", Part($"{name}0", 0, 20, main), Part($"{name}1", 20, 10, advertisement), Part($"{name}2", 30, 20, main + 30)),
        [.. Enumerable.Range(0, 50)], tones: [0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);

    [Fact]
    public void An_advertisement_before_the_stream_is_its_beginning() => AssertSeconds(
        Join("pre-roll.ts", Part("pre0", 0, 10, 30_000), Part("pre1", 10, 20, 200)), [.. Enumerable.Range(0, 30)], tones: [0, 5, 10, 15, 20, 25]);

    [Fact]
    public void A_picture_with_a_time_far_off_is_left_out()
    {
        string path = clips.Make("outlier.mp4", $"-i {Part("outlier0", 0, 20, 0)} -c copy -bsf:v setts=pts='PTS+600/TB*eq(N,101)' -muxdelay 0");

        AssertSeconds(path, [.. Enumerable.Range(0, 20)], tones: [0, 5, 10, 15]);
    }

    [Fact]
    public void A_picture_that_changes_its_size_goes_on()
    {
        string path = Join("size.ts", Part("size0", 0, 10, 10), Part("size1", 10, 10, 20, width: 96));

        AssertSeconds(path, [.. Enumerable.Range(0, 20)], tones: [0, 5, 10, 15]);
    }

    [Fact]
    public async Task A_fragmented_recording_that_begins_late_is_as_long_as_it_is()
    {
        string path = clips.Make("hours.mp4", $"-i {Part("hours0", 0, 20, 10)} -c:v copy -c:a aac -output_ts_offset 5000 -movflags frag_keyframe+empty_moov+delay_moov");

        ReadStream stream = AssertSeconds(path, [.. Enumerable.Range(0, 20)], tones: [0, 5, 10, 15]);
        UploadedClip uploaded = await UploadedClip.DecodeAsync(
            path, new ClipContainer("mov"), ModelConfig.Published with { Frame = ReadStream.Frame }, UploadLimits.Standard, Cancellation);

        Assert.DoesNotContain(stream.Report.Warnings, warning => warning.Contains("truncated", StringComparison.Ordinal));
        Assert.InRange(uploaded.Length.TotalSeconds, 19.9, 20.2);
    }

    [Fact]
    public void Of_several_sound_tracks_the_default_one_is_heard_and_the_report_says_which()
    {
        string path = clips.Make("two-sounds.mkv",
            $"-i {Part("two0", 0, 10, 0)} -f lavfi -i anullsrc=r=44100:cl=stereo:d=10 -map 0:v -map 1:a -map 0:a -c:v copy -c:a aac -disposition:a:0 0 -disposition:a:1 default");

        ReadStream stream = AssertSeconds(path, [.. Enumerable.Range(0, 10)], tones: [0, 5]);

        Assert.Contains(stream.Report.Warnings, warning => warning.Contains("track 2 of 2 (default) is heard", StringComparison.Ordinal));
    }

    [Fact]
    public void Av1_is_read_like_any_other()
    {
        string path = clips.Make("av1.mp4", $"-f lavfi -i {Clips.Picture(2)} -c:v libaom-av1 -cpu-used 8 -usage realtime -crf 20");

        double[] shown = Clips.PictureNumbers(ReadStream.Of(path).Frames);

        Assert.Equal([0, 10], shown.Select(number => Math.Round(number)));
    }

    [Fact]
    public async Task A_stream_whose_clock_jumps_is_watched_as_it_is_prepared()
    {
        string path = Join("watched.ts", Part("watched0", 0, 20, 50), Part("watched1", 20, 20, 0));
        ReadStream recorded = ReadStream.Of(path);

        await using LiveCapture capture = LiveCapture.Start(StreamSource.Parse(path), ReadStream.Frame, MelSpec.Standard);
        var frames = new List<byte[]>();
        var mel = new List<float>();
        await foreach (LiveSecond second in capture.SecondsAsync(Cancellation))
        {
            frames.Add(second.Second.Frame.ToArray());
            mel.AddRange(second.Second.Mel.Span);
        }

        Assert.Equal(recorded.Frames, frames);
        Assert.Equal(recorded.Mel, mel);
    }

    [Fact]
    public void A_window_after_a_jump_is_that_of_the_whole_recording()
    {
        string path = Join("sought.ts", Part("sought0", 0, 20, 100), Part("sought1", 20, 20, 0));
        ReadStream whole = ReadStream.Of(path);

        RecordedWindow window = Recording.ReadWindow(
            new MediaSource(path), ModelConfig.Published with { Frame = ReadStream.Frame, WindowSeconds = 5 }, TimeSpan.FromSeconds(28), TimeSpan.FromSeconds(33), Cancellation);

        Assert.Equal([.. whole.Frames[29..34].SelectMany(frame => frame)], window.Frames);
    }

    // A part of 10 pictures a second whose grey and tones tell the source's second, stamped from a time on.
    private string Part(string name, int second, int seconds, int stamp, int width = 64) => clips.Make($"{name}.ts",
        $"-f lavfi -i color=black:s={width}x48:r=10:d={seconds},format=gray,geq=lum='25+3*(floor(N/10)+{second})',format=yuv420p"
        + $" -f lavfi -i aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,5),0.5)':d={seconds}:s=48000 {Clips.H264} -c:a mp2 -b:a 192k -f mpegts -muxdelay 0 -muxpreload 0 -output_ts_offset {stamp}");

    private string Join(string name, params string[] parts)
    {
        using FileStream file = File.Create(clips[name]);
        foreach (string part in parts)
            file.Write(File.ReadAllBytes(part));
        return clips[name];
    }

    private static ReadStream AssertSeconds(string path, int[] seconds, int[] tones)
    {
        ReadStream stream = ReadStream.Of(path);

        int[] shown = [.. stream.Frames.Select(frame => (int)Math.Round((frame.Average(value => (double)value) - 25) / 3))];
        Assert.InRange(shown.Length, seconds.Length, seconds.Length + 1);    // a part's sound may outlast its picture
        // One picture may be the one before: the sound's beginning may be the stream's.
        Assert.True(seconds.Zip(shown).All(pair => pair.Second == pair.First || pair.Second == pair.First - 1), $"shown: {string.Join(' ', shown)}; {string.Join(' ', stream.Report.Warnings)}");
        int steps = stream.Mel.Count / 64;
        bool[] loud = [.. Enumerable.Range(0, steps).Select(step => Enumerable.Range(0, 64).Max(filter => stream.Mel[step * 64 + filter]) > 0)];
        double[] begins = [.. Enumerable.Range(0, steps).Where(step => loud[step] && (step == 0 || !loud[step - 1])).Select(step => step * 256 / 16_000.0)];
        Assert.True(begins.Length == tones.Length && begins.Zip(tones).All(pair => Math.Abs(pair.First - pair.Second) <= 0.08),
            $"tones begin at {string.Join(' ', begins)}; {string.Join(' ', stream.Report.Warnings)}");
        return stream;
    }
}
