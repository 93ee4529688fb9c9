using Twitch.Media;

namespace Twitch.Runtime.Tests;

public class StreamingEncoderTests(OpenedSeedTiny opened) : IClassFixture<OpenedSeedTiny>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public void Every_second_has_its_whole_windows_state_with_preset_published(int windowSeconds)
    {
        using TinyBundle bundle = Windowed(opened.Bundle, windowSeconds);

        Compare(bundle, firstSecond: 0, seconds: 14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Every_second_has_its_whole_windows_state_with_preset_standard(int windowSeconds)
    {
        using TinyBundle standard = TinyBundle.Standard(), bundle = Windowed(standard, windowSeconds);

        Compare(bundle, firstSecond: 0, seconds: 17);
    }

    [Fact]
    public void A_stream_joined_later_has_the_whole_window_once_it_has_passed()
    {
        using TinyBundle bundle = TinyBundle.Standard();

        Compare(bundle, firstSecond: 7, seconds: 20);
    }

    [Fact]
    public void A_second_left_out_is_refused()
    {
        StreamSecond[] seconds = [.. new Stream(opened.Model.Config, 4).Seconds(0)];
        var encoder = new StreamingEncoder(opened.Model);
        Assert.Null(encoder.Current);
        Assert.Same(encoder.Add(seconds[0]), encoder.Current);

        var e = Assert.Throws<ArgumentException>(() => encoder.Add(seconds[2]));

        Assert.StartsWith("second 2 from step of sound 61 does not follow; second 1 from step 0 is needed.", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => encoder.Add(seconds[1] with { Frame = new byte[5] }));
        encoder.Add(seconds[1]);
    }

    [Fact]
    public void A_bundle_whose_graphs_need_the_same_batch_is_refused()
    {
        using TinyBundle bundle = opened.Bundle.Copy();
        bundle.Rewrite(manifest => manifest with
        {
            Graphs = [.. manifest.Graphs.Select(graph => graph with { Inputs = [.. graph.Inputs.Select(value => value with { Shape = ["batch", .. value.Shape.Skip(1)] })] })],
        });
        using CommentModel model = bundle.Open();

        var e = Assert.Throws<TwitchException>(() => new StreamingEncoder(model));

        Assert.StartsWith($"{bundle.PathOf(BundleManifest.VideoEncoderFile)}: 'frames' and 'hidden' must have the same batch", e.Message, StringComparison.Ordinal);
    }

    private static TinyBundle Windowed(TinyBundle bundle, int windowSeconds)
    {
        TinyBundle copy = bundle.Copy();
        copy.Rewrite(manifest => manifest with { Config = manifest.Config with { WindowSeconds = windowSeconds } });
        return copy;
    }

    private static void Compare(TinyBundle bundle, int firstSecond, int seconds)
    {
        using CommentModel model = bundle.Open();
        var stream = new Stream(model.Config, seconds);
        var encoder = new StreamingEncoder(model);
        int compared = 0;

        foreach (StreamSecond second in stream.Seconds(firstSecond))
        {
            ClipContext arrived = encoder.Add(second);
            if (firstSecond > 0 && second.Index < firstSecond - 1 + model.Config.WindowSeconds)
                continue;

            ClipContext whole = stream.Encode(model, TimeSpan.FromSeconds(second.Index));
            Near(whole.Hidden, arrived.Hidden);
            Near(whole.Cell, arrived.Cell);
            compared++;
        }

        Assert.InRange(compared, 10, seconds);
    }

    private static void Near(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5f);
    }

    /// <summary>Random pictures and sound; as in a recording, the last second brings all steps that are left.</summary>
    private sealed class Stream
    {
        private readonly ModelConfig _config;
        private readonly int _seconds;
        private readonly byte[] _frames;
        private readonly float[] _mel;

        public Stream(ModelConfig config, int seconds)
        {
            var random = new Random(seconds);
            (_config, _seconds) = (config, seconds);
            _frames = new byte[seconds * config.Frame.ByteCount];
            random.NextBytes(_frames);
            _mel = [.. Enumerable.Range(0, (int)config.Mel.StepCount(seconds * config.Mel.SampleRate) * config.Mel.MelCount).Select(_ => random.NextSingle() * 8 - 4)];
        }

        private int Steps => _mel.Length / _config.Mel.MelCount;

        public IEnumerable<StreamSecond> Seconds(int first)
        {
            long done = _config.Mel.StepsEndingBy(TimeSpan.FromSeconds(first - 1));
            for (int second = first; second < _seconds; second++)
            {
                long end = second == _seconds - 1 ? Steps : _config.Mel.StepsEndingBy(TimeSpan.FromSeconds(second));
                yield return new StreamSecond(second, _frames.AsMemory(second * _config.Frame.ByteCount, _config.Frame.ByteCount), done,
                    _mel.AsMemory((int)done * _config.Mel.MelCount, (int)(end - done) * _config.Mel.MelCount));
                done = end;
            }
        }

        public ClipContext Encode(CommentModel model, TimeSpan time)
        {
            ClipWindow window = ClipWindow.Before(time, _config, _seconds, _config.Ears is null ? Steps : _seconds);
            ReadOnlySpan<byte> frames = _frames.AsSpan(window.FirstFrame * _config.Frame.ByteCount, window.FrameCount * _config.Frame.ByteCount);
            return model.Encode(frames, _config.Ears is not null
                ? SoundSteps.OfSeconds(window.FirstFrame, window.FrameCount, 0, _mel, _config.Mel, _config.MelStride)
                : _mel.AsSpan((int)window.FirstStep * _config.Mel.MelCount, window.StepCount * _config.Mel.MelCount));
        }
    }
}
