namespace Twitch.Media;

/// <summary>Knows the container's time of the samples that ffmpeg's filters give, from what the filters log.</summary>
/// <remarks>
/// The sound is resampled as if it had neither holes nor jumps, beginning one to two seconds before its first sample at a whole second: there the
/// grids of all sample rates meet, so the bits do not depend on where reading began. One filter logs what goes in, with its time, another how much
/// comes out; where ffmpeg makes its filters anew, as at a change of format, both begin again.
/// </remarks>
internal sealed class StampedSound(int sampleRate)
{
    // The resampler sounds a little before a sound that sets in.
    private const int Ringing = 32;
    private const double SmallestJump = 0.001;    // seconds; containers count in milliseconds

    private readonly Queue<Input> _inputs = new();    // those whose samples come next, or came last
    private double _taken;                            // seconds of all input of these filters, as if it had no holes
    private long _given;                              // samples that these filters gave
    private double _begin;                            // container time of the first of them, in seconds
    private long _skip;                               // of them, before there is any sound

    /// <summary>The filters, in ffmpeg's language; they give mono float samples.</summary>
    public string Filter =>
        $"ashowinfo@in,asetpts='(STARTT-floor(STARTT)+1+NB_CONSUMED_SAMPLES/SR)/TB',"
        + $"aresample={sampleRate}:async=1:first_pts=0:ochl=mono:rematrix_maxval=1,aformat=sample_fmts=flt:channel_layouts=mono,ashowinfo@out,asetpts=N/SR/TB";

    /// <summary>Some samples went into the filters.</summary>
    /// <param name="number">How many pieces went in before; 0: the filters are new.</param>
    /// <param name="time">Container time of the first, in units of the sample rate.</param>
    /// <param name="rate">Their sample rate in Hz.</param>
    /// <param name="count">How many.</param>
    public void Take(long number, long time, int rate, int count)
    {
        double seconds = (double)time / rate;
        if (number == 0)
        {
            _inputs.Clear();
            (_begin, _taken, _given) = (Math.Floor(seconds) - 1, 0, 0);
            _taken = seconds - _begin;
            _skip = Math.Max(0, (long)Math.Floor(_taken * sampleRate) - Ringing);
        }
        _inputs.Enqueue(new Input(_taken, seconds - _begin - _taken));
        _taken += (double)count / rate;
    }

    /// <summary>Some samples came out of the filters.</summary>
    /// <param name="count">How many.</param>
    /// <returns>Them in parts, cut where the container's clock jumps: how many, how many of these are none of the sound's, and the container time in
    /// seconds of the next one.</returns>
    public IEnumerable<(int Count, int Skip, double Time)> Give(int count)
    {
        while (count > 0)
        {
            Input input = Current();
            int part = count;
            foreach (Input next in _inputs)
            {
                long border = (long)Math.Ceiling(next.Begin * sampleRate);
                if (border > _given && border < _given + count && Math.Abs(next.Shift - input.Shift) > SmallestJump)
                {
                    part = (int)(border - _given);
                    break;
                }
            }
            int skip = (int)Math.Min(part, Math.Max(0, _skip - _given));
            yield return (part, skip, _begin + (double)(_given + skip) / sampleRate + input.Shift);
            _given += part;
            count -= part;
        }
    }

    // The input whose samples come next.
    private Input Current()
    {
        double next = (_given + 0.5) / sampleRate;
        while (_inputs.Count > 1 && _inputs.ElementAt(1).Begin <= next)
            _inputs.Dequeue();
        return _inputs.TryPeek(out Input input) ? input : default;
    }

    // Begin: in seconds of input without holes. Shift: by how much its time is later.
    private readonly record struct Input(double Begin, double Shift);
}
