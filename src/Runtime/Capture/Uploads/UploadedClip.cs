using System.Buffers;
using System.Globalization;
using OpenCvSharp;
using Twitch.Runtime.Features;

namespace Twitch.Runtime.Capture;

/// <summary>A short clip of a stranger's, decoded whole by confined programs into what a model sees and hears of it.</summary>
/// <remarks>Frames and mel steps are those of <see cref="Recording.Seconds"/>, whose decoders run inside this process and may open what a
/// file names, and so are for files that one trusts.</remarks>
public sealed class UploadedClip
{
    private readonly ModelConfig _config;
    private readonly byte[] _frames;    // [FrameCount, height, width, 3]
    private readonly float[] _mel;      // [steps, n_mels]

    private UploadedClip(ModelConfig config, byte[] frames, float[] mel, TimeSpan length, IReadOnlyList<string> warnings) =>
        (_config, _frames, _mel, Length, Warnings) = (config, frames, mel, length, warnings);

    /// <summary>The longer of its picture and its sound.</summary>
    public TimeSpan Length { get; }

    /// <summary>One for each second.</summary>
    public int FrameCount => _frames.Length / _config.Frame.ByteCount;

    /// <summary>What a person should know: a track that is missing or damaged.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Decodes a clip.</summary>
    /// <param name="path">The file; nothing else is opened, whatever is in it.</param>
    /// <param name="container">What it is, from <see cref="ClipContainer.Detect"/>.</param>
    /// <param name="config">How frames and sound are sampled.</param>
    /// <param name="limits">What may be spent on it.</param>
    /// <param name="cancellation">Ends the decoders.</param>
    /// <exception cref="ClipRefusedException">It is too long, takes too long, or holds nothing that can be decoded.</exception>
    public static async Task<UploadedClip> DecodeAsync(string path, ClipContainer container, ModelConfig config, UploadLimits limits, CancellationToken cancellation = default)
    {
        var confined = new ConfinedProgram(path, container, limits);
        MediaProbe probe = await ProbeAsync(confined, cancellation);
        if (!probe.HasVideo && !probe.HasAudio)
            throw new ClipRefusedException("the clip has neither a picture nor a sound track that can be read; give a recording of a stream.");
        ThrowIfLonger(probe.Length ?? 0, limits);

        var warnings = new List<string>();
        List<byte[]> pictures = probe.HasVideo ? await PicturesAsync(confined, probe, config.Frame, limits, warnings, cancellation) : [];
        float[] sound = probe.HasAudio ? await SoundAsync(confined, probe, config.Mel, limits, warnings, cancellation) : [];
        if (pictures.Count == 0 && sound.Length == 0)
            throw new ClipRefusedException($"nothing in the clip can be decoded: {warnings.FirstOrDefault() ?? "it is empty"}");
        if (pictures.Count == 0)
            warnings.Add("the clip has no picture; every frame is black.");
        if (sound.Length == 0)
            warnings.Add("the clip has no sound; silence takes its place.");
        return Lay(config, probe, pictures, sound, warnings);
    }

    /// <summary>Frames and mel steps that explain a moment.</summary>
    /// <param name="moment">Since the start of the clip.</param>
    public RecordedWindow Window(TimeSpan moment)
    {
        ClipWindow window = ClipWindow.Before(moment, _config, FrameCount, _config.Ears is null ? _mel.Length / _config.Mel.MelCount : FrameCount);
        byte[] frames = _frames.AsSpan(window.FirstFrame * _config.Frame.ByteCount, window.FrameCount * _config.Frame.ByteCount).ToArray();
        return new RecordedWindow(window, frames, _config.Ears is not null
            ? SoundSteps.OfSeconds(window.FirstFrame, window.FrameCount, 0, _mel, _config.Mel, _config.MelStride)
            : _mel.AsSpan((int)window.FirstStep * _config.Mel.MelCount, window.StepCount * _config.Mel.MelCount).ToArray());
    }

    private static async Task<MediaProbe> ProbeAsync(ConfinedProgram confined, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        var (done, complaint) = await confined.RunAsync("ffprobe", ["-v", "repeat+error", .. MediaProbe.Questions, .. confined.Input], (output, stop) => output.CopyToAsync(answer, stop), cancellation);
        return done ? MediaProbe.Parse(answer.ToArray()) : throw new ClipRefusedException($"the clip is no recording that ffmpeg can read: {complaint}");
    }

