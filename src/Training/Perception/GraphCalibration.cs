using Microsoft.ML.OnnxRuntime;
using Twitch.Onnx;
using Twitch.Onnx.Quantization;

namespace Twitch.Training.Perception;

/// <summary>Runs a graph over examples and looks at what flows through it, so that it can be quantized.</summary>
public static class GraphCalibration
{
    /// <summary>What was seen of every value that <see cref="StaticQuantization.Quantize"/> needs to know.</summary>
    /// <param name="model">The graph in float32, with one input.</param>
    /// <param name="examples">Inputs of one example each, as they lie in memory: [1, …].</param>
    /// <typeparam name="T">Element type of the input.</typeparam>
    public static Dictionary<string, ChannelStatistics> Observe<T>(Model model, IEnumerable<T[]> examples) where T : unmanaged
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.onnx");
        try
        {
            model.ForCalibration().Save(path, externalDataThreshold: int.MaxValue);
            using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
            using var session = new InferenceSession(path, options);
            string[] observed = [.. session.OutputNames.Except(model.Outputs.Select(output => output.Name))];
            long[] shape = [1, .. model.Inputs[0].Shape!.Skip(1).Select(dim => dim.Size)];
            var statistics = new Dictionary<string, ChannelStatistics>(StringComparer.Ordinal);
            foreach (T[] example in examples)
                Observe(session, model.Inputs[0].Name, example, shape, observed, statistics);
            return statistics;
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Observe<T>(InferenceSession session, string input, T[] example, long[] shape, string[] observed, Dictionary<string, ChannelStatistics> statistics) where T : unmanaged
    {
        const int Channels = 1;    // the dimension
        using var run = new RunOptions();
        using OrtValue value = OrtValue.CreateTensorValueFromMemory(example, shape);
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, [input], [value], observed);
        for (int i = 0; i < observed.Length; i++)
        {
            if (!statistics.TryGetValue(observed[i], out ChannelStatistics? seen))
                statistics[observed[i]] = seen = new ChannelStatistics((int)outputs[i].GetTensorTypeAndShape().Shape[Channels]);
            seen.Observe(outputs[i].GetTensorDataAsSpan<float>(), batch: 1);
        }
    }
}
