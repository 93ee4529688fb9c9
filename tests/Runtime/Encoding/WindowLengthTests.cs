namespace Twitch.Runtime.Tests;

/// <summary>Windows of all lengths on a provider, in batches, against the processor taking in one step of one clip at a time. No window is
/// ever padded: clips of a batch are of one length, and the LSTMs are given no lengths.</summary>
public sealed class WindowLengthTests : IDisposable
{
    private readonly TinyBundle _bundle = TinyBundle.Standard(cuda: true);

    public void Dispose() => _bundle.Dispose();

    [Theory]
    [InlineData(ExecutionProvider.Cpu)]
    [InlineData(ExecutionProvider.Cuda)]
    public void A_whole_window_is_its_steps_one_by_one(ExecutionProvider provider)
    {
        using var model = CommentModel.Open(_bundle.Folder, ProviderUnderTest.OptionsOrSkip(provider));
        using CommentModel reference = _bundle.Open();
        ModelConfig config = model.Config;
        int stride = config.MelStepSize;
        var random = new Random(1);

        // Lengths go up and down, so that what a longer run left behind would show in a shorter one.
        foreach ((int frames, int strides, int batch) in ((int, int, int)[])[(1, 1, 1), (10, 10, 1), (3, 5, 4), (1, 1, 3), (7, 4, 2), (10, 10, 16), (2, 5, 1)])
        {
            var seen = new byte[batch * frames * config.Frame.ByteCount];
            random.NextBytes(seen);
            float[] heard = [.. Enumerable.Range(0, batch * strides * stride).Select(_ => random.NextSingle() * 12 - 12)];

            EncoderState video = model.Video.Encode(seen, EncoderState.Zeros(config, batch)), audio = model.Audio.Encode(heard, EncoderState.Zeros(config, batch));

            for (int clip = 0; clip < batch; clip++)
            {
                (EncoderState pictures, EncoderState sound) = (EncoderState.Zeros(config), EncoderState.Zeros(config));
                for (int i = 0; i < frames; i++)
                    pictures = reference.Video.Encode(seen.AsSpan((clip * frames + i) * config.Frame.ByteCount, config.Frame.ByteCount), pictures);
                for (int i = 0; i < strides; i++)
                    sound = reference.Audio.Encode(heard.AsSpan((clip * strides + i) * stride, stride), sound);
                Close(pictures, video, clip);
                Close(sound, audio, clip);
            }
        }

        void Close(EncoderState expected, EncoderState found, int clip)
        {
            int size = config.HiddenSize;
            Assert.Equal(expected.Hidden.ToArray(), found.Hidden.Slice(clip * size, size).ToArray(), (a, b) => Math.Abs(a - b) < GoldenCheck.Limit(provider));
            Assert.Equal(expected.Cell.ToArray(), found.Cell.Slice(clip * size, size).ToArray(), (a, b) => Math.Abs(a - b) < GoldenCheck.Limit(provider));
        }
    }
}
