using System.Globalization;

namespace Twitch.Media;

/// <summary>The sound of a file as mono samples on the stream's clock, decoded by one <c>ffmpeg</c>.</summary>
internal sealed class SoundReader : IDisposable
{
    /// <summary>Sound before the first sample that is wanted, in seconds: a decoder and a resampler need some to settle.</summary>
    private const int SettleSeconds = 2;

    private readonly string _path;
    private readonly FfmpegProgram _program;
    private readonly ClockedSound _clocked;
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
        _clocked = new ClockedSound(sampleRate);
        long seekSecond = seek ? Math.Max(0, firstSample / sampleRate - SettleSeconds) : 0;
        _program = FfmpegProgram.Start("ffmpeg",
        [
            "-v", "error", "-nostdin", .. (string[])(seekSecond > 0 ? ["-ss", seekSecond.ToString(CultureInfo.InvariantCulture)] : []),
            "-i", FfmpegProgram.FileArgument(path), "-map", "0:a:0",
            "-af", _clocked.Filter(channels), "-f", "f32le", "pipe:1",
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
        int filled = Fill(samples);
        Position += filled;
        if (_ended && Position == 0 && _first == 0 && Complaints.Count > 0)
            throw new TwitchException($"{_path}: its sound cannot be decoded: {Complaints[0]}; convert it, or give the sound with --audio.");
        return filled;
    }

    public void Dispose() => _program.Dispose();

    // Samples that came; fewer than there is room for where the sound ends.
    private int Fill(Span<float> samples)
    {
        if (_ended)
            return 0;
        int filled = _clocked.Read(_program.Output, samples);
        if (filled < samples.Length)
        {
            _ended = true;
            Complaints = _program.Finish().Complaints;
        }
        return filled;
    }

    private void Skip()
    {
        Span<float> passed = stackalloc float[1024];
        while (_skip > 0 && !_ended)
            _skip -= Fill(passed[..(int)Math.Min(_skip, passed.Length)]);
    }
}
