using Microsoft.ML.OnnxRuntime;

namespace Twitch.Export.Tests;

/// <summary>A graph in ONNX Runtime: arrays in, arrays out.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly RunOptions _run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };    // errors are asserted on

    public OnnxSession(string path) => Session = new InferenceSession(path, _options);

    public InferenceSession Session { get; }

    /// <summary>Runs the graph; outputs in the graph's order.</summary>
    public float[][] Run(params (string Name, Array Values, long[] Shape)[] inputs) => Run(Session.OutputNames, inputs);

    /// <summary>Runs the graph for some of its outputs.</summary>
    public float[][] Run(IReadOnlyCollection<string> names, (string Name, Array Values, long[] Shape)[] inputs) => Run<float>(names, inputs);

    /// <summary>Runs the graph for an output of integers.</summary>
    public long[] RunIntegers(string name, (string Name, Array Values, long[] Shape)[] inputs) => Run<long>([name], inputs)[0];

    private T[][] Run<T>(IReadOnlyCollection<string> names, (string Name, Array Values, long[] Shape)[] inputs) where T : unmanaged
    {
        OrtValue[] values = [.. inputs.Select(input => input.Values switch
        {
            float[] floats => OrtValue.CreateTensorValueFromMemory(floats, input.Shape),
            long[] integers => OrtValue.CreateTensorValueFromMemory(integers, input.Shape),
            byte[] bytes => OrtValue.CreateTensorValueFromMemory(bytes, input.Shape),
            _ => throw new ArgumentException($"{input.Values.GetType()} is no tensor"),
        })];
        try
        {
            using IDisposableReadOnlyCollection<OrtValue> outputs = Session.Run(_run, [.. inputs.Select(input => input.Name)], values, names);
            return [.. outputs.Select(output => output.GetTensorDataAsSpan<T>().ToArray())];
        }
        finally
        {
            foreach (OrtValue value in values)
                value.Dispose();
        }
    }

    public void Dispose()
    {
        Session.Dispose();
        _run.Dispose();
        _options.Dispose();
    }
}
