namespace Twitch.Media;

/// <summary>Whether clocks that should agree do: the sound's samples with the pictures' count, and both with the time that passes.</summary>
/// <remarks>Pieces arrive in packets, so one difference says little: the mean of the last minute is compared with that of some of the
/// first seconds, without the very first, in which a source brings more or less than a second a second.</remarks>
internal sealed class DriftMeter(TimeProvider clock)
{
    private const int SettlingSeconds = 10, FirstSeconds = 10, LastSeconds = 60;

    private readonly long _begun = clock.GetTimestamp();
    private readonly Difference _sound = new(), _clock = new();

    /// <summary>How much the sound has gained on the picture; absent in the first seconds, and without sound.</summary>
    public TimeSpan? Sound => _sound.Gained;

    /// <summary>How much the stream has gained on the clock; absent in the first seconds.</summary>
    public TimeSpan? Clock => _clock.Gained;

    /// <summary>A picture has come.</summary>
    /// <param name="second">Its second.</param>
    /// <param name="sound">How much sound has come by then; zero if there is none.</param>
    public void Add(int second, TimeSpan sound)
    {
        if (second < SettlingSeconds)
            return;
        if (sound > TimeSpan.Zero)
            _sound.Add(sound.TotalSeconds - second);
        _clock.Add(second - clock.GetElapsedTime(_begun).TotalSeconds);
    }

    private sealed class Difference
    {
        private readonly Lock _gate = new();
        private int _count;
        private double _first, _last;    // means, in seconds

        public TimeSpan? Gained
        {
            get
            {
                lock (_gate)
                    return _count < FirstSeconds ? null : TimeSpan.FromSeconds(_last - _first);
            }
        }

        public void Add(double seconds)
        {
            lock (_gate)
            {
                _count++;
                if (_count <= FirstSeconds)
                    _last = _first += (seconds - _first) / _count;
                else
                    _last += (seconds - _last) / Math.Min(_count, LastSeconds);
            }
        }
    }
}
