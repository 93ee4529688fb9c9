using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>Opens a bundle's graphs in ONNX Runtime and refuses one that is not what it should be.</summary>
internal static class GraphSession
{
    /// <summary>Opens a graph and compares its inputs and outputs with <c>bundle.json</c> and with what the network's sizes need.</summary>
    /// <param name="bundle">Where the graph lies.</param>
    /// <param name="needed">What is fed to it and read from it.</param>
    /// <param name="options">From <see cref="Accelerator"/>.</param>
    /// <param name="provider">What they ask for, for the message.</param>
    /// <exception cref="TwitchException">The graph cannot be loaded or differs; the message names graph and value.</exception>
    public static InferenceSession Open(Bundle bundle, GraphEntry needed, SessionOptions options, ExecutionProvider provider)
    {
        using Lock.Scope turn = DeviceTurn.Take(provider);
        return Open(bundle.PathOf(needed.File), needed, options, provider, bundle.Graph(needed.File));
    }

    /// <summary>Opens a graph of its own and compares its inputs and outputs with what is needed.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="needed">What is fed to it and read from it.</param>
    /// <param name="options">From <see cref="Accelerator"/>.</param>
    /// <param name="provider">What they ask for, for the message.</param>
    /// <param name="listed">What <c>bundle.json</c> says of it; absent: it is in no bundle.</param>
    /// <exception cref="TwitchException">The graph cannot be loaded or differs; the message names graph and value.</exception>
    public static InferenceSession Open(string path, GraphEntry needed, SessionOptions options, ExecutionProvider provider, GraphEntry? listed = null)
    {
        InferenceSession session;
        try
        {
            session = new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e) when (provider == ExecutionProvider.Cuda)    // the first session is what starts CUDA
        {
            throw CudaFailure.Of($"{path} cannot be run there", e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new TwitchException($"{path}: ONNX Runtime {Accelerator.OrtEnvironment.GetVersionString()} cannot open it: {FirstLine(e.Message)}; export the bundle again or update the program.", inner: e);
        }

        try
        {
            GraphValue[] inputs = Values(session.InputMetadata, session.InputNames), outputs = Values(session.OutputMetadata, session.OutputNames);
            if (listed is not null)
            {
                Compare(path, "input", inputs, listed.Inputs, $"{BundleManifest.FileName} lists", extraAllowed: false);
                Compare(path, "output", outputs, listed.Outputs, $"{BundleManifest.FileName} lists", extraAllowed: false);
            }
            Compare(path, "input", inputs, needed.Inputs, "the sizes in config need", extraAllowed: false);
            Compare(path, "output", outputs, needed.Outputs, "the sizes in config need", extraAllowed: true);
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs a graph over what is bound.</summary>
    /// <exception cref="TwitchException">ONNX Runtime cannot: memory is short, or the device is lost (exit code 1).</exception>
    public static void Run(this InferenceSession session, RunOptions run, OrtIoBinding binding, ExecutionProvider provider)
    {
        try
        {
            session.RunWithBinding(run, binding);
        }
        catch (OnnxRuntimeException e)
        {
            throw Failure(provider, e);
        }
    }

    /// <summary>Why a graph that is open cannot be run.</summary>
    public static TwitchException Failure(ExecutionProvider provider, OnnxRuntimeException cause) => provider == ExecutionProvider.Cuda
        ? CudaFailure.Of("a graph cannot be run there", cause)
        : new TwitchException($"ONNX Runtime cannot run a graph: {FirstLine(cause.Message)}; if memory is short, end other programs or ask for fewer comments at a time.", ExitCode.Failed, cause);

    /// <summary>The first line of a native message; the rest is a trace.</summary>
    public static string FirstLine(string message) => message.AsSpan(0, (message + "\n").IndexOf('\n', StringComparison.Ordinal)).TrimEnd('.').ToString();

    private static void Compare(string path, string kind, GraphValue[] found, IReadOnlyList<GraphValue> expected, string who, bool extraAllowed)
    {
        foreach (GraphValue value in expected)
        {
            GraphValue other = found.FirstOrDefault(candidate => candidate.Name == value.Name)
                ?? throw new TwitchException($"{path}: {kind} '{value.Name}' is missing, {who} {Show(value)}; export the bundle again.");
            if (other.Type != value.Type || !SameShape(other.Shape, value.Shape))
                throw new TwitchException($"{path}: {kind} '{value.Name}' is {Show(other)}, {who} {Show(value)}; export the bundle again.");
        }
        GraphValue? extra = extraAllowed ? null : found.FirstOrDefault(candidate => expected.All(value => value.Name != candidate.Name));
        if (extra is not null)
            throw new TwitchException($"{path}: {kind} '{extra.Name}' {Show(extra)} is one too many, {who} {string.Join(", ", expected.Select(value => $"'{value.Name}'"))}; export the bundle again.");
    }

    // A name stands for any size, whatever the name.
    private static bool SameShape(IReadOnlyList<string> a, IReadOnlyList<string> b) =>
        a.Count == b.Count && a.Zip(b).All(pair => pair.First == pair.Second || (IsName(pair.First) && IsName(pair.Second)));

    private static bool IsName(string size) => !int.TryParse(size, NumberStyles.Integer, CultureInfo.InvariantCulture, out _);

    private static string Show(GraphValue value) => $"{value.Type} [{string.Join(", ", value.Shape)}]";

    private static GraphValue[] Values(IReadOnlyDictionary<string, NodeMetadata> metadata, IReadOnlyList<string> names) =>
        [.. names.Select(name => new GraphValue(name, TypeName(metadata[name]), Shape(metadata[name])))];

    private static string[] Shape(NodeMetadata value) => !value.IsTensor ? [] :
        [.. value.Dimensions.Zip(value.SymbolicDimensions, (size, name) => size >= 0 ? size.ToString(CultureInfo.InvariantCulture) : name.Length > 0 ? name : "?")];

    private static string TypeName(NodeMetadata value) => !value.IsTensor ? value.OnnxValueType.ToString() : value.ElementDataType switch
    {
        TensorElementType.UInt8 => "u8",
        TensorElementType.Int64 => "i64",
        TensorElementType.Float16 => "f16",
        TensorElementType.Float => "f32",
        TensorElementType other => other.ToString(),
    };
}
