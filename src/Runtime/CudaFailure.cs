using System.Text.RegularExpressions;

namespace Twitch.Runtime;

/// <summary>Says why CUDA cannot be used: what ONNX Runtime reports names its own source files first and a missing library last.</summary>
internal static partial class CudaFailure
{
    // Beginning of a library's name, and where it comes from.
    private static readonly (string Library, string Source)[] Sources =
    [
        ("libonnxruntime_providers", "it belongs beside the program: build that with -p:Accelerator=cuda and copy the whole published folder"),
        ("libcudnn", "install the cuDNN that it belongs to and add its folder to LD_LIBRARY_PATH"),
        ("libcuda.", "install the NVIDIA driver that it belongs to and check that with nvidia-smi"),
        ("libnvidia", "install the NVIDIA driver that it belongs to and check that with nvidia-smi"),
        ("lib", "install the CUDA toolkit that it belongs to and add its folder to LD_LIBRARY_PATH"),
    ];

    /// <summary>An error that says what to do.</summary>
    /// <param name="problem">What cannot be done: <c>CUDA cannot be used</c>.</param>
    /// <param name="cause">Of ONNX Runtime.</param>
    public static TwitchException Of(string problem, Exception cause) =>
        new($"--provider is cuda, but {problem}: {Describe(cause.Message)}, or use --provider cpu.", ExitCode.Failed, cause);

    /// <summary>The cause and its remedy: <c>libcudnn.so.9 cannot be loaded; install …</c></summary>
    /// <param name="message">Of ONNX Runtime, one line or several.</param>
    internal static string Describe(string message)
    {
        if (MissingLibrary().Match(message) is { Success: true } missing)
        {
            string library = missing.Groups["name"].Value;
            string source = Sources.First(entry => library.StartsWith(entry.Library, StringComparison.Ordinal)).Source;
            return $"{library} cannot be loaded; {source}";
        }
        string remedy = message.Contains("CUDA driver version is insufficient", StringComparison.Ordinal) ? "install a newer NVIDIA driver"
            : NoDevice().IsMatch(message) ? "check with nvidia-smi that a GPU is there and the program may use it"
            : message.Contains("cuDNN", StringComparison.OrdinalIgnoreCase) ? "install cuDNN and add its folder to LD_LIBRARY_PATH"
            : "check the driver with nvidia-smi";
        return $"{Trim(message)}; {remedy}";
    }

    // Without the source file and function that ONNX Runtime begins with.
    private static string Trim(string message)
    {
        string line = GraphSession.FirstLine(message);
        int code = line.LastIndexOf(" : FAIL : ", StringComparison.Ordinal);
        return code < 0 ? line : line[(code + " : FAIL : ".Length)..];
    }

    // glibc's dlopen: of a library that another one needs, the name is before the first colon of the last part.
    [GeneratedRegex(@"(?:^|[\s/])(?<name>lib[\w.+-]+\.so[\w.]*): cannot open shared object file")]
    private static partial Regex MissingLibrary();

    [GeneratedRegex("no CUDA-capable device|invalid device ordinal|no CUDA capable device", RegexOptions.IgnoreCase)]
    private static partial Regex NoDevice();
}
