namespace Twitch.Media;

/// <summary>Looks whether a decoder that is to give keyframes alone gives all of them, in order, and whether they come often enough.</summary>
/// <remarks>With an open group of pictures ffmpeg's H.264 decoder gives the first three backwards and then none, and calls it no error.</remarks>
internal sealed class KeyframeCheck
{
    /// <summary>Keyframes are at most this far apart; a stream for the net has one every two seconds.</summary>
    public static readonly TimeSpan LongestSpacing = TimeSpan.FromSeconds(2.1);

    private const int MostDelayed = 3;    // in the decoder

    private int _keys, _pictures;
    private TimeSpan? _lastKey, _lastPacket, _lastPicture;

    /// <summary>Why keyframes cannot stand for the seconds; null as long as they can.</summary>
    public string? Failure { get; private set; }

    /// <summary>Enough of them came in order to trust the rest.</summary>
    public bool IsConfirmed => Failure is null && _pictures >= 3;

    /// <summary>A packet was read.</summary>
    /// <param name="time">Its presentation time.</param>
    /// <param name="isKey">It is a keyframe.</param>
    public void Packet(TimeSpan time, bool isKey)
    {
        // A hole in the stream is none between its keyframes.
        bool hole = _lastPacket is { } last && (time - last).Duration() > LongestSpacing;
        if (hole)
            _lastKey = null;
        if (_lastKey is { } key && time - key > LongestSpacing + TimeSpan.FromMilliseconds(1))
            Failure ??= "its keyframes are too far apart";
        _lastPacket = time;
        if (!isKey)
            return;
        _lastKey = time;
        if (++_keys - _pictures > MostDelayed)
            Failure ??= "its decoder does not give all keyframes";
    }

    /// <summary>A picture came out.</summary>
    /// <param name="time">Its presentation time.</param>
    public void Picture(TimeSpan time)
    {
        _pictures++;
        if (_lastPicture is { } last && time < last && last - time < LongestSpacing * MostDelayed)
            Failure ??= "its decoder gives keyframes out of order";
        _lastPicture = time;
    }

    /// <summary>The stream has ended. Damaged keyframes may be missing.</summary>
    /// <param name="damaged">Complaints of the decoder.</param>
    public void End(int damaged)
    {
        if (_keys - _pictures > damaged)
            Failure ??= "its decoder does not give all keyframes";
    }
}
