using System.Globalization;
using System.Runtime.InteropServices;

namespace Twitch.Media;

/// <summary>The sound of one ffmpeg as mono samples on the stream's clock: a sample's index is its time.</summary>
/// <remarks>
/// Where the sound begins late, has a hole or leaves the clock by a tenth of a second, ffmpeg puts silence or cuts. But it makes its filters anew where the
/// sample rate or the channels change, as at an advertisement, and those know nothing of what was before: told to begin at zero, they would give silence for
/// all the time that has passed. So they begin at a whole second, one to two before their first sample, and say at which: what they give is preceded by a
/// mark and that second, and of each such part, what is there already is cut and what is missing is silence. Between the grids of all sample rates, whole
/// seconds are where they meet, so the bits are those of filters that began at zero.
/// </remarks>
internal sealed class ClockedSound
{
    private const string Begin = "if(isnan(STARTT),0,max(0,floor(STARTT)-1))";    // of the filters' clock, in seconds
    private const int Loudest = 1 << 23;                                          // a mark is above it, and exact as a float; sound is within ±1

    private readonly int _sampleRate;
    private readonly float[] _mark = [Random.Shared.Next(Loudest, 2 * Loudest), Random.Shared.Next(Loudest, 2 * Loudest)];    // no file can know them
    private readonly byte[] _bytes = new byte[1 << 14];
    private int _begin, _end;      // of what was read and not taken
    private int _marked;           // values of a part's head that have come
    private long _position;        // of the next sample that is given
    private long _missing, _twice; // samples before the next one that are silence, or are there already

    /// <summary>Sound of which nothing was read yet.</summary>
    /// <param name="sampleRate">Samples per second wanted, in Hz.</param>
    public ClockedSound(int sampleRate) => _sampleRate = sampleRate;

    /// <summary>The filters, in ffmpeg's language; what they give is to be written as f32le.</summary>
    /// <param name="channels">Channels of the track, which are averaged first and then resampled; absent: they are not known.</param>
    public string Filter(int? channels)
    {
        (string mix, string mixed) = channels is { } count ? ($"aformat=sample_fmts=fltp,{Mix(count)}", "") : ("", ":ochl=mono:rematrix_maxval=1");    // of two channels it is the mean too
        string first = _mark[0].ToString("F0", CultureInfo.InvariantCulture), second = _mark[1].ToString("F0", CultureInfo.InvariantCulture);
        return $"asplit[heard][first];[first]asetpts='PTS-STARTPTS+round({Begin}/TB)',aresample={_sampleRate},atrim=end_sample=3,"
            + $"aeval='if(eq(n,0),{first},if(eq(n,1),{second},floor(t+0.01)))',aformat=sample_fmts=flt[head];"
            + $"[heard]asetpts='PTS-round({Begin}/TB)',{mix}aresample={_sampleRate}:async=1:first_pts=0{mixed},aformat=sample_fmts=flt:channel_layouts=mono[sound];"
            + "[head][sound]concat=v=0:a=1";
    }

    /// <summary>Reads samples.</summary>
    /// <param name="stream">What ffmpeg writes; always the same.</param>
    /// <param name="samples">Receives them.</param>
    /// <returns>How many; fewer than there is room for where the sound ends.</returns>
    public int Read(Stream stream, Span<float> samples)
    {
        int count = 0;
        while ((count += Take(samples[count..])) < samples.Length)
        {
            int bytes = stream.Read(Room());
            if (bytes == 0)
                break;
            _end += bytes;
        }
        return count;
    }

    /// <inheritdoc cref="Read"/>
    /// <param name="stream">What ffmpeg writes; always the same.</param>
    /// <param name="samples">Receives them.</param>
    /// <param name="cancellation">Stops waiting.</param>
    public async ValueTask<int> ReadAsync(Stream stream, Memory<float> samples, CancellationToken cancellation)
    {
        int count = 0;
        while ((count += Take(samples.Span[count..])) < samples.Length)
        {
            int left = Room().Length;
            int bytes = await stream.ReadAsync(_bytes.AsMemory(_bytes.Length - left), cancellation);
            if (bytes == 0)
                break;
            _end += bytes;
        }
        return count;
    }

    private static string Mix(int channels) => channels == 1
        ? ""
        : "pan=mono|c0=" + string.Join('+', Enumerable.Range(0, channels).Select(i => string.Create(CultureInfo.InvariantCulture, $"{1.0 / channels:0.########}*c{i}"))) + ",";

    // Less than a sample is left when this is asked for.
    private Span<byte> Room()
    {
        _bytes.AsSpan(_begin.._end).CopyTo(_bytes);
        (_begin, _end) = (0, _end - _begin);
        return _bytes.AsSpan(_end);
    }

    // Moves what was read, as far as there is room.
    private int Take(Span<float> samples)
    {
        int count = 0;
        while (count < samples.Length)
        {
            if (_missing > 0)
            {
                int silent = (int)Math.Min(_missing, samples.Length - count);
                samples.Slice(count, silent).Clear();
                (_missing, _position, count) = (_missing - silent, _position + silent, count + silent);
                continue;
            }
            ReadOnlySpan<float> given = MemoryMarshal.Cast<byte, float>(_bytes.AsSpan(_begin.._end));
            if (given.IsEmpty)
                break;
            if (_marked > 0 || given[0] == _mark[0])
            {
                ReadHead(given[0]);
                _begin += sizeof(float);
                continue;
            }

            int head = given.IndexOf(_mark[0]), part = head < 0 ? given.Length : head;
            if (_twice > 0)
            {
                part = (int)Math.Min(part, _twice);
                _twice -= part;
            }
            else
            {
                part = Math.Min(part, samples.Length - count);
                given[..part].CopyTo(samples[count..]);
                (_position, count) = (_position + part, count + part);
            }
            _begin += part * sizeof(float);
        }
        return count;
    }

    private void ReadHead(float value)
    {
        if (_marked == 2)
        {
            long begin = (long)value * _sampleRate;
            (_missing, _twice) = (Math.Max(0, begin - _position), Math.Max(0, _position - begin));
            _marked = 0;
        }
        else
        {
            _marked = value == _mark[_marked] ? _marked + 1 : 0;
        }
    }
}
