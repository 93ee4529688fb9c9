using Twitch.Runtime;

namespace Twitch.Benchmarks;

/// <summary>The providers that this build has. One that it does not have is reported once and measured never: nothing runs on the
/// processor under another's name.</summary>
public static class Providers
{
    private static readonly Lazy<string[]> Found = new(Find);

    public static IEnumerable<string> Here => Found.Value;

    /// <summary>Whether CUDA is one of them.</summary>
    public static bool HasCuda => Found.Value.Contains("cuda");

    /// <summary>What a decoder step can be run on and in; int8 is for processors, float16 for CUDA.</summary>
    public static IEnumerable<StepKind> Steps => Here.SelectMany(provider => ((Precision[])[Precision.Float32, provider == "cuda" ? Precision.Float16 : Precision.Int8])
        .Select(precision => new StepKind(provider, precision)));

    private static string[] Find()
    {
        string[] built = Accelerator.OrtEnvironment.GetAvailableProviders();
        if (built.Contains("CUDAExecutionProvider"))
            return ["cpu", "cuda"];
        Console.Error.WriteLine($"// cuda: absent, this build of ONNX Runtime has only {string.Join(", ", built)}");
        return ["cpu"];
    }
}

/// <summary>What a decoder step is run on, and in which numbers.</summary>
public readonly record struct StepKind(string Provider, Precision Precision)
{
    /// <summary>For <see cref="CommentModel.Open"/>.</summary>
    public RuntimeOptions Options => new() { Provider = Provider == "cuda" ? ExecutionProvider.Cuda : ExecutionProvider.Cpu, Precision = Precision };

    /// <inheritdoc/>
    public override string ToString() => $"{Provider} {RuntimeOptions.NameOf(Precision)}";
}
