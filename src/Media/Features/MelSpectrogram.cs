using System.Buffers;
using System.Numerics;

namespace Twitch.Media.Features;

/// <summary>Turns a mono waveform into a log-mel spectrogram, as its samples arrive.</summary>
/// <remarks>
/// The steps are those of torchaudio's <c>MelSpectrogram</c> (centred, reflect padding, Hann window, power 2, HTK mel scale) after
/// log(mel + 1e-9). Step k is centred at sample k · hop of the stream; padding is added where the stream begins and where it ends,
/// and nowhere else. However the samples are cut into pieces, the steps have the same bits. One instance follows one stream.
/// </remarks>
public sealed class MelSpectrogram
{
    private readonly MelSpec _spec;
    private readonly MelFilters _filters;
    private readonly PowerSpectrum _spectrum;
    private readonly Vector<float>[] _power;
    private readonly float[] _buffer;    // samples from _start on, the first _count are there; a group may look past the capacity
    private readonly int _capacity;
    private long _start;                 // where the buffer stands in the stream; negative within the padding
    private int _count;
    private long _received;              // index of the next sample of the stream
    private bool _padded;                // what stands before sample 0 is in the buffer, or never will be needed

    /// <summary>Follows a stream from its start, or from a later step.</summary>
    /// <param name="spec">How sound is analysed.</param>
    /// <param name="firstStep">The first step to compute; samples begin at <see cref="FirstSample"/>.</param>
    public MelSpectrogram(MelSpec spec, long firstStep = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstStep);
        _spec = spec;
        _filters = new MelFilters(spec);
        _spectrum = new PowerSpectrum(spec.FftSize);
        _power = new Vector<float>[_filters.BinCount];
        int reach = spec.FftSize + (PowerSpectrum.Lanes - 1) * spec.HopLength;    // samples of one group of lanes
        _capacity = 4 * reach;
        _buffer = new float[_capacity + reach];
        FirstSample = FirstSampleOf(spec, firstStep);
        NextStep = firstStep;
        _received = FirstSample;
        _start = firstStep * spec.HopLength - spec.FftSize / 2;
        _padded = _start >= 0;
    }

    /// <summary>Index of the first sample that <see cref="Append"/> has to be given.</summary>
    public long FirstSample { get; }

    /// <summary>Index of the step that comes next.</summary>
    public long NextStep { get; private set; }

    /// <summary>The first sample that the steps from <paramref name="firstStep"/> on are made of. A step near the start of the
    /// stream is partly made of reflected samples, and needs all of them from 0 on.</summary>
    public static long FirstSampleOf(MelSpec spec, long firstStep) => Math.Max(0, firstStep * spec.HopLength - spec.FftSize / 2);

    /// <summary>Analyses a whole waveform.</summary>
    /// <returns>Log-mel, [<see cref="MelSpec.StepCount"/>, n_mels].</returns>
    public static float[] Compute(MelSpec spec, ReadOnlySpan<float> waveform)
    {
        var steps = new ArrayBufferWriter<float>(checked((int)spec.StepCount(waveform.Length) * spec.MelCount) + 1);
        var mel = new MelSpectrogram(spec);
        mel.Append(waveform, steps);
        mel.Complete(steps);
        return steps.WrittenSpan.ToArray();
    }

    /// <summary>Takes the stream's next samples, any number of them, and writes the steps that they complete.</summary>
    /// <param name="samples">Mono samples in [−1, 1]; copied.</param>
    /// <param name="steps">Receives whole steps of n_mels values.</param>
    public void Append(ReadOnlySpan<float> samples, IBufferWriter<float> steps)
    {
        while (!samples.IsEmpty)
        {
            int padding = _padded ? 0 : (int)-_start;    // room left for what will be reflected
            int taken = Math.Min(samples.Length, _capacity - _count - padding);
            samples[..taken].CopyTo(_buffer.AsSpan(padding + _count));
            _count += taken;
            _received += taken;
            samples = samples[taken..];

            if (!_padded && _received > padding)    // sample −i is sample i
                PadStart();
            if (_padded)
                WriteSteps(long.MaxValue, steps);
        }
    }

    /// <summary>Ends the stream: pads it, and writes the steps that are centred on it and not written yet.</summary>
    public void Complete(IBufferWriter<float> steps)
    {
        long total = _received, end = _spec.StepCount(total), endSample = (end - 1) * _spec.HopLength + _spec.FftSize / 2;
        if (!_padded && total > 0)
            PadStart();
        while (NextStep < end)
        {
            for (; _count < _capacity && _start + _count < endSample; _count++)
                _buffer[_count] = _buffer[(int)(Fold(_start + _count, total) - _start)];
            WriteSteps(end, steps);
        }
    }

    private void PadStart()
    {
        int padding = (int)-_start;
        for (int i = 0; i < padding; i++)
            _buffer[i] = _buffer[padding + (int)Fold(_start + i, _received)];
        _count += padding;
        _padded = true;
    }

    // The sample that stands for one outside of [0, total): the waveform is reflected at its first and at its last sample, again
    // and again if it is shorter than the padding.
    private static long Fold(long index, long total)
    {
        long period = Math.Max(1, 2 * (total - 1));
        index = (index % period + period) % period;
        return Math.Min(index, period - index);
    }

    // Computes the steps before `end` that the buffer holds, a group of lanes at a time. Lanes past the last whole window compute on
    // what lies behind it; their results are dropped.
    private void WriteSteps(long end, IBufferWriter<float> steps)
    {
        long next = NextStep;
        while (true)
        {
            int first = (int)(NextStep * _spec.HopLength - _spec.FftSize / 2 - _start);
            int ready = _count - first < _spec.FftSize ? 0 : 1 + (_count - first - _spec.FftSize) / _spec.HopLength;
            int group = (int)Math.Min(Math.Min(ready, PowerSpectrum.Lanes), end - NextStep);
            if (group <= 0)
                break;
            _spectrum.Compute(_buffer.AsSpan(first), _spec.HopLength, _power);
            WriteLogMel(group, steps.GetSpan(group * _spec.MelCount));
            steps.Advance(group * _spec.MelCount);
            NextStep += group;
        }
        if (NextStep > next)
            DropConsumed();
    }

    // Half a window stays even if no step needs it, because the end of the stream may reflect it.
    private void DropConsumed()
    {
        int margin = _spec.FftSize / 2 + 1;
        long keep = Math.Min(NextStep * _spec.HopLength - _spec.FftSize / 2, _start + _count - margin);
        int dropped = (int)Math.Max(0, keep - _start);
        _buffer.AsSpan(dropped, _count - dropped).CopyTo(_buffer);
        _count -= dropped;
        _start += dropped;
    }

    private void WriteLogMel(int group, Span<float> rows)
    {
        var floor = new Vector<float>(MelSpec.Floor);
        for (int filter = 0; filter < _filters.Count; filter++)
        {
            ReadOnlySpan<float> weights = _filters.Filter(filter, out int firstBin);
            Vector<float> energy = Vector<float>.Zero;
            for (int i = 0; i < weights.Length; i++)
                energy += _power[firstBin + i] * weights[i];
            Vector<float> log = Vector.Log(energy + floor);
            for (int lane = 0; lane < group; lane++)
                rows[lane * _filters.Count + filter] = log[lane];
        }
    }
}
