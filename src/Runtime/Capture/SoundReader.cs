using System.Globalization;
using System.Runtime.InteropServices;

namespace Twitch.Runtime.Capture;

/// <summary>The sound of a file as mono samples on the stream's clock, decoded by one <c>ffmpeg</c>.</summary>
/// <remarks>The channels are averaged first and then resampled. Where the track begins late or has a hole of a tenth of a second,
/// there is silence, so a sample's index is its time.</remarks>
internal sealed class SoundReader : IDisposable
{
    /// <summary>Sound before the first sample that is wanted, in seconds: a decoder and a resampler need some to settle.</summary>
    private const int SettleSeconds = 2;

    private readonly string _path;
    private readonly FfmpegProgram _program;
    private readonly long _first;
    private long _skip;    // samples before the first that is wanted, still to come
    private bool _ended;

    /// <summary>Opens the sound of a file. Nothing is waited for: ffmpeg, which takes a tenth of a second to be loaded, starts while something else is
    /// done.</summary>
    /// <param name="path">A file with a sound track.</param>
    /// <param name="channels">Channels of its first sound track.</param>
    /// <param name="sampleRate">Samples per second wanted, in Hz.</param>
    /// <param name="firstSample">Index of the first sample wanted. A late one is sought at a whole second before it, where the
    /// grids of all sample rates meet, so that its value is that of a decoder that began at the start. Matroska keeps times in
    /// whole milliseconds: there a sought sample lies up to half of one beside.</param>
    /// <param name="seek">False: decode from the start in any case.</param>
    /// <param name="besidePicture">The file has a picture too, whose clock counts: of an MPEG transport stream ffmpeg begins at the first of the
    /// tracks that it uses, so it is given the picture as well, and drops it undecoded.</param>
    public SoundReader(string path, int channels, int sampleRate, long firstSample, bool seek, bool besidePicture)
    {
        _path = path;
        _first = firstSample;
        Position = firstSample;
        long seekSecond = seek ? Math.Max(0, firstSample / sampleRate - SettleSeconds) : 0;
        _program = FfmpegProgram.Start("ffmpeg",
        [
            "-v", "error", "-nostdin", .. (string[])(seekSecond > 0 ? ["-ss", seekSecond.ToString(CultureInfo.InvariantCulture)] : []),
            "-i", FfmpegProgram.FileArgument(path), "-map", "0:a:0",
            "-af", Filter(channels, sampleRate), "-f", "f32le", "pipe:1",
            .. (string[])(besidePicture ? ["-map", "0:v:0", "-c", "copy", "-f", "null", "-"] : []),
        ]);
        _skip = firstSample - seekSecond * sampleRate;
    }

    /// <summary>Index of the next sample.</summary>
    public long Position { get; private set; }

    /// <summary>What ffmpeg complained of; complete once the sound has ended.</summary>
    public IReadOnlyList<string> Complaints { get; private set; } = [];

    /// <summary>Reads the next samples.</summary>
    /// <returns>How many; fewer than asked for where the sound ends.</returns>
    /// <exception cref="TwitchException">ffmpeg cannot decode the track at all.</exception>
    public int Read(Span<float> samples)
    {
        Skip();
        int filled = Fill(MemoryMarshal.AsBytes(samples));
        Position += filled / sizeof(float);
        if (_ended && Position == 0 && _first == 0 && Complaints.Count > 0)
            throw new TwitchException($"{_path}: its sound cannot be decoded: {Complaints[0]}; convert it, or give the sound with --audio.");
        return filled / sizeof(float);
    }

    public void Dispose() => _program.Dispose();

    /// <summary>What makes mono samples on the stream's clock of a track, in ffmpeg's language.</summary>
    internal static string Filter(int channels, int sampleRate) => $"aformat=sample_fmts=fltp,{Mix(channels)}aresample={sampleRate}:async=1:first_pts=0";

    // Bytes that came; fewer than there is room for where the sound ends.
    private int Fill(Span<byte> bytes)
    {
        int filled = 0;
        while (!_ended && filled < bytes.Length)
        {
            int count = _program.Output.Read(bytes[filled..]);
            filled += count;
            if (count == 0)
            {
                _ended = true;
                Complaints = _program.Finish().Complaints;
            }
        }
        return filled;
    }

    private void Skip()
    {
        Span<byte> passed = stackalloc byte[4096];
        while (_skip > 0 && !_ended)
            _skip -= Fill(passed[..(int)Math.Min(_skip * sizeof(float), passed.Length)]) / sizeof(float);
    }

    /// <summary>The filter that averages channels; empty for one.</summary>
    internal static string Mix(int channels) => channels == 1
        ? ""
        : "pan=mono|c0=" + string.Join('+', Enumerable.Range(0, channels).Select(i => string.Create(CultureInfo.InvariantCulture, $"{1.0 / channels:0.########}*c{i}"))) + ",";
}
