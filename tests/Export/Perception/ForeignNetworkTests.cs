using Twitch.Export.Perception;
using Twitch.Onnx;
using Twitch.Tests;

namespace Twitch.Export.Tests.Perception;

/// <summary>Networks of other people as eyes and ears.</summary>
public sealed class ForeignNetworkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("twitch-foreign-").FullName;

    [Fact]
    public void Eyes_of_planes_get_frames_as_ImageNet_scales_them_and_are_averaged_over_places()
    {
        string eyes = Saved("eyes.onnx", g => g.Relu(g.Input("image", ElementType.F32, 1, 3, 4, 6)));
        (EyesSpec spec, _) = Write(new PerceptionOptions { EyesFile = eyes, EarsFile = Ears() });

        float[] features = Run(PerceptionFiles.EyesFile, "frames", Even(4 * 6, 255, 128, 0), 1, 4, 6, 3);

        Assert.Equal(("eyes", new FrameSpec(4, 6), 3), (spec.Name, spec.Frame, spec.FeatureCount));
        Floats.Close([(1 - 0.485f) / 0.229f, (128 / 255f - 0.456f) / 0.224f, 0], features, 1e-5, "features");
    }

    [Fact]
    public void Eyes_of_pixels_that_take_bytes_of_any_size_get_them_as_they_are()
    {
        string eyes = Saved("eyes.onnx", g => g.ReduceMean(g.Cast(g.Input("image", ElementType.U8, "n", "h", "w", 3), ElementType.F32), axis: 3));
        (EyesSpec spec, _) = Write(new PerceptionOptions { EyesFile = eyes, EarsFile = Ears(), FrameSize = 2 });

        float[] features = Run(PerceptionFiles.EyesFile, "frames", Even(2 * 2 * 2, 30, 60, 90), 2, 2, 2, 3);

        Assert.Equal((new FrameSpec(2, 2), 1), (spec.Frame, spec.FeatureCount));
        Assert.Equal([60f, 60], features);
    }

    [Fact]
    public void Pixels_can_be_asked_for_from_nought_to_one()
    {
        string eyes = Saved("eyes.onnx", g => g.Relu(g.Input("image", ElementType.F32, "n", 3, 2, 2)));
        Write(new PerceptionOptions { EyesFile = eyes, EarsFile = Ears(), EyesScaling = PixelScaling.Unit });

        Floats.Close([1, 0.2f, 0], Run(PerceptionFiles.EyesFile, "frames", Even(4, 255, 51, 0), 1, 2, 2, 3), 1e-6, "features");
    }

    [Fact]
    public void Ears_get_a_second_with_the_channel_that_they_want()
    {
        string ears = Saved("ears.onnx", g => g.Relu(g.Input("spectrogram", ElementType.F32, 1, 1, SecondOfMel.StepCount, SecondOfMel.FilterCount)));
        (_, EarsSpec spec) = Write(new PerceptionOptions { EyesFile = Eyes(), EarsFile = ears });
        float[] mel = [.. Enumerable.Range(0, 2 * SecondOfMel.StepCount * SecondOfMel.FilterCount).Select(i => i < SecondOfMel.StepCount * SecondOfMel.FilterCount ? 3f : -1)];

        Assert.Equal(("ears", 1), (spec.Name, spec.FeatureCount));
        Floats.Close([3, 0], Run(PerceptionFiles.EarsFile, "mel", mel, 2, SecondOfMel.StepCount, SecondOfMel.FilterCount), 1e-5, "features");
    }

    [Fact]
    public void A_value_in_between_can_be_the_features()
    {
        string eyes = Saved("eyes.onnx", g => g.Reshape(g.GlobalMaxPool(g.Input("image", ElementType.F32, 1, 3, 2, 2)), 1, 3));
        string inner = ModelFile.Load(eyes).ValueNames.First();

        (EyesSpec spec, _) = Write(new PerceptionOptions { EyesFile = eyes, EyesOutput = inner, EarsFile = Ears(), EyesScaling = PixelScaling.Bytes });

        Assert.Equal(3, spec.FeatureCount);
        Assert.Equal([7f, 8, 9], Run(PerceptionFiles.EyesFile, "frames", Even(4, 7, 8, 9), 1, 2, 2, 3));
    }

    [Theory]
    [InlineData(true, "--eyes: ", "takes 'features' f32 [1, 512]; [batch, 3, height, width] or [batch, height, width, 3] is needed")]
    [InlineData(false, "--ears: ", "takes 'features' f32 [1, 512]; [batch, 62, 64] log-mel, or that with a channel of 1 is needed")]
    public void A_network_of_something_else_is_refused_with_what_it_takes(bool asEyes, string option, string problem)
    {
        string other = Saved("other.onnx", g => g.Relu(g.Input("features", ElementType.F32, 1, 512)));

        var e = Assert.Throws<TwitchException>(() => Write(asEyes ? new PerceptionOptions { EyesFile = other, EarsFile = Ears() } : new PerceptionOptions { EyesFile = Eyes(), EarsFile = other }));

        Assert.StartsWith(option, e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, e.ExitCode);
    }

    [Fact]
    public void A_missing_value_is_named_with_those_that_are_there()
    {
        var e = Assert.Throws<TwitchException>(() => Write(new PerceptionOptions { EyesFile = Eyes(), EyesOutput = "pool5", EarsFile = Ears() }));

        Assert.Contains("has no value 'pool5'; its outputs are 'y'", e.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (EyesSpec Eyes, EarsSpec Ears) Write(PerceptionOptions options) => PerceptionFiles.Write(_folder, options with { Precision = PerceptionPrecision.Float32 });

    private float[] Run(string file, string input, Array values, params long[] shape)
    {
        using var session = new OnnxSession(Path.Combine(_folder, file));
        return session.Run((input, values, shape))[0];
    }

    private string Eyes() => Saved("some-eyes.onnx", g => g.Relu(g.Input("image", ElementType.F32, 1, 3, 2, 2)));

    private string Ears() => Saved("some-ears.onnx", g => g.Relu(g.Input("mel", ElementType.F32, "n", SecondOfMel.StepCount, SecondOfMel.FilterCount)));

    private string Saved(string name, Func<Graph, Value> write)
    {
        var g = new Graph("foreign", "A network of a test.");
        string path = Path.Combine(_folder, name);
        g.Build(("y", write(g))).Save(path, externalDataThreshold: int.MaxValue);
        return path;
    }

    private static byte[] Even(int pixels, byte red, byte green, byte blue) => [.. Enumerable.Range(0, pixels).SelectMany(_ => (byte[])[red, green, blue])];
}
