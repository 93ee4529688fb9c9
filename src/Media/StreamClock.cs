namespace Twitch.Media;

/// <summary>Lays what a container calls the time on one clock that never goes back: the stream's, which chat is told by.</summary>
/// <remarks>
/// <para>Timestamps of real recordings jump: advertisements bring a clock of their own, recordings are joined, pieces are cut out, a single
/// picture is stamped wrong. Both tracks jump together, but seldom at the same packet.</para>
/// <para>A jump counts once a second of the track follows it; what returns earlier was stamped wrong and is left out. Then, in this order:
/// the clock that the other track is on already; of the clocks so far the one that continues best, if it leaves no more than
/// <see cref="LongestGap"/> open (a piece was cut out); else a new clock that continues where the track is. Items come in the order in which
/// ffmpeg gives them, and the result depends on nothing else.</para>
/// </remarks>
/// <typeparam name="T">What is placed: a picture, or a piece of sound.</typeparam>
internal sealed class StreamClock<T>
{
    /// <summary>The longest piece that may be missing on one clock.</summary>
    public TimeSpan LongestGap { get; init; } = StreamClock.LongestGap;

    private static readonly TimeSpan Near = TimeSpan.FromSeconds(10), Back = TimeSpan.FromSeconds(0.5), Overlap = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly Action<MediaTrack, TimeSpan, T> _place;
    private readonly Action<MediaTrack, T> _leaveOut;
    private readonly TimeSpan? _promised;
    private readonly Track[] _tracks = [new(MediaTrack.Picture), new(MediaTrack.Sound)];
    private readonly List<TimeSpan> _offsets = [];    // stream time less container time, of every clock so far
    private readonly List<ClockJump> _jumps = [];

    /// <summary>Starts at the container's time 0.</summary>
    /// <param name="place">Receives each item with its time on the stream's clock; of one track never more than half a second back.</param>
    /// <param name="leaveOut">Receives items that are stamped wrong.</param>
    /// <param name="promised">Length that the container states: no gap leads beyond it. Absent: it states none.</param>
    public StreamClock(Action<MediaTrack, TimeSpan, T> place, Action<MediaTrack, T> leaveOut, TimeSpan? promised = null) =>
        (_place, _leaveOut, _promised) = (place, leaveOut, promised);

    /// <summary>Container time near which the first item is expected.</summary>
    public TimeSpan StartsAt { get; init; }

    /// <summary>Where the container's clock jumped so far, in order.</summary>
    public IReadOnlyList<ClockJump> Jumps => _jumps;

    /// <summary>Items that were stamped wrong.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Takes the next item.</summary>
    /// <param name="kind">Its track.</param>
    /// <param name="time">Its presentation time on the container's clock.</param>
    /// <param name="duration">How long it lasts; zero if that is not known.</param>
    /// <param name="item">Itself.</param>
    public void Add(MediaTrack kind, TimeSpan time, TimeSpan duration, T item)
    {
        var next = new Item(time, time + duration, item);
        Track track = _tracks[(int)kind], other = _tracks[1 - (int)kind];
        if (!track.Began)
            Begin(track, other, next);
        else if (Continues(track.Expected, time))
            Accept(track, next);
        else if (track.Held.Count > 0 && Continues(track.Held[^1].End, time))
            Hold(track, other, next);
        else
            Jump(track, other, next);
    }

    /// <summary>No more items come.</summary>
    public void End()
    {
        foreach (Track track in _tracks)
        {
            if (track.Held.Count > 2)
                Settle(track, _tracks[1 - (int)track.Kind]);
            else
                LeaveOutHeld(track);
        }
    }

    private static bool Continues(TimeSpan expected, TimeSpan time) => time >= expected - Back && time <= expected + Near;

    private static bool IsNear(TimeSpan a, TimeSpan b) => (a - b).Duration() <= Near;

    private void Begin(Track track, Track other, Item first)
    {
        track.Began = true;
        if (_offsets.Count == 0)
            _offsets.Add((first.Time - StartsAt).Duration() <= LongestGap ? TimeSpan.Zero : StartsAt - first.Time);
        if (other.Held.Any(held => IsNear(held.Time, first.Time)))
            Settle(other, track);
        track.Offset = other.Began ? other.Offset : _offsets[0];
        track.Expected = first.Time;
        if (other.Began && (first.Time - other.Expected).Duration() > LongestGap)
        {
            track.Offset = other.Position - first.Time;
            Note(track.Offset + first.Time, TimeSpan.Zero);
        }
        Accept(track, first);
    }

