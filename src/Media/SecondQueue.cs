namespace Twitch.Media;

/// <summary>Joins pictures and sound that come on their own into whole seconds, in memory that never grows: what nobody takes in time
/// is dropped, oldest first, or makes the source wait.</summary>
/// <remarks>Silence, or the last picture, stands for the one that is late. Where the source does not wait, what is late is said by the clock, because what
/// comes in a burst is not. Where it does, nobody looks at a clock: ffmpeg writes both tracks in the order of their times, at most ten seconds apart, and waits
/// until what it has written is read, so one that has filled all the room there is shows that the other has nothing there.</remarks>
/// <param name="frameSpec">Size of the frames.</param>
/// <param name="melSpec">How sound is analysed.</param>
/// <param name="capacity">Seconds that are kept, at least 2.</param>
/// <param name="patience">Seconds that sound and picture wait for each other; beside <paramref name="capacity"/>, more than the ten that ffmpeg may write one
/// before the other.</param>
/// <param name="drops">Full, it drops; otherwise whoever adds waits.</param>
/// <param name="clock">Of the timestamps, and of what is late where it drops.</param>
/// <param name="start">Number of the first second that is added.</param>
internal sealed class SecondQueue(FrameSpec frameSpec, MelSpec melSpec, int capacity, int patience, bool drops, TimeProvider clock, int start = 0)
{
    private const int FirstTakes = 4;

    private readonly object _gate = new();
    private readonly Slot?[] _slots = new Slot?[capacity + patience];    // of second s: s modulo their number
    private readonly byte[] _lastFrame = new byte[frameSpec.ByteCount];   // black before the first
    private readonly int _start = start;
    private int _first = start;                                           // the oldest second that was not taken
    private int _pictures = start, _sounds = start;                       // the seconds before these were added
    private int _lasting = start;                                         // seconds of sound after which there is more
    private bool _drops = drops;
    private int? _end;                                                    // the second at which the stream ends
    private float[] _rest = [];                                           // steps after those of the last second
    private bool _picturesEnded, _soundEnded, _closed;
    private Slot _taken = new(frameSpec.ByteCount);
    private long _lastPicture = clock.GetTimestamp(), _lastSound = clock.GetTimestamp();
    private TimeSpan _soundLength;                                        // once it has ended
    private long _dropped;
    private TaskCompletionSource? _news;                                  // somebody waits for a second

    /// <summary>Time since the last picture came; absent before the first, and where there are no more.</summary>
    public TimeSpan? SincePicture
    {
        get
        {
            lock (_gate)
                return _pictures == _start || _picturesEnded ? null : clock.GetElapsedTime(_lastPicture);
        }
    }

    /// <summary>Seconds that are or were complete, those that were dropped, and those that wait to be taken.</summary>
    public (long Seconds, long Dropped, int Waiting) Counts
    {
        get
        {
            lock (_gate)
                return (Complete(), _dropped, Math.Max(0, Complete() - _first));
        }
    }

    /// <summary>Adds the picture of the next second.</summary>
    /// <param name="frame">Pixels, [height, width, 3]; copied.</param>
    /// <returns>False if nobody will take any more.</returns>
    public bool AddPicture(ReadOnlySpan<byte> frame)
    {
        lock (_gate)
        {
            _lastPicture = clock.GetTimestamp();
            if (!MakeRoom(_pictures))
                return false;
            frame.CopyTo(_lastFrame);
            if (_pictures >= _first)
            {
                Slot slot = SlotOf(_pictures);
                frame.CopyTo(slot.Frame);
                (slot.HasFrame, slot.Arrived) = (true, _lastPicture);
            }
            _pictures++;
            Tell();
            return true;
        }
    }

