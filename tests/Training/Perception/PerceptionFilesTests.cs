using Microsoft.ML.OnnxRuntime;
using Twitch.Export.Perception;

namespace Twitch.Training.Tests.Perception;

/// <summary>The default eyes and ears, beside the files that they are made of.</summary>
public sealed class PerceptionFilesTests : IDisposable
{
    private const int Size = ResNet18Files.Size, FrameBytes = Size * Size * FrameSpec.Channels, MelFloats = SecondOfMel.StepCount * SecondOfMel.FilterCount;

    private const int EyesCount = 512 + 4 * 128 + 128;

    private readonly string _folder = Directory.CreateTempSubdirectory("twitch-perception-").FullName;

    [Fact]
    public void Eyes_see_what_the_two_files_of_the_package_see_one_after_the_other()
    {
        (EyesSpec spec, _) = Write(PerceptionPrecision.Float32);
        byte[] frames = Frames(2);

        float[] features = Run(PerceptionFiles.EyesFile, frames, 2, Size, Size, FrameSpec.Channels);

        Assert.Equal((new FrameSpec(Size, Size), EyesCount), (spec.Frame, spec.FeatureCount));
        Close([.. Originals(Planes(frames[..FrameBytes])), .. Originals(Planes(frames[FrameBytes..]))], [.. features[..512], .. features[EyesCount..(EyesCount + 512)]], allowed: 1e-4);
    }

    [Fact]
    public void Something_small_in_a_quarter_shows_in_the_features_of_that_quarter()
    {
        const int Quarters = 4, SecondStage = 128;
        Write(PerceptionPrecision.Float32);
        byte[] even = [.. Enumerable.Repeat((byte)120, FrameBytes)], dotted = [.. even];
        for (int i = 0; i < 12 * 12; i++)    // yellow, at the bottom on the left
            (dotted[((150 + i / 12) * Size + 40 + i % 12) * 3], dotted[((150 + i / 12) * Size + 40 + i % 12) * 3 + 1]) = (250, 240);

        float[] features = Run(PerceptionFiles.EyesFile, (byte[])[.. even, .. dotted], 2, Size, Size, FrameSpec.Channels);

        double[] change = [.. Enumerable.Range(0, Quarters).Select(quarter => Enumerable.Range(0, SecondStage)
            .Sum(channel => Math.Abs((double)features[512 + channel * Quarters + quarter] - features[EyesCount + 512 + channel * Quarters + quarter])))];
        Assert.Equal(2, Array.IndexOf(change, change.Max()));
        Assert.True(change[2] > 20 * change[1], $"the quarters change by {string.Join(", ", change)}");
    }

    [Fact]
    public void Ears_hear_the_picture_and_the_statistics_of_the_second()
    {
        (_, EarsSpec spec) = Write(PerceptionPrecision.Float32);
        float[] mel = Mel(2);

        float[] features = Run(PerceptionFiles.EarsFile, mel, 2, SecondOfMel.StepCount, SecondOfMel.FilterCount);

        Assert.Equal((62, 64, 512 + 320 + 128), (spec.StepCount, spec.MelCount, spec.FeatureCount));
        Close([.. mel.Chunk(MelFloats).SelectMany(second => (float[])[.. Originals(PlainEars.Picture(second)), .. PlainEars.Statistics(second)])], features, allowed: 1e-3);
    }

    [Fact]
    public void Eight_bits_say_nearly_the_same_in_a_quarter_of_the_bytes()
    {
        Write(PerceptionPrecision.Float32);
        (byte[] frames, float[] mel) = (Frames(3), Mel(3));
        long[] frameShape = [3, Size, Size, FrameSpec.Channels], melShape = [3, SecondOfMel.StepCount, SecondOfMel.FilterCount];
        (float[] eyes, float[] ears) = (Run(PerceptionFiles.EyesFile, frames, frameShape), Run(PerceptionFiles.EarsFile, mel, melShape));
        string before = Write(PerceptionPrecision.Int8).Eyes.Sha256;

        Assert.InRange(Cosine(eyes, Run(PerceptionFiles.EyesFile, frames, frameShape)), 0.99, 1);
        Assert.InRange(Cosine(ears, Run(PerceptionFiles.EarsFile, mel, melShape)), 0.99, 1);
        Assert.InRange(PerceptionFiles.All.Sum(file => new FileInfo(Path.Combine(_folder, file)).Length), 15_000_000, 17_000_000);
        Assert.Equal(before, Write(PerceptionPrecision.Int8).Eyes.Sha256);
    }

