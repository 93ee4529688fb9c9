using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twitch.Media;

/// <summary>What a container says of itself, before anything is decoded. Times are seconds on the stream's clock, which begins where
/// the container begins.</summary>
/// <param name="Length">Length that the container promises; absent if it does not say.</param>
/// <param name="VideoCodec">Codec of the picture; absent if there is none.</param>
/// <param name="AudioChannels">Channels of the sound; 0 if there is none.</param>
internal sealed record MediaProbe(double? Length, string? VideoCodec, int AudioChannels)
{
    public bool HasVideo => VideoCodec is not null;

    public bool HasAudio => AudioChannels > 0;

    /// <summary>ffmpeg's number of the picture's track: the one that is marked as default, else the first. A cover is none.</summary>
    public int VideoIndex { get; private init; }

    /// <summary>ffmpeg's number of the sound's track, chosen as above.</summary>
    public int AudioIndex { get; private init; }

    /// <summary>Which of the sound tracks is taken, in words; absent if there is no choice.</summary>
    public string? TakenSound { get; private init; }

    /// <summary>The picture's average frames per second; 0 if the container does not say.</summary>
    public double FrameRate { get; private init; }

    /// <summary>How long a picture is shown on average; absent if the container does not say.</summary>
    public TimeSpan? FrameDuration => FrameRate > 0 ? TimeSpan.FromSeconds(1 / FrameRate) : null;

    /// <summary>When its last picture ends; absent if the container does not say.</summary>
    public double? VideoEnd { get; private init; }

    /// <summary>Its timestamps may jump: it is made of packets that stand for themselves, and its length is a guess.</summary>
    public bool IsTransportStream { get; private init; }

    /// <summary>ffprobe's arguments that ask for what <see cref="Parse"/> reads.</summary>
    public static IReadOnlyList<string> Questions =>
    [
        "-of", "json", "-show_entries",
        "format=format_name,start_time,duration:stream=index,codec_type,codec_name,start_time,duration,channels,avg_frame_rate:stream_disposition=attached_pic,default:stream_tags=language,title",
    ];

    /// <summary>Asks <c>ffprobe</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="formats">Formats that it may have, as ffmpeg names them; absent: any.</param>
    /// <exception cref="TwitchException">The file is missing or is no recording.</exception>
    public static MediaProbe Of(string path, string? formats = null)
    {
        if (!File.Exists(path))
            throw new TwitchException($"{path}: there is no such file; give the path of a recording.");

        (int status, byte[] answer, string[] errors) = ChildProcess.RunAsync("ffprobe",
        [
            "-v", "error", .. Questions, .. (string[])(formats is null ? [] : ["-format_whitelist", formats]), SourceInput.FileArgument(path),
        ]).GetAwaiter().GetResult();
        if (status != 0)
        {
            throw new TwitchException(
                $"{path}: no recording that ffmpeg can read: {string.Join("; ", errors.Take(3).Select(WithoutAddress))}; give a video or sound file that was closed properly.");
        }
        return Parse(answer);
    }

    /// <summary>Reads ffprobe's answer to <see cref="Questions"/>.</summary>
    public static MediaProbe Parse(byte[] json)
    {
        ProbeAnswer answer = JsonSerializer.Deserialize(json, ProbeJson.Default.ProbeAnswer)!;
        ProbedStream[] streams = answer.Streams ?? [];
        ProbedStream[] sounds = [.. streams.Where(s => s.CodecType == "audio")];
        ProbedStream? video = Chosen([.. streams.Where(s => s.CodecType == "video" && s.Disposition?.AttachedPic != 1)]);    // not a cover
        ProbedStream? audio = Chosen(sounds);
        double start = Number(answer.Format?.StartTime) ?? 0;
        double? end = Number(video?.StartTime) + Number(video?.Duration);
        return new MediaProbe(
            PromisedLength(answer, streams, start),
            video is null ? null : video.CodecName ?? "unknown",
            audio is null ? 0 : Math.Max(1, audio.Channels ?? 1))
        {
            VideoIndex = video?.Index ?? 0,
            AudioIndex = audio?.Index ?? 0,
            TakenSound = sounds.Length > 1 ? Describe(audio!, Array.IndexOf(sounds, audio) + 1, sounds.Length) : null,
            FrameRate = Rate(video?.AvgFrameRate),
            VideoEnd = end - start is { } seconds ? ShorterReading(seconds, start) : null,
            IsTransportStream = answer.Format?.FormatName == "mpegts",
        };
    }

    /// <summary>A line of ffmpeg's without the place in memory, which differs each time: <c>[aac @ 0x5591c2] text</c> is <c>aac: text</c>.</summary>
    internal static string WithoutAddress(string line)
    {
        int at = line.IndexOf(" @ 0x", StringComparison.Ordinal), end = line.IndexOf("] ", StringComparison.Ordinal);
        return line.StartsWith('[') && at > 0 && end > at ? $"{line[1..at]}: {line[(end + 2)..]}" : line;
    }

    private static ProbedStream? Chosen(ProbedStream[] tracks) => tracks.FirstOrDefault(track => track.Disposition?.Default == 1) ?? tracks.FirstOrDefault();

    private static string Describe(ProbedStream track, int number, int count)
    {
        string?[] known = [track.Tags?.GetValueOrDefault("title"), track.Tags?.GetValueOrDefault("language"), track.Disposition?.Default == 1 ? "default" : null];
        string[] words = [.. known.OfType<string>().Where(word => word.Length > 0)];
        return $"track {number} of {count}{(words.Length > 0 ? $" ({string.Join(", ", words)})" : "")}";
    }

    // Some containers count their length from 0 and some from their first timestamp; the tracks' own lengths leave no doubt, but in a fragmented
    // MP4 that begins late they are those of the end.
    private static double? PromisedLength(ProbeAnswer answer, ProbedStream[] streams, double start)
    {
        double? end = streams.Where(s => s.CodecType is "video" or "audio" && s.Disposition?.AttachedPic != 1)
            .Max(s => Number(s.StartTime) + Number(s.Duration));
        bool fromZero = answer.Format?.FormatName is { } format && (format.Contains("matroska", StringComparison.Ordinal) || format == "flv");
        return end - start is { } length ? ShorterReading(length, start) : Number(answer.Format?.Duration) - (fromZero ? start : 0);
    }

    // A length of at least the start's time may have the start in it: then it is what is left without it.
    private static double ShorterReading(double length, double start) => start > 60 && length > start ? length - start : length;

    private static double Rate(string? fraction) =>
        fraction?.Split('/') is [string over, string under] && Number(over) is { } frames && Number(under) is { } seconds and > 0 ? frames / seconds : 0;

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;
}

internal sealed record ProbeAnswer(ProbedStream[]? Streams, ProbedFormat? Format);

internal sealed record ProbedFormat(string? FormatName, string? StartTime, string? Duration);

internal sealed record ProbedStream(
    int Index, string? CodecType, string? CodecName, string? StartTime, string? Duration, int? Channels, string? AvgFrameRate, ProbedDisposition? Disposition,
    Dictionary<string, string>? Tags);

internal sealed record ProbedDisposition(int AttachedPic, int Default);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeAnswer))]
internal sealed partial class ProbeJson : JsonSerializerContext;
