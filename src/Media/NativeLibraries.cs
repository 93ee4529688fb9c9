using System.Runtime.InteropServices;
using OpenCvSharp;

namespace Twitch.Media;

/// <summary>Finds OpenCV's native library beside the program, and says what to install if the system lacks what it needs.</summary>
public static class NativeLibraries
{
    private const string OpenCv = "OpenCvSharpExtern";
    private static readonly Lazy<nint> Loaded = new(Load);

    /// <summary>Loads OpenCV; call it before anything of OpenCvSharp is used. A NativeAOT program does not look beside itself by
    /// its own.</summary>
    /// <exception cref="TwitchException">The library or one that it needs is missing; the message has the package's name.</exception>
    public static void EnsureLoaded() => _ = Loaded.Value;

    /// <summary>The error a person can act on, from what the system's loader said.</summary>
    public static TwitchException Explain(string loaderMessage)
    {
        string reason = loaderMessage.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.Contains(": cannot open shared object file", StringComparison.Ordinal))
            ?? loaderMessage.Split('\n')[0];
        return new TwitchException(reason.Contains("libgtk-3", StringComparison.Ordinal) || loaderMessage.Contains("libgtk-3.so", StringComparison.Ordinal)
            ? "OpenCV needs libgtk-3.so.0, which is not installed; run: apt-get install libgtk-3-0"
            : $"OpenCV's library lib{OpenCv}.so cannot be loaded: {reason}; install what it names, or install this program again.", ExitCode.Failed);
    }

    private static nint Load()
    {
        // The decoders inside write every damaged packet to stderr, which is ours; .NET's own variables do not reach them.
        NativeEnvironment.SetDefault("OPENCV_FFMPEG_LOGLEVEL", "-8");
        NativeEnvironment.SetDefault("OPENCV_LOG_LEVEL", "SILENT");
        // Times are those of the pictures, so nobody needs the rate that the first of them suggest: to guess it, five seconds of a live source would pass.
        NativeEnvironment.SetDefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "fpsprobesize;0");

        string beside = Path.Combine(AppContext.BaseDirectory, $"lib{OpenCv}.so");
        try
        {
            nint library = File.Exists(beside) ? NativeLibrary.Load(beside) : NativeLibrary.Load(OpenCv, typeof(Mat).Assembly, null);
            NativeLibrary.SetDllImportResolver(typeof(Mat).Assembly, (name, _, _) => name == OpenCv ? library : 0);
            return library;
        }
        catch (DllNotFoundException e)
        {
            throw Explain(e.Message);
        }
    }
}
