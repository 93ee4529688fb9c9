using System.Globalization;
using System.Text.RegularExpressions;

namespace Twitch.Media;

/// <summary>What a running ffmpeg says: the time of each picture and of each piece of sound in the order it gives them, what the source is, and what is
/// wrong with it.</summary>
/// <param name="sampleRate">Samples per second of the sound that is asked for, in Hz.</param>
internal sealed partial class FfmpegLog(int sampleRate)
{
    private const int KeptComplaints = 20;    // a damaged file causes millions

    private readonly List<Complaint> _complaints = [];    // locked
    private readonly Dictionary<string, MediaTrack> _decoders = [];
    private double _pictureTick = 1.0 / 90_000, _packetTick = 1.0 / 90_000;    // in seconds
    private bool _mapped;

    /// <summary>Where the sound's samples belong.</summary>
    public StampedSound Sound { get; } = new(sampleRate);

    /// <summary>The container's name in ffmpeg's words, for example <c>hls</c>; empty until it is known.</summary>
    public string Format { get; private set; } = "";

    /// <summary>It states a length, so it has an end.</summary>
    public bool HasLength { get; private set; }

    /// <summary>The source has a picture; known once <see cref="TracksKnown"/> was told.</summary>
    public bool HasPicture { get; private set; }

    /// <summary>The source has sound; known as above.</summary>
    public bool HasSound { get; private set; }

    /// <summary>Called once, when it is known which tracks there are.</summary>
    public Action? TracksKnown { get; init; }

    /// <summary>Called with each stamp.</summary>
    public required Action<FrameStamp> Stamped { get; init; }

    /// <summary>The first complaints, and how many there were in all.</summary>
    public (IReadOnlyList<Complaint> First, int Count) Complaints
    {
        get
        {
            lock (_complaints)
                return ([.. _complaints.Take(KeptComplaints)], ComplaintCount);
        }
    }

    private int ComplaintCount { get; set; }

    /// <summary>Reads a line.</summary>
    public void Read(string line)
    {
        if (line.StartsWith("[showinfo@picture", StringComparison.Ordinal))
            ReadPicture(line);
        else if (line.StartsWith("[ashowinfo@", StringComparison.Ordinal))
            ReadSound(line);
        else if (line.StartsWith('#') || (line.Length > 0 && char.IsAsciiDigit(line[0])))
            ReadPacket(line);
        else if (Line().Match(line) is { Success: true } match)
            ReadOther(match.Groups["who"].Value, match.Groups["level"].Value, match.Groups["text"].Value.Trim());
    }

    private void ReadPicture(string line)
    {
        if (Field(line, " pts:") is { } time)
            Stamped(FrameStamp.Picture(TimeSpan.FromSeconds(time * _pictureTick)));
        else if (line.IndexOf("config in time_base: ", StringComparison.Ordinal) is > 0 and int at)
            _pictureTick = Fraction(line.AsSpan(at + "config in time_base: ".Length)) ?? _pictureTick;
    }

    private void ReadSound(string line)
    {
        if (Field(line, " nb_samples:") is not { } count)
            return;
        if (line.StartsWith("[ashowinfo@in", StringComparison.Ordinal))
        {
            if (Field(line, " pts:") is { } time && Field(line, "] n:") is { } number && Field(line, " rate:") is { } rate)
                Sound.Take(number, time, (int)rate, (int)count);
        }
        else
        {
            foreach ((int part, int skip, double seconds) in Sound.Give((int)count))
                Stamped(FrameStamp.Sound(TimeSpan.FromSeconds(seconds), part, skip));
        }
    }

    // A line of the muxer framecrc: stream, dts, pts, duration, size, checksum, and its flags unless it is a keyframe.
    private void ReadPacket(string line)
    {
        if (line.StartsWith("#tb 0: ", StringComparison.Ordinal))
            _packetTick = Fraction(line.AsSpan("#tb 0: ".Length)) ?? _packetTick;
        string[] fields = line.Split(',');
        if (fields.Length >= 6 && long.TryParse(fields[2], CultureInfo.InvariantCulture, out long time))
            Stamped(FrameStamp.Packet(TimeSpan.FromSeconds(time * _packetTick), isKey: !fields.Skip(6).Any(field => field.TrimStart().StartsWith("F=0x0", StringComparison.Ordinal))));
    }

    private void ReadOther(string who, string level, string text)
    {
        if (level == "info")
            ReadDescription(text);
        else if (level is "error" or "fatal" or "panic" && who != "tee" && !IsOfOurOwn(text))
            Complain(who, text);
    }

