using Microsoft.ML.OnnxRuntime;

namespace Twitch.Benchmarks;

/// <summary>The providers that this build has. One that it does not have is reported once and measured never: nothing runs on the
/// processor under another's name.</summary>
public static class Providers
{
    private static readonly Lazy<string[]> Found = new(Find);

    public static IEnumerable<string> Here => Found.Value;

    private static string[] Find()
    {
        string[] built = OrtEnv.Instance().GetAvailableProviders();
        if (built.Contains("CUDAExecutionProvider"))
            return ["cpu", "cuda"];
        Console.Error.WriteLine($"// cuda: absent, this build of ONNX Runtime has only {string.Join(", ", built)}");
        return ["cpu"];
    }
}
