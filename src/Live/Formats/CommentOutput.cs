using Twitch.Runtime;

namespace Twitch.Live.Formats;

/// <summary>Writes comments in a format that other programs read, each as it is made.</summary>
internal abstract class CommentOutput
{
    /// <summary>Writes one comment; they come in order of time.</summary>
    public abstract void Write(TimedComment comment);

    /// <summary>Nothing follows.</summary>
    public virtual void End()
    {
    }
}

/// <summary>The formats that comments are written in.</summary>
internal static class CommentFormats
{
    /// <summary>Their names.</summary>
    public const string Text = "text", JsonLines = "jsonl", SubRip = "srt", WebVtt = "vtt", Ass = "ass", TwitchDownloader = "twitchdownloader";

    /// <summary>All names, in the order of the help.</summary>
    public static readonly string[] Names = [Text, JsonLines, SubRip, WebVtt, Ass, TwitchDownloader];

    /// <summary>The format that a file's name asks for; null if it asks for none.</summary>
    public static string? OfFile(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".TXT" or ".LOG" => Text,
        ".JSONL" or ".NDJSON" => JsonLines,
        ".SRT" => SubRip,
        ".VTT" => WebVtt,
        ".ASS" => Ass,
        ".JSON" => TwitchDownloader,
        _ => null,
    };

    /// <summary>A writer of subtitles or of TwitchDownloader's JSON; null for the formats that have tokens.</summary>
    /// <param name="format">One of <see cref="Names"/>.</param>
    /// <param name="output">Receives it.</param>
    /// <param name="title">What the comments are on.</param>
    /// <param name="start">When that began.</param>
    public static CommentOutput? Of(string format, TextWriter output, string title, DateTimeOffset start) => format switch
    {
        SubRip => new SubRipWriter(output),
        WebVtt => new WebVttWriter(output),
        Ass => new AssWriter(output, title),
        TwitchDownloader => new TwitchDownloaderWriter(output, title, start),
        _ => null,
    };
}
