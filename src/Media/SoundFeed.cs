using System.Buffers;
using System.Diagnostics;
using Twitch.Media.Features;

namespace Twitch.Media;

/// <summary>The sound of a live source: samples from ffmpeg, cut at whole seconds into the mel steps that ended by then.</summary>
internal sealed class SoundFeed
{
    private readonly Stream _stream;
    private readonly ClockedSound _samples;
    private readonly MelSpec _spec;
    private readonly SecondQueue _queue;
    private readonly Thread _thread;
    private long _position, _features;

    /// <summary>Starts reading.</summary>
    /// <param name="stream">What ffmpeg writes; closed at the end, so that ffmpeg writes no more of it.</param>
    /// <param name="samples">Makes samples at the spec's rate of it, from the stream's beginning.</param>
    /// <param name="spec">How sound is analysed.</param>
    /// <param name="queue">Receives the steps.</param>
    public SoundFeed(Stream stream, ClockedSound samples, MelSpec spec, SecondQueue queue)
    {
        (_stream, _samples, _spec, _queue) = (stream, samples, spec, queue);
        _thread = new Thread(Run, maxStackSize: 512 << 10) { IsBackground = true, Name = "sound" };
        _thread.Start();
    }

    /// <summary>What went wrong in it, if anything did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>How much sound was read.</summary>
    public TimeSpan Position => TimeSpan.FromSeconds((double)Volatile.Read(ref _position) / _spec.SampleRate);

    /// <summary>Time in which samples became mel steps.</summary>
    public TimeSpan Features => TimeSpan.FromTicks(Volatile.Read(ref _features));

    /// <summary>Waits for the end of the sound.</summary>
    public void Join() => _thread.Join();

    private void Run()
    {
        try
        {
            Read();
        }
#pragma warning disable CA1031 // of a thread of its own: whoever reads the capture says it
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = e;
        }
        _stream.Dispose();
        _queue.EndSound(Position);
    }

    private void Read()
    {
        var mel = new MelSpectrogram(_spec);
        var steps = new ArrayBufferWriter<float>(2 * _spec.MelCount * _spec.SampleRate / _spec.HopLength);
        var samples = new float[_spec.SampleRate / 10];
        for (long second = 1; ; second++)
        {
            for (long end = second * _spec.SampleRate; _position < end;)
            {
                Span<float> wanted = samples.AsSpan(0, (int)Math.Min(samples.Length, end - _position));
                int count = _samples.Read(_stream, wanted);
                if (count > 0 && _position == 0 && !_queue.AddSound([]))    // there is sound; by second 0, none of it has ended
                    return;
                if (count > 0 && _position == (second - 1) * _spec.SampleRate)
                    _queue.SoundGoesOn();
                Analyse(mel, wanted[..count], steps);
                if (count < wanted.Length)
                {
                    End(mel, (int)(end - _position), steps);
                    return;
                }
            }
            if (!_queue.AddSound(steps.WrittenSpan))
                return;
            steps.ResetWrittenCount();
        }
    }

    // What is left of the last second is followed by silence.
    private void End(MelSpectrogram mel, int missing, ArrayBufferWriter<float> steps)
    {
        if (_position == 0)
            return;
        mel.Append(new float[missing], steps);
        _queue.AddSound(steps.WrittenSpan);
    }

    private void Analyse(MelSpectrogram mel, ReadOnlySpan<float> samples, ArrayBufferWriter<float> steps)
    {
        long begun = Stopwatch.GetTimestamp();
        mel.Append(samples, steps);
        Volatile.Write(ref _features, _features + Stopwatch.GetElapsedTime(begun).Ticks);
        Volatile.Write(ref _position, _position + samples.Length);
    }
}