    // The picture of a second is the last one shown at or before it: rounding up puts every picture at the next whole second, where a
    // later one replaces it. Where the pictures' size changes, the filter is made anew and begins at zero again; pictures of seconds that were given are dropped.
    private static async Task<List<byte[]>> PicturesAsync(
        ConfinedProgram confined, MediaProbe probe, FrameSpec spec, UploadLimits limits, List<string> warnings, CancellationToken cancellation)
    {
        NativeLibraries.EnsureLoaded();
        var pictures = new List<byte[]>();
        double begin = probe.VideoStart ?? 0;
        var (_, complaint) = await confined.RunAsync(
            "ffmpeg", ["-v", "repeat+error", "-nostdin", "-threads", "2", .. confined.Input, "-map", "0:V:0", "-vf", "fps=1:round=up:start_time=0", "-vsync", "cfr", "-frame_drop_threshold", "0.5", "-c:v", "ppm", "-f", "image2pipe", "pipe:1", .. Beside(probe.HasAudio, "0:a:0")],
            async (output, stop) =>
            {
                var stream = new PpmStream(output);
                while (await stream.ReadAsync(stop) is { } pixels)
                {
                    pictures.Add(pictures.Count < begin ? new byte[spec.ByteCount] : Resize(pixels, stream.Width, stream.Height, spec));
                    ThrowIfLonger(pictures.Count - 1, limits);
                }
            },
            cancellation);
        Note(warnings, "picture", complaint);
        return pictures;
    }

    private static async Task<float[]> SoundAsync(
        ConfinedProgram confined, MediaProbe probe, MelSpec spec, UploadLimits limits, List<string> warnings, CancellationToken cancellation)
    {
        var samples = new ArrayBufferWriter<float>();
        var clocked = new ClockedSound(spec.SampleRate);
        var (_, complaint) = await confined.RunAsync(
            "ffmpeg", ["-v", "repeat+error", "-nostdin", "-threads", "1", .. confined.Input, "-map", "0:a:0", "-af", clocked.Filter(probe.AudioChannels), "-f", "f32le", "pipe:1", .. Beside(probe.HasVideo, "0:V:0")],
            async (output, stop) =>
            {
                var buffer = new float[spec.SampleRate];
                while (await clocked.ReadAsync(output, buffer, stop) is > 0 and int count)
                {
                    samples.Write(buffer.AsSpan(0, count));
                    ThrowIfLonger((double)samples.WrittenCount / spec.SampleRate - 1, limits);    // a codec's last packet is no reason
                }
            },
            cancellation);
        Note(warnings, "sound", complaint);
        return samples.WrittenSpan.ToArray();
    }

    // Of an MPEG transport stream ffmpeg begins at the first of the tracks that it uses, so it is given the other one too, and drops it undecoded.
    private static string[] Beside(bool has, string track) => has ? ["-map", track, "-c", "copy", "-f", "null", "-"] : [];

    // One clock for both, as in Recording: the shorter track is silent, black or stands still up to the end of the longer one.
    private static UploadedClip Lay(ModelConfig config, MediaProbe probe, List<byte[]> pictures, float[] sound, List<string> warnings)
    {
        int rate = config.Mel.SampleRate;
        double heard = (double)sound.Length / rate;
        double seen = pictures.Count == 0 ? 0 : Math.Clamp(probe.VideoEnd ?? probe.Length ?? pictures.Count, pictures.Count - 1, pictures.Count);
        int seconds = Math.Max(pictures.Count, (int)Math.Ceiling(pictures.Count > 0 ? heard - 0.5 : heard));

        var frames = new byte[seconds * config.Frame.ByteCount];
        for (int second = 0; second < seconds && pictures.Count > 0; second++)
            pictures[Math.Min(second, pictures.Count - 1)].CopyTo(frames, second * config.Frame.ByteCount);
        var waveform = new float[Math.Max(sound.Length, (int)Math.Round(seen * rate))];
        sound.CopyTo(waveform, 0);
        return new UploadedClip(config, frames, MelSpectrogram.Compute(config.Mel, waveform), TimeSpan.FromSeconds(Math.Max(seen, heard)), warnings);
    }

    private static byte[] Resize(byte[] pixels, int width, int height, FrameSpec spec)
    {
        var frame = new byte[spec.ByteCount];
        using Mat whole = Mat.FromPixelData(height, width, MatType.CV_8UC3, pixels);
        using Mat small = Mat.FromPixelData(spec.Height, spec.Width, MatType.CV_8UC3, frame);
        Cv2.Resize(whole, small, new Size(spec.Width, spec.Height), interpolation: InterpolationFlags.Area);
        return frame;
    }

    private static void ThrowIfLonger(double seconds, UploadLimits limits)
    {
        if (seconds > limits.Length.TotalSeconds)
            throw new ClipRefusedException(string.Create(CultureInfo.InvariantCulture, $"the clip is {seconds:0.#} s long; at most {limits.Length.TotalSeconds:0.#} s are read: cut it."));
    }

    private static void Note(List<string> warnings, string track, string complaint)
    {
        if (complaint.Length > 0)
            warnings.Add($"ffmpeg says of the {track}: {complaint}");
    }
}
