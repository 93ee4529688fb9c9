using System.Diagnostics;

namespace Maker;

/// <summary>Writes a recording: one ffmpeg process takes the frames from its input and the sound from a file. One thread and bit-exact
/// flags: the same ffmpeg writes the same bytes.</summary>
internal static class Recorder
{
    /// <summary>Paints and records a stream.</summary>
    /// <param name="path">The file.</param>
    /// <param name="canvas">What is painted on.</param>
    /// <param name="paint">Paints the picture at a moment, in seconds.</param>
    /// <param name="framesPerSecond">Pictures a second.</param>
    /// <param name="length">Seconds.</param>
    /// <param name="pcm">Mono 16-bit samples.</param>
    /// <param name="sampleRate">Samples a second.</param>
    /// <param name="quality">x264's options.</param>
    /// <param name="soundRate">AAC's bits a second.</param>
    public static void Record(
        string path, Canvas canvas, Action<double> paint, int framesPerSecond, double length, byte[] pcm, int sampleRate, string[] quality, string soundRate)
    {
        string sound = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(sound, pcm);
            string[] arguments =
            [
                "-v", "error", "-y",
                "-f", "rawvideo", "-pix_fmt", "rgb24", "-video_size", $"{canvas.Width}x{canvas.Height}", "-framerate", $"{framesPerSecond}", "-i", "pipe:0",
                "-f", "s16le", "-ar", $"{sampleRate}", "-ac", "1", "-i", sound,
                "-c:v", "libx264", .. quality, "-pix_fmt", "yuv420p", "-threads", "1",
                "-c:a", "aac", "-b:a", soundRate,
                "-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-movflags", "+faststart", path,
            ];
            using Process ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardInput = true })
                ?? throw new InvalidOperationException("ffmpeg did not start");
            for (int frame = 0; frame < length * framesPerSecond; frame++)
            {
                paint((double)frame / framesPerSecond);
                ffmpeg.StandardInput.BaseStream.Write(canvas.Pixels);
            }
            ffmpeg.StandardInput.Close();
            ffmpeg.WaitForExit();
            if (ffmpeg.ExitCode != 0)
                throw new InvalidOperationException($"ffmpeg ended with {ffmpeg.ExitCode}");
        }
        finally
        {
            File.Delete(sound);
        }
    }
}