    private void Accept(Track track, Item item)
    {
        if (track.Held.Count > 0)
            LeaveOutHeld(track);
        track.HasItems = true;
        track.Expected = item.End > track.Expected ? item.End : track.Expected;
        _place(track.Kind, item.Time + track.Offset, item.Content);
    }

    private void Hold(Track track, Track other, Item next)
    {
        track.Held.Add(next);
        if (next.End - track.Held[0].Time >= Settling)
            Settle(track, other);
    }

    private void Jump(Track track, Track other, Item next)
    {
        LeaveOutHeld(track);
        track.Held.Add(next);
        if (other.Held.Any(held => IsNear(held.Time, next.Time)))
            Settle(other, track);
        if (IsOnOthersClock(other, next.Time))
            Settle(track, other);
    }

    // The other track has been there: on a clock that this one has not seen, or later on the same one while this one paused.
    private static bool IsOnOthersClock(Track other, TimeSpan time) => other.HasItems && IsNear(other.Expected, time);

    private void Settle(Track track, Track other)
    {
        Item first = track.Held[0];
        TimeSpan position = track.Position;
        if (IsOnOthersClock(other, first.Time) && first.Time + other.Offset >= position - Near)
        {
            track.Offset = other.Offset;
        }
        else
        {
            TimeSpan? continued = Continuing(first.Time, position);
            TimeSpan offset = continued ?? position - first.Time;
            TimeSpan jump = first.Time - track.Expected;
            if (continued is null)
                _offsets.Add(offset);
            track.Offset = offset;
            Note(position, jump, first.Time + offset - position);
        }
        Item[] held = [.. track.Held];
        track.Held.Clear();
        track.Expected = held[0].Time;
        foreach (Item item in held)
            Accept(track, item);
    }

    // The offset, of those so far, that leaves the least open; null if none is plausible.
    private TimeSpan? Continuing(TimeSpan time, TimeSpan position)
    {
        TimeSpan? best = null;
        foreach (TimeSpan offset in _offsets)
        {
            TimeSpan gap = time + offset - position;
            bool plausible = gap >= -Overlap && gap <= LongestGap && !(time + offset > _promised + Near);
            if (plausible && (best is null || gap.Duration() < (time + best.Value - position).Duration()))
                best = offset;
        }
        return best;
    }

    private void LeaveOutHeld(Track track)
    {
        LeftOut += track.Held.Count;
        foreach (Item item in track.Held)
            _leaveOut(track.Kind, item.Content);
        track.Held.Clear();
    }

    private void Note(TimeSpan at, TimeSpan by, TimeSpan gap = default) => _jumps.Add(new ClockJump(at, by, gap > TimeSpan.Zero ? gap : default));

    private readonly record struct Item(TimeSpan Time, TimeSpan End, T Content);

    private sealed class Track(MediaTrack kind)
    {
        public MediaTrack Kind { get; } = kind;

        public bool Began { get; set; }

        /// <summary>Some were placed.</summary>
        public bool HasItems { get; set; }

        public TimeSpan Offset { get; set; }

        /// <summary>Container time at which the next item is expected.</summary>
        public TimeSpan Expected { get; set; }

        /// <summary>The same on the stream's clock.</summary>
        public TimeSpan Position => Expected + Offset;

        /// <summary>What follows a jump that is not settled.</summary>
        public List<Item> Held { get; } = [];
    }
}

/// <summary>Where a container's clock jumped.</summary>
/// <param name="At">Time on the stream's clock.</param>
/// <param name="By">How far the container's clock jumped; negative: back.</param>
/// <param name="Gap">What is missing in the stream there; zero if it goes on without a hole.</param>
public readonly record struct ClockJump(TimeSpan At, TimeSpan By, TimeSpan Gap);

/// <summary>What a clock takes for plausible.</summary>
internal static class StreamClock
{
    /// <summary>The longest piece that may be missing where timestamps are all that is known; a channel's longest break for advertisements is three
    /// minutes.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromMinutes(5);
}
