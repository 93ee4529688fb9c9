using Microsoft.ML.OnnxRuntime;

namespace Twitch.Training.Tests.Perception;

/// <summary>What the graph of the ears computes, in plain loops.</summary>
internal static class PlainEars
{
    private const int Size = 224, Steps = SecondOfMel.StepCount, Filters = SecondOfMel.FilterCount;

    /// <summary>Runs a graph of one input and one output.</summary>
    public static float[] Run<T>(string path, T[] input, params long[] shape) where T : unmanaged
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1 };
        using var session = new InferenceSession(path, options);
        using var run = new RunOptions();
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(input, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, session.InputNames, [value], session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>The grey picture of a second, [3, 224, 224]: bilinear, high pitches on top, −16 black and 6 white.</summary>
    public static float[] Picture(float[] mel)
    {
        var plane = new float[Size * Size];
        for (int i = 0; i < plane.Length; i++)
        {
            (int top, int bottom, float down) = Between(i / Size, Filters);
            (int left, int right, float across) = Between(i % Size, Steps);
            float upper = Bright(top, left) + across * (Bright(top, right) - Bright(top, left)), lower = Bright(bottom, left) + across * (Bright(bottom, right) - Bright(bottom, left));
            plane[i] = upper + down * (lower - upper);
        }
        return [.. plane, .. plane, .. plane];

        float Bright(int row, int step) => 255 * Math.Clamp((mel[step * Filters + Filters - 1 - row] + 16) / 22, 0, 1);

        static (int, int, float) Between(int place, int count)
        {
            float at = Math.Max(0, (place + 0.5f) * count / Size - 0.5f);
            return ((int)at, Math.Min((int)at + 1, count - 1), at - (int)at);
        }
    }

    /// <summary>Per filter mean, deviation, largest, smallest, last twenty steps less first twenty; then the modulation spectrum of eight bands.</summary>
    public static float[] Statistics(float[] mel)
    {
        const int Bands = SecondOfMel.BandCount, Bins = SecondOfMel.BinCount;
        float[][] filters = [.. Enumerable.Range(0, Filters).Select(filter => (float[])[.. Enumerable.Range(0, Steps).Select(step => mel[step * Filters + filter])])];
        var modulation = new float[Bands * Bins];
        for (int i = 0; i < Filters * Bins; i++)
        {
            (int filter, int bin) = (i / Bins, i % Bins);
            double real = filters[filter].Select((value, step) => value * Math.Cos(2 * Math.PI * (bin + 1) * step / Steps)).Sum();
            double imaginary = filters[filter].Select((value, step) => value * Math.Sin(2 * Math.PI * (bin + 1) * step / Steps)).Sum();
            modulation[filter / (Filters / Bands) * Bins + bin] += (float)(Math.Log(1 + Math.Sqrt(real * real + imaginary * imaginary)) * Bands / Filters);
        }
        return
        [
            .. filters.Select(row => row.Average()),
            .. filters.Select(row => (float)Math.Sqrt(row.Average(value => Math.Pow(value - row.Average(), 2)))),
            .. filters.Select(row => row.Max()),
            .. filters.Select(row => row.Min()),
            .. filters.Select(row => row[^20..].Average() - row[..20].Average()),
            .. modulation,
        ];
    }
}
