using Twitch.Onnx;

namespace Twitch.Export.Perception;

/// <summary>The log-mel of a second to what a frozen image network says of its picture, and to fixed statistics of it.</summary>
/// <remarks><code>
/// in    mel [batch, steps, filters] f32
/// out   features [batch, 512 + statistics] f32
/// </code></remarks>
public static class EarsGraph
{
    /// <summary>Names of its border.</summary>
    public const string Input = "mel", Output = "features";

    /// <summary>Steps that the mean at a second's end, and that at its beginning, are taken over: a third of it.</summary>
    private const int StepsOfThird = SecondOfMel.StepCount / 3;

    private const float Quietest = -16, Loudest = 6;    // log-mel that is black and white

    /// <summary>ResNet-18 over the picture, and the statistics.</summary>
    /// <param name="files">The network.</param>
    /// <exception cref="TwitchException">A file is not what it should be.</exception>
    public static Model Of(ResNet18Files files)
    {
        var g = new Graph("sound_features", "The log-mel of a second to the features that a frozen ResNet-18 has of its picture, and to fixed statistics.");
        Value mel = g.Input(Input, ElementType.F32, "batch", SecondOfMel.StepCount, SecondOfMel.FilterCount);
        Value means = files.Run(g, files.Prepare(g, Picture(g, mel))).Means;
        return g.Build((Output, g.Concat(axis: 1, g.Reshape(means, "batch", ResNet18Files.FeatureCount), Statistics(g, mel))));
    }

    /// <summary>A grey picture of the log-mel, time from left to right, high pitches on top, stretched to the network's size.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="mel">[batch, steps, filters].</param>
    /// <returns>[batch, 3, 224, 224], 0 to 255.</returns>
    private static Value Picture(Graph g, Value mel)
    {
        const int Size = ResNet18Files.Size, Steps = SecondOfMel.StepCount, Filters = SecondOfMel.FilterCount;
        Value bright = g.Max(g.Min(mel, g.Constant([Loudest])), g.Constant([Quietest]));
        bright = g.Mul(g.Sub(bright, g.Constant([Quietest])), g.Constant([255 / (Loudest - Quietest)]));
        Value rows = g.MatMul(bright, g.Constant(Turned(Stretch(Filters, Size, reversed: true), Size), Filters, Size));       // [batch, steps, 224]
        Value picture = g.MatMul(g.Transpose(rows, 0, 2, 1), g.Constant(Turned(Stretch(Steps, Size), Size), Steps, Size));   // [batch, 224, 224]
        Value grey = g.Unsqueeze(picture, 1);
        return g.Concat(axis: 1, grey, grey, grey);
    }

    /// <summary>Per filter mean, deviation, largest, smallest, and the mean of the last third less that of the first; then ln(1 + |DFT over time|) of bins 1
    /// to 16, the mean of each eight neighbouring filters.</summary>
    /// <returns>[batch, <see cref="SecondOfMel.StatisticCount"/>].</returns>
    private static Value Statistics(Graph g, Value mel)
    {
        const int Steps = SecondOfMel.StepCount, Filters = SecondOfMel.FilterCount, Bands = SecondOfMel.BandCount, Bins = SecondOfMel.BinCount;
        Value overTime = g.Transpose(mel, 0, 2, 1);                                                                             // [batch, filters, steps]
        Value mean = g.ReduceMean(overTime, axis: 2), centred = g.Sub(overTime, mean);
        Value deviation = g.Sqrt(g.ReduceMean(g.Mul(centred, centred), axis: 2));
        Value change = g.MatMul(centred, g.Constant(Change(), Steps, 1));
        Value[] perFilter = [mean, deviation, g.ReduceMax(overTime, axis: 2), g.ReduceMin(overTime, axis: 2), change];          // each [batch, filters, 1]

        Value real = g.MatMul(centred, g.Constant(Waves(Math.Cos), Steps, Bins)), imaginary = g.MatMul(centred, g.Constant(Waves(Math.Sin), Steps, Bins));
        Value magnitude = g.Sqrt(g.Add(g.Mul(real, real), g.Mul(imaginary, imaginary)));                                      // [batch, filters, bins]
        Value modulation = g.Reshape(g.Log(g.Add(magnitude, g.Constant([1f]))), "batch", Bands, Filters / Bands, Bins);
        return g.Concat(axis: 1, [.. perFilter.Select(value => g.Reshape(value, "batch", Filters)), g.Reshape(g.ReduceMean(modulation, axis: 2), "batch", Bands * Bins)]);
    }

    // Bilinear stretching as a matrix [to, from]: the centre of place i lies at (i + 0.5) · from / to − 0.5, and beyond the first and last centre nothing
    // changes, as OpenCV's INTER_LINEAR and torch's interpolate have it.
    private static float[] Stretch(int from, int to, bool reversed = false)
    {
        var matrix = new float[to * from];
        for (int i = 0; i < to; i++)
        {
            double at = Math.Clamp((i + 0.5) * from / to - 0.5, 0, from - 1);
            int low = Math.Min((int)at, from - 2);
            matrix[i * from + Place(low)] = (float)(1 - (at - low));
            matrix[i * from + Place(low + 1)] = (float)(at - low);
        }
        return matrix;

        int Place(int i) => reversed ? from - 1 - i : i;
    }

    private static float[] Turned(float[] matrix, int rows)
    {
        int columns = matrix.Length / rows;
        return [.. Enumerable.Range(0, matrix.Length).Select(i => matrix[i % rows * columns + i / rows])];
    }

    private static float[] Change() => [.. Enumerable.Range(0, SecondOfMel.StepCount)
        .Select(step => step < StepsOfThird ? -1f / StepsOfThird : step >= SecondOfMel.StepCount - StepsOfThird ? 1f / StepsOfThird : 0)];

    // Column k − 1 is the wave of bin k.
    private static float[] Waves(Func<double, double> wave) => [.. Enumerable.Range(0, SecondOfMel.StepCount)
        .SelectMany(step => Enumerable.Range(1, SecondOfMel.BinCount).Select(bin => (float)wave(2 * Math.PI * bin * step / SecondOfMel.StepCount)))];
}
