using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Tests;

/// <summary>A graph in ONNX Runtime: arrays in, arrays out.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly SessionOptions _options = new() { IntraOpNumThreads = 1, InterOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly RunOptions _run = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };    // errors are asserted on

    public OnnxSession(string path) => Session = new InferenceSession(path, _options);

    public InferenceSession Session { get; }

    /// <summary>Runs a graph all of whose outputs are float32; outputs in the graph's order.</summary>
    public float[][] Run(params (string Name, Array Values, long[] Shape)[] inputs) => [.. RunAny(inputs).Select(output => (float[])output)];

    /// <summary>Runs the graph; outputs, float32 or int64, in the graph's order.</summary>
    public Array[] RunAny(params (string Name, Array Values, long[] Shape)[] inputs)
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
            using IDisposableReadOnlyCollection<OrtValue> outputs = Session.Run(_run, [.. inputs.Select(input => input.Name)], values, Session.OutputNames);
            return [.. outputs.Select(output => output.GetTensorTypeAndShape().ElementDataType == TensorElementType.Int64 ? (Array)output.GetTensorDataAsSpan<long>().ToArray() : output.GetTensorDataAsSpan<float>().ToArray())];
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