    /// <summary>Adds the sound that ended by the next second.</summary>
    /// <param name="mel">The steps that end after the second before and by this one, [steps, n_mels]; copied.</param>
    /// <returns>False if nobody will take any more.</returns>
    public bool AddSound(ReadOnlySpan<float> mel)
    {
        lock (_gate)
        {
            _lastSound = clock.GetTimestamp();
            if (!MakeRoom(_sounds))
                return false;
            if (_sounds >= _first)
            {
                Slot slot = SlotOf(_sounds);
                mel.CopyTo(slot.Mel(mel.Length));
                slot.HasMel = true;
            }
            _sounds++;
            Tell();
            return true;
        }
    }

    /// <summary>The sound does not end with the seconds that were added: where there is no picture, only this shows that the last of them is one of the stream's.</summary>
    public void SoundGoesOn()
    {
        lock (_gate)
        {
            _lasting = _sounds;
            Tell();
        }
    }

    /// <summary>The source is a recording after all: whoever adds to a full queue waits, and nothing is dropped.</summary>
    public void Keep()
    {
        lock (_gate)
        {
            _drops = false;
            Tell();
        }
    }

    /// <summary>The stream has ended.</summary>
    /// <param name="second">The second after its last one, to which everything was added.</param>
    /// <param name="rest">Mel steps after those that were added, [steps, n_mels]: the last second brings them; copied.</param>
    public void End(int second, ReadOnlySpan<float> rest)
    {
        lock (_gate)
        {
            _end = second;
            _rest = rest.ToArray();
            (_picturesEnded, _soundEnded) = (true, true);
            Tell();
        }
    }

    /// <summary>There is no picture, or no more of it.</summary>
    public void EndPictures()
    {
        lock (_gate)
        {
            _picturesEnded = true;
            Tell();
        }
    }

    /// <summary>There is no sound, or no more of it.</summary>
    /// <param name="length">How long it was.</param>
    public void EndSound(TimeSpan length = default)
    {
        lock (_gate)
        {
            _soundEnded = true;
            _soundLength = length > _soundLength ? length : _soundLength;
            Tell();
        }
    }

