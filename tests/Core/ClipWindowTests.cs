using CsCheck;

namespace Twitch.Tests;

public sealed class ClipWindowTests
{
    private const int Frames = 100;
    private const long Steps = 6251;    // 100 s of sound

    [Fact]
    public void Nothing_after_the_comment_and_nothing_older_than_the_window_is_seen()
    {
        ModelConfig config = ModelConfig.Published;
        MelSpec mel = config.Mel;

        Gen.Double[0, 100].Sample(seconds =>
        {
            var time = TimeSpan.FromSeconds(seconds);
            ClipWindow window = ClipWindow.Before(time, config, Frames, Steps);
            double start = time.TotalSeconds - config.WindowSeconds, end = time.TotalSeconds;

            Assert.Equal(Enumerable.Range(0, Frames).Where(s => s > start && s <= end), Enumerable.Range(window.FirstFrame, window.FrameCount));
            if (window.StepCount > 0)
            {
                Assert.True(StepEnd(window.FirstStep + window.StepCount - 1) <= end + 1e-6);
                Assert.True(StepEnd(window.FirstStep) > start - 1e-6);
            }
        }, seed: "0000KOIKFJmN");

        double StepEnd(long step) => (step * mel.HopLength + mel.FftSize / 2.0) / mel.SampleRate;
    }

    [Fact]
    public void A_whole_window_of_the_published_network_has_10_frames_and_625_steps()
    {
        ClipWindow window = ClipWindow.Before(TimeSpan.FromSeconds(50), ModelConfig.Published, Frames, Steps);

        Assert.Equal(new ClipWindow(FirstFrame: 41, FrameCount: 10, FirstStep: 2499, StepCount: 625), window);
    }

    [Fact]
    public void With_eyes_and_ears_both_ranges_are_the_same_seconds() => Gen.Double[0, 130].Sample(seconds =>
    {
        ClipWindow window = ClipWindow.Before(TimeSpan.FromSeconds(seconds), ModelConfig.Standard, Frames, Frames);

        Assert.Equal(Enumerable.Range(0, Frames).Where(s => s > seconds - 10 && s <= seconds), Enumerable.Range(window.FirstFrame, window.FrameCount));
        Assert.Equal((window.FirstFrame, window.FrameCount), (window.FirstStep, window.StepCount));
    }, seed: "0000KOIKFJmN");

    [Theory]
    [InlineData(-1)]
    [InlineData(0.02)]
    public void Before_the_first_sound_the_window_is_empty(double seconds) =>
        Assert.True(ClipWindow.Before(TimeSpan.FromSeconds(seconds), ModelConfig.Published, Frames, Steps).IsEmpty);

    [Fact]
    public void Long_after_the_recording_the_window_is_empty() =>
        Assert.True(ClipWindow.Before(TimeSpan.FromSeconds(111), ModelConfig.Published, Frames, Steps).IsEmpty);
}
