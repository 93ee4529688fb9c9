using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>Counts what a watcher does, over all its connections. One thread writes, any thread reads.</summary>
internal sealed class WatchCounters(TimeProvider clock)
{
    private readonly object _gate = new();
    private readonly TimeHistogram _firstToken = new();
    private long _begun = clock.GetTimestamp();
    private TimeSpan? _elapsed;                       // once the run has ended
    private ILiveCapture? _capture;
    private CaptureStatistics _past = None, _last = None;    // of the connections before; of the last one
    private bool _connected;
    private long _seconds, _comments, _tokens;
    private int _connections;
    private TimeSpan _encoding, _decoding;

    private static CaptureStatistics None => new(0, 0, 0, null, null, default, default, default);

    public WatchStatistics Snapshot()
    {
        lock (_gate)
        {
            CaptureStatistics now = _capture?.Statistics ?? None, shown = _capture is null ? _last : now;
            return new WatchStatistics(
                _connected, _elapsed ?? clock.GetElapsedTime(_begun), _seconds, _comments, _tokens, _past.Dropped + now.Dropped, Math.Max(0, _connections - 1), now.Waiting,
                shown.SoundDrift, shown.ClockDrift, _firstToken.Quantiles,
                new WatchWork(_past.Reading + now.Reading, _past.Pictures + now.Pictures, _past.Features + now.Features, _encoding, _decoding));
        }
    }

    public void Begin() => Change(() => _begun = clock.GetTimestamp());

    public void End() => Change(() => _elapsed = clock.GetElapsedTime(_begun));

    public void Opened(ILiveCapture capture) => Change(() => _capture = capture);

    public void Connected() => Change(() =>
    {
        _connected = true;
        _connections++;
    });

    public void Closed() => Change(() =>
    {
        if (_capture is null)
            return;
        _last = _capture.Statistics;
        _past = new CaptureStatistics(
            _past.Seconds + _last.Seconds, _past.Dropped + _last.Dropped, 0, null, null,
            _past.Reading + _last.Reading, _past.Pictures + _last.Pictures, _past.Features + _last.Features);
        (_capture, _connected) = (null, false);
    });

    public void Encoded(TimeSpan time) => Change(() =>
    {
        _seconds++;
        _encoding += time;
    });

    public void Decoded(int tokens, TimeSpan time, TimeSpan firstToken)
    {
        _firstToken.Add(firstToken);
        Change(() =>
        {
            _comments++;
            _tokens += tokens;
            _decoding += time;
        });
    }

    private void Change(Action change)
    {
        lock (_gate)
            change();
    }
}
