namespace Twitch.Runtime.Capture;

/// <summary>Whether clocks that should agree do: the sound's samples with the pictures' count, and both with the time that passes.</summary>
/// <remarks>Pieces arrive in packets, so one difference says little; the mean of the last minute is compared with that of the first seconds.</remarks>
internal sealed class DriftMeter(TimeProvider clock)
{
    private const int SettlingSeconds = 10;
    private const double Weight = 1.0 / 60;

    private readonly object _gate = new();
    private readonly long _begun = clock.GetTimestamp();
    private int _count;
    private double _firstSound, _firstClock, _sound, _clock;    // seconds; means

    /// <summary>How much the sound has gained on the picture.</summary>
    public TimeSpan Sound
    {
        get
        {
            lock (_gate)
                return TimeSpan.FromSeconds(_sound - _firstSound);
        }
    }

    /// <summary>How much the stream has gained on the clock.</summary>
    public TimeSpan Clock
    {
        get
        {
            lock (_gate)
                return TimeSpan.FromSeconds(_clock - _firstClock);
        }
    }

    /// <summary>A picture has come.</summary>
    /// <param name="second">Its second.</param>
    /// <param name="sound">How much sound has come by then; absent: there is none.</param>
    public void Add(int second, TimeSpan? sound)
    {
        lock (_gate)
        {
            double soundAhead = sound is { } heard && heard > TimeSpan.Zero ? heard.TotalSeconds - second : 0;
            double clockAhead = second - clock.GetElapsedTime(_begun).TotalSeconds;
            if (_count++ < SettlingSeconds)
            {
                _firstSound += (soundAhead - _firstSound) / _count;
                _firstClock += (clockAhead - _firstClock) / _count;
                (_sound, _clock) = (_firstSound, _firstClock);
                return;
            }
            _sound += (soundAhead - _sound) * Weight;
            _clock += (clockAhead - _clock) * Weight;
        }
    }
}
