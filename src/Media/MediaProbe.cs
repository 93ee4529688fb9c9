using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twitch.Media;

/// <summary>What a container says of itself, before anything is decoded. Times are seconds on the stream's clock, which begins where
/// the container begins.</summary>
/// <param name="Length">Length that the container promises; absent if it does not say.</param>
/// <param name="VideoCodec">Codec of the first video track; absent if there is none.</param>
/// <param name="VideoStart">When its first picture is shown; absent if the container has no timestamps.</param>
/// <param name="FrameRate">Its average frames per second; 0 if unknown.</param>
/// <param name="AudioChannels">Channels of the first audio track; 0 if there is none.</param>
internal sealed record MediaProbe(double? Length, string? VideoCodec, double? VideoStart, double FrameRate, int AudioChannels)
{
    public bool HasVideo => VideoCodec is not null;

    public bool HasAudio => AudioChannels > 0;

    /// <summary>When its last picture ends; absent if the container does not say.</summary>
    public double? VideoEnd { get; private init; }

    /// <summary>ffprobe's arguments that ask for what <see cref="Parse"/> reads.</summary>
    public static IReadOnlyList<string> Questions =>
    [
        "-of", "json", "-show_entries",
        "format=format_name,start_time,duration:stream=codec_type,codec_name,start_time,duration,channels,avg_frame_rate:stream_disposition=attached_pic",
    ];

    /// <summary>Asks <c>ffprobe</c>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="formats">Formats that it may have, as ffmpeg names them; absent: any.</param>
    /// <exception cref="TwitchException">The file is missing or is no recording.</exception>
    public static MediaProbe Of(string path, string? formats = null)
    {
        if (!File.Exists(path))
            throw new TwitchException($"{path}: there is no such file; give the path of a recording.");

        using FfmpegProgram program = FfmpegProgram.Start("ffprobe",
        [
            "-v", "error", .. Questions, .. (string[])(formats is null ? [] : ["-format_whitelist", formats]), FfmpegProgram.FileArgument(path),
        ]);
        using var text = new MemoryStream();
        program.Output.CopyTo(text);
        var (status, complaints) = program.Finish();
        if (status != 0)
            throw new TwitchException($"{path}: no recording that ffmpeg can read: {string.Join("; ", complaints)}; give a video or sound file that was closed properly.");

        return Parse(text.ToArray());
    }

    /// <summary>Reads ffprobe's answer to <see cref="Questions"/>.</summary>
    public static MediaProbe Parse(byte[] json)
    {
        ProbeAnswer answer = JsonSerializer.Deserialize(json, ProbeJson.Default.ProbeAnswer)!;
        ProbedStream[] streams = answer.Streams ?? [];
        ProbedStream? video = streams.FirstOrDefault(s => s.CodecType == "video" && s.Disposition?.AttachedPic != 1);    // not a cover
        ProbedStream? audio = streams.FirstOrDefault(s => s.CodecType == "audio");
        double start = Number(answer.Format?.StartTime) ?? 0;
        return new MediaProbe(
            PromisedLength(answer, streams, start),
            video is null ? null : video.CodecName ?? "unknown",
            Number(video?.StartTime) - start,
            Rate(video?.AvgFrameRate),
            audio is null ? 0 : Math.Max(1, audio.Channels ?? 1))
        {
            VideoEnd = Number(video?.StartTime) + Number(video?.Duration) - start,
        };
    }

    // Some containers count their length from 0 and some from their first timestamp; the tracks' own lengths leave no doubt.
    private static double? PromisedLength(ProbeAnswer answer, ProbedStream[] streams, double start)
    {
        double? end = streams.Where(s => s.CodecType is "video" or "audio" && s.Disposition?.AttachedPic != 1)
            .Max(s => Number(s.StartTime) + Number(s.Duration));
        bool fromZero = answer.Format?.FormatName is { } format && (format.Contains("matroska", StringComparison.Ordinal) || format == "flv");
        return end - start ?? Number(answer.Format?.Duration) - (fromZero ? start : 0);
    }

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private static double Rate(string? fraction) =>
        fraction?.Split('/') is [string over, string under] && Number(over) is { } frames && Number(under) is { } seconds and > 0 ? frames / seconds : 0;
}

internal sealed record ProbeAnswer(ProbedStream[]? Streams, ProbedFormat? Format);

internal sealed record ProbedFormat(string? FormatName, string? StartTime, string? Duration);

internal sealed record ProbedStream(
    string? CodecType, string? CodecName, string? StartTime, string? Duration, int? Channels, string? AvgFrameRate, ProbedDisposition? Disposition);

internal sealed record ProbedDisposition(int AttachedPic);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProbeAnswer))]
internal sealed partial class ProbeJson : JsonSerializerContext;
