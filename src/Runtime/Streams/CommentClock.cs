namespace Twitch.Runtime;

/// <summary>How often the model speaks, measured by how often people would. Immutable; change it with <c>with</c>.</summary>
public sealed record CommentPace
{
    /// <summary>Factor on the rate of people's comments: 0.1 speaks as a tenth of the chat would. In (0, 100].</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Least time between two comments, at least 0.</summary>
    public TimeSpan LeastGap { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Seed of the moments; the same seed and rates give the same moments.</summary>
    public ulong Seed { get; init; }

    /// <summary>Checks every option against its range; messages use the command line's names.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public CommentPace Validate()
    {
        if (Scale is not (> 0 and <= 100))
            throw new TwitchException($"--rate-scale is {Scale}; it must be in (0, 100].", ExitCode.Usage);
        if (LeastGap < TimeSpan.Zero)
            throw new TwitchException($"--least-gap is {LeastGap.TotalSeconds} s; it must be at least 0.", ExitCode.Usage);
        return this;
    }
}

/// <summary>Says when a comment is due: a Poisson process whose rate is told as time goes on. Pure logic without a clock of its own;
/// not for several threads at a time.</summary>
/// <remarks>A comment is due when the integral of the rate since the last one reaches a number drawn from the exponential distribution
/// of mean 1. After a comment the integral waits for the least gap.</remarks>
public sealed class CommentClock
{
    private readonly CommentPace _pace;
    private readonly Xoshiro256 _random;
    private TimeSpan _next;       // up to here the rate was told
    private TimeSpan _silent;     // nothing is due before
    private double _left;         // of the integral until a comment is due

    /// <summary>Begins at a moment; the first comment is due when chance has it.</summary>
    /// <param name="pace">How often.</param>
    /// <param name="start">The moment from which on the rate is told.</param>
    /// <exception cref="TwitchException">The pace is out of range (exit code 2).</exception>
    public CommentClock(CommentPace pace, TimeSpan start)
    {
        _pace = pace.Validate();
        _random = new Xoshiro256(pace.Seed);
        (_next, _silent) = (start, start);
        Draw();
    }

    /// <summary>Lets time go on.</summary>
    /// <param name="now">The moment; what lies before the last one is passed over.</param>
    /// <param name="rate">Comments per second of people since the last call: <see cref="CommentModel.Rate"/>.</param>
    /// <returns>The moments after the last call, up to and with <paramref name="now"/>, at which a comment was due; mostly none.</returns>
    public IReadOnlyList<TimeSpan> Advance(TimeSpan now, float rate)
    {
        double speed = rate * _pace.Scale;
        List<TimeSpan>? due = null;
        while (true)
        {
            TimeSpan from = _silent > _next ? _silent : _next;
            if (from >= now || !(speed > 0))
                break;
            double reached = speed * (now - from).TotalSeconds;
            if (reached < _left)
            {
                _left -= reached;
                break;
            }
            TimeSpan moment = from + TimeSpan.FromSeconds(_left / speed);
            moment = moment > now ? now : moment;    // by a tick, of rounding
            (due ??= []).Add(moment);
            _next = moment;
            _silent = moment + _pace.LeastGap;
            Draw();
        }
        _next = now > _next ? now : _next;
        return due ?? (IReadOnlyList<TimeSpan>)[];
    }

    /// <summary>Passes over a stretch of the stream that was not seen, as after a lost connection; nothing is due in it.</summary>
    /// <param name="now">The moment from which on the rate is told again.</param>
    public void SkipTo(TimeSpan now) => _next = now > _next ? now : _next;

    private void Draw() => _left = -Math.Log(1 - _random.NextDouble());
}