    /// <summary>Lets go of everybody who waits: nothing will be added or taken any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
            Tell();
        }
    }

    /// <summary>Waits until a second can be taken.</summary>
    /// <param name="cancellation">Stops waiting.</param>
    /// <param name="least">Waits until so many can be taken, or the stream has ended.</param>
    /// <returns>False if none will come.</returns>
    public async Task<bool> WaitAsync(CancellationToken cancellation, int least = 1)
    {
        while (true)
        {
            Task news;
            TimeSpan limit;
            lock (_gate)
            {
                bool ended = _closed || (_picturesEnded && _soundEnded);
                if (_first < Complete() && (ended || _first + least <= Complete()))
                    return true;
                if (ended)
                    return false;
                news = (_news ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
                limit = UntilLate();
            }
            try
            {
                await news.WaitAsync(limit, clock, cancellation);
            }
            catch (TimeoutException)    // one of them is late now
            {
            }
        }
    }

    /// <summary>Takes the oldest second, which must be there; what it points to is valid until the next call.</summary>
    public LiveSecond Take()
    {
        lock (_gate)
        {
            int second = _first++;
            Slot slot = SlotOf(second), free = _taken;
            if (!slot.HasFrame)
                _lastFrame.CopyTo(slot.Frame, 0);    // the picture before stands for one that did not come
            long firstStep = melSpec.StepsEndingBy(TimeSpan.FromSeconds(second - 1));
            int steps = (int)(melSpec.StepsEndingBy(TimeSpan.FromSeconds(second)) - firstStep);
            if (!slot.HasMel)
                slot.Mel(steps * melSpec.MelCount).Fill(MathF.Log(MelSpec.Floor));    // silence
            if (second + 1 == _end)
            {
                Slot next = SlotOf(second + 1);    // sound may go on for less than a second of its own
                slot.Append(next.HasMel ? next.MelSoFar.Span : []);
                slot.Append(_rest);
            }

            free.Clear();
            (_slots[second % _slots.Length], _taken) = (free, slot);
            Monitor.PulseAll(_gate);
            return new LiveSecond(new StreamSecond(second, slot.Frame, firstStep, slot.MelSoFar), slot.HasFrame ? slot.Arrived : clock.GetTimestamp());
        }
    }

    // A second is complete when both its parts are there, or will not come, or are later than one can wait.
    private int Complete()
    {
        if (_end is { } end)
            return Math.Max(_first, end);
        int most = Math.Max(_pictures, _sounds);
        // As in a recording: beside a picture, less than half a second of sound makes no second of its own.
        if (_picturesEnded && _soundEnded)
            return Math.Max(_first, Math.Max(_pictures, (int)Math.Ceiling(_soundLength.TotalSeconds - (_pictures == _start ? 0 : 0.5))));
        // Where a picture was, the last packet of sound makes no second of its own; that it is not the last, the next one shows.
        int seen = _picturesEnded ? (_pictures == _start ? _lasting : Math.Max(_pictures, _sounds - 1)) : Reached(_pictures, _sounds, _lastPicture);
        int heard = _soundEnded ? most : Reached(_sounds, _pictures, _lastSound);
        int complete = Math.Min(seen, heard);
        return Math.Max(_first, _drops ? complete : complete - 1);    // the last second of a recording brings what is left, so it has to be known
    }

    // Seconds of one of them that are there or are not waited for any more, while the other one has come to <other>.
    private int Reached(int count, int other, long last) =>
        _drops ? (UntilLate(count, last) <= TimeSpan.Zero ? Math.Max(count, other - patience) : count) : Math.Max(count, other - (_slots.Length - 2));

    // The first of its kind may take longer: decoders have to be opened.
    private TimeSpan UntilLate(int count, long last) => TimeSpan.FromSeconds(count == _start ? FirstTakes * patience : patience) - clock.GetElapsedTime(last);

    // How long until a second is complete though nothing comes.
    private TimeSpan UntilLate()
    {
        (bool behind, int count, long last) = _pictures < _sounds ? (!_picturesEnded, _pictures, _lastPicture) : (!_soundEnded, _sounds, _lastSound);
        TimeSpan left = UntilLate(count, last);
        return _drops && behind && Math.Max(_pictures, _sounds) > _first + patience && left > TimeSpan.Zero ? left : Timeout.InfiniteTimeSpan;
    }

    private bool MakeRoom(int second)
    {
        while (!_drops && !_closed && second >= _first + _slots.Length)
            Monitor.Wait(_gate);
        if (_drops && second >= _first + _slots.Length)
        {
            // Half of them at once: the other half is a gapless stretch, and there is time to take it.
            int until = second - _slots.Length + 1 + capacity / 2;
            for (; _first < until; _first++, _dropped++)
                _slots[_first % _slots.Length]?.Clear();
        }
        return !_closed;
    }

    private Slot SlotOf(int second) => _slots[second % _slots.Length] ??= new Slot(frameSpec.ByteCount);

    private void Tell()
    {
        TaskCompletionSource? news = _news;
        _news = null;
        news?.SetResult();
    }

    private sealed class Slot(int frameBytes)
    {
        private float[] _mel = [];
        private int _melCount;

        public byte[] Frame { get; } = new byte[frameBytes];

        public bool HasFrame { get; set; }

        public bool HasMel { get; set; }

        public long Arrived { get; set; }

        public ReadOnlyMemory<float> MelSoFar => _mel.AsMemory(0, _melCount);

        public Span<float> Mel(int count)
        {
            if (_mel.Length < count)
                _mel = new float[count];
            _melCount = count;
            return _mel.AsSpan(0, count);
        }

        public void Append(ReadOnlySpan<float> steps)
        {
            if (_mel.Length < _melCount + steps.Length)
                Array.Resize(ref _mel, _melCount + steps.Length);
            steps.CopyTo(_mel.AsSpan(_melCount));
            _melCount += steps.Length;
        }

        public void Clear() => (HasFrame, HasMel, _melCount) = (false, false, 0);
    }
}
