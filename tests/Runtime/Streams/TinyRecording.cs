using System.Diagnostics;

namespace Twitch.Runtime.Tests;

/// <summary>A recording of some seconds, moving and humming, made by ffmpeg in a folder that goes away.</summary>
public sealed class TinyRecording : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("twitch-recording-").FullName;

    public TinyRecording()
    {
        string[] arguments = ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=5:duration=24.4", "-f", "lavfi", "-i", "aevalsrc=sin(2*PI*t*(200+30*t)):s=16000:d=24.4",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac", Path];
        using Process ffmpeg = Process.Start("ffmpeg", arguments);
        ffmpeg.WaitForExit();
        Assert.Equal(0, ffmpeg.ExitCode);
    }

    /// <summary>24.4 s, H.264 and AAC in MP4.</summary>
    public string Path => System.IO.Path.Combine(_root, "tiny.mp4");

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