    [Fact]
    public void A_second_does_not_depend_on_its_neighbours_in_the_batch()
    {
        Write(PerceptionPrecision.Int8);
        byte[] frames = Frames(3);

        float[] together = Run(PerceptionFiles.EyesFile, frames, 3, Size, Size, FrameSpec.Channels);

        Close(together[EyesCount..(2 * EyesCount)], Run(PerceptionFiles.EyesFile, frames[FrameBytes..(2 * FrameBytes)], 1, Size, Size, FrameSpec.Channels), allowed: 1e-4);
    }

    [Fact]
    public void The_licence_goes_with_the_files()
    {
        Write(PerceptionPrecision.Int8);

        string notices = File.ReadAllText(Path.Combine(_folder, PerceptionFiles.NoticesFile));

        Assert.Contains("MIT License", notices, StringComparison.Ordinal);
        Assert.Contains("Copyright (c)", notices, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private (EyesSpec Eyes, EarsSpec Ears) Write(PerceptionPrecision precision) => PerceptionFiles.Write(_folder, new PerceptionOptions { Precision = precision });

    private float[] Run<T>(string file, T[] input, params long[] shape) where T : unmanaged => PlainEars.Run(Path.Combine(_folder, file), input, shape);

    private static float[] Originals(float[] planes)
    {
        long[] shape = [1, FrameSpec.Channels, Size, Size];
        float[] prepared = PlainEars.Run(Path.Combine(ResNet18Files.DefaultFolder, ResNet18Files.PreprocessingFile), planes, shape);
        return PlainEars.Run(Path.Combine(ResNet18Files.DefaultFolder, ResNet18Files.NetworkFile), prepared, shape);
    }

    private static float[] Planes(byte[] frame) => [.. Enumerable.Range(0, FrameSpec.Channels).SelectMany(channel => Enumerable.Range(0, Size * Size).Select(i => (float)frame[i * FrameSpec.Channels + channel]))];

    // Coloured waves and some noise, each frame other ones.
    private static byte[] Frames(int count)
    {
        var random = new Random(5);
        return [.. Enumerable.Range(0, count * FrameBytes).Select(i =>
        {
            (int frame, int row, int column, int channel) = (i / FrameBytes, i / (3 * Size) % Size, i / 3 % Size, i % 3);
            return (byte)Math.Clamp(128 + 80 * Math.Sin(0.02 * (frame + 2) * column + channel) * Math.Cos(0.05 * (channel + 1) * row) + random.Next(-20, 20), 0, 255);
        })];
    }

    // A rising tone over noise.
    private static float[] Mel(int count)
    {
        var random = new Random(6);
        return [.. Enumerable.Range(0, count * MelFloats).Select(i =>
        {
            (int second, int step, int filter) = (i / MelFloats, i / SecondOfMel.FilterCount % SecondOfMel.StepCount, i % SecondOfMel.FilterCount);
            return (float)(-11 + 2 * random.NextDouble() + 9 * Math.Exp(-Math.Pow((filter - 10 * second - 0.5 * step) / 3, 2)));
        })];
    }

    private static double Cosine(float[] left, float[] right)
    {
        double product = 0, leftSquare = 0, rightSquare = 0;
        for (int i = 0; i < left.Length; i++)
            (product, leftSquare, rightSquare) = (product + left[i] * (double)right[i], leftSquare + left[i] * (double)left[i], rightSquare + right[i] * (double)right[i]);
        return product / Math.Sqrt(leftSquare * rightSquare);
    }

    private static void Close(float[] expected, float[] actual, double allowed)
    {
        Assert.Equal(expected.Length, actual.Length);
        double largest = expected.Zip(actual, (a, b) => Math.Abs((double)a - b)).Max();
        Assert.True(largest <= allowed, $"the largest difference is {largest:g3}; {allowed:g1} is allowed");
    }
}
