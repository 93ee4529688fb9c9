using Twitch.Onnx;

namespace Twitch.Export;

/// <summary>Eyes and ears of random weights: a network of any size can be built and tested without a frozen one, and they cost next to nothing.</summary>
public static class UntrainedPerception
{
    private const int Grid = 4;    // rows and columns of the picture whose mean colours the eyes see

    /// <summary>Writes both graphs.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="frame">Frames that the eyes take; height and width are multiples of four.</param>
    /// <param name="seen">Features of a frame.</param>
    /// <param name="heard">Features of a second of sound.</param>
    /// <param name="mel">How sound is analysed.</param>
    /// <param name="seed">The same seed and sizes give the same bytes.</param>
    /// <returns>What they take and give.</returns>
    public static (EyesSpec Eyes, EarsSpec Ears) Write(string folder, FrameSpec frame, int seen, int heard, MelSpec mel, ulong seed = 1)
    {
        string eyes = Path.Combine(folder, BundleManifest.FrameFeaturesFile), ears = Path.Combine(folder, BundleManifest.SoundFeaturesFile);
        int steps = mel.SampleRate / mel.HopLength;
        Save(Eyes(frame, seen, seed), eyes);
        Save(Ears(steps, mel.MelCount, heard, seed), ears);
        return (new EyesSpec("untrained", FileEntry.Of(eyes).Sha256, frame, seen), new EarsSpec("untrained", FileEntry.Of(ears).Sha256, steps, mel.MelCount, heard));
    }

    private static void Save(Model model, string path) => model.Save(path, long.MaxValue, new Producer(Exporter.ProducerName, Exporter.ProducerVersion));

    // The mean colours of a grid of places, from −1 to 1, mixed.
    private static Model Eyes(FrameSpec frame, int features, ulong seed)
    {
        const int Colours = Grid * Grid * FrameSpec.Channels;
        var g = new Graph("frame_features", "Frames to features of random weights.");
        Value x = g.Cast(g.Input("frames", ElementType.U8, "batch", frame.Height, frame.Width, FrameSpec.Channels), ElementType.F32);
        x = g.Reshape(x, "batch", Grid, frame.Height / Grid, Grid, frame.Width / Grid, FrameSpec.Channels);
        x = g.Reshape(g.ReduceMean(g.ReduceMean(x, 2), 4), "batch", Colours);
        x = g.Sub(g.Mul(x, g.Constant([1 / 127.5f])), g.Constant([1f]));
        return g.Build(("features", g.MatMul(x, Random(g, Colours, features, seed))));
    }

    // The mean and the largest value of each filter, mixed.
    private static Model Ears(int steps, int melCount, int features, ulong seed)
    {
        var g = new Graph("sound_features", "Log-mel to features of random weights.");
        Value mel = g.Input("mel", ElementType.F32, "batch", steps, melCount);
        Value x = g.Concat(axis: 1, g.ReduceMean(mel, 1), g.ReduceMax(mel, 1));                // [batch, 2, n_mels]
        x = g.Mul(g.Reshape(x, "batch", 2 * melCount), g.Constant([0.1f]));
        return g.Build(("features", g.MatMul(x, Random(g, 2 * melCount, features, seed))));
    }

    private static Value Random(Graph g, int inputs, int outputs, ulong seed)
    {
        ulong state = seed;
        float[] weights = [.. Enumerable.Range(0, inputs * outputs).Select(_ => Next(ref state) / MathF.Sqrt(inputs))];
        return g.Constant(weights, inputs, outputs);
    }

    // Steele, Lea and Flood's SplitMix64, as a number from −1 to 1.
    private static float Next(ref ulong state)
    {
        ulong z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (float)((z ^ (z >> 31)) / (double)ulong.MaxValue * 2 - 1);
    }
}