    private void ReadDescription(string text)
    {
        if (_mapped)
            return;
        if (text.StartsWith("Input #0, ", StringComparison.Ordinal))
        {
            Format = text["Input #0, ".Length..].Split(", from ")[0];
        }
        else if (text.StartsWith("Duration: ", StringComparison.Ordinal))
        {
            HasLength |= !text.StartsWith("Duration: N/A", StringComparison.Ordinal);
        }
        else if (text.StartsWith("Stream mapping:", StringComparison.Ordinal))
        {
            _mapped = true;
            TracksKnown?.Invoke();
        }
        else if (Track().Match(text) is { Success: true } track && !text.Contains("(attached pic)", StringComparison.Ordinal))
        {
            bool isPicture = track.Groups["kind"].Value == "Video";
            HasPicture |= isPicture;
            HasSound |= !isPicture;
            _decoders.TryAdd(track.Groups["codec"].Value, isPicture ? MediaTrack.Picture : MediaTrack.Sound);
        }
    }

    private void Complain(string who, string text)
    {
        lock (_complaints)
        {
            ComplaintCount++;
            string words = who.Length > 0 ? $"{who}: {text}" : text;
            MediaTrack? track = _decoders.TryGetValue(who, out MediaTrack known) || _decoders.TryGetValue(who.Replace("lib", "", StringComparison.Ordinal), out known) ? known : null;
            Stamped(FrameStamp.Complaint(track));
            if (_complaints.Count < KeptComplaints && !_complaints.Exists(complaint => complaint.Text == words))
                _complaints.Add(new Complaint(track, words));
        }
    }

    // Of what is written, times that go back are no harm to samples and pictures that have none.
    private static bool IsOfOurOwn(string text) =>
        text.Contains("monotonically increasing dts to muxer", StringComparison.Ordinal) || text.Contains("Inner protocol failed to seekback", StringComparison.Ordinal);

    private static long? Field(string line, string name)
    {
        int at = line.IndexOf(name, StringComparison.Ordinal);
        if (at < 0)
            return null;
        ReadOnlySpan<char> rest = line.AsSpan(at + name.Length).TrimStart();
        int length = 0;
        while (length < rest.Length && (char.IsAsciiDigit(rest[length]) || rest[length] == '-'))
            length++;
        return long.TryParse(rest[..length], CultureInfo.InvariantCulture, out long value) ? value : null;
    }

    private static double? Fraction(ReadOnlySpan<char> text)
    {
        int slash = text.IndexOf('/'), end = text.IndexOfAny(',', ' ');
        return slash > 0 && double.TryParse(text[..slash], CultureInfo.InvariantCulture, out double over)
            && double.TryParse(end < 0 ? text[(slash + 1)..] : text[(slash + 1)..end], CultureInfo.InvariantCulture, out double under) && under > 0 ? over / under : null;
    }

    [GeneratedRegex(@"^(?:\[(?<who>[^\]@]+?) @ 0x[0-9a-f]+\] )*\[(?<level>[a-z]+)\] (?<text>.*)$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^Stream #0:\d+[^:]*: (?<kind>Video|Audio): (?<codec>\w+)")]
    private static partial Regex Track();
}

/// <summary>Something that ffmpeg says is wrong.</summary>
/// <param name="Track">Whose decoder says it; absent: the container's reader, or another part.</param>
/// <param name="Text">Its words.</param>
internal readonly record struct Complaint(MediaTrack? Track, string Text);

/// <summary>What kind of stamp it is.</summary>
internal enum StampKind
{
    /// <summary>A picture came out.</summary>
    Picture,

    /// <summary>Some samples came out.</summary>
    Sound,

    /// <summary>A packet of the picture's track was read.</summary>
    Packet,

    /// <summary>A decoder stumbled.</summary>
    Complaint,
}

/// <summary>One event of ffmpeg, in the order in which they happened.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Time">On the container's clock, since its start.</param>
/// <param name="Count">Samples that came.</param>
/// <param name="Skip">Of them, the first ones that are none of the sound's.</param>
/// <param name="IsKey">The packet is a keyframe.</param>
/// <param name="Track">Whose decoder stumbled, where that is known.</param>
internal readonly record struct FrameStamp(StampKind Kind, TimeSpan Time, int Count = 0, int Skip = 0, bool IsKey = false, MediaTrack? Track = null)
{
    public static FrameStamp Picture(TimeSpan time) => new(StampKind.Picture, time);

    public static FrameStamp Sound(TimeSpan time, int count, int skip) => new(StampKind.Sound, time, count, skip);

    public static FrameStamp Packet(TimeSpan time, bool isKey) => new(StampKind.Packet, time, IsKey: isKey);

    public static FrameStamp Complaint(MediaTrack? track) => new(StampKind.Complaint, default, Track: track);
}
