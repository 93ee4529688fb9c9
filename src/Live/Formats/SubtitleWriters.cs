using System.Globalization;
using Twitch.Runtime;

namespace Twitch.Live.Formats;

/// <summary>Subtitles: a comment is shown for some seconds from its moment on; players stack those of the same time.</summary>
internal abstract class SubtitleWriter : CommentOutput
{
    /// <summary>Keeps two characters from being read as markup; it is not shown.</summary>
    protected const string WordJoiner = "\u2060";

    /// <summary>How long a comment is shown.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromSeconds(5);

    /// <summary>Hours, minutes, seconds and milliseconds.</summary>
    protected static string Clock(TimeSpan time, char point) =>
        string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}{point}{time.Milliseconds:000}");
}

/// <summary>SubRip. It has no escapes, so a word joiner stands within what a player would take for a tag, an override or a time.</summary>
internal sealed class SubRipWriter(TextWriter output) : SubtitleWriter
{
    private int _count;

    public override void Write(TimedComment comment) =>
        output.Write($"{++_count}\n{Clock(comment.Time, ',')} --> {Clock(comment.Time + Shown, ',')}\n{Plain(comment.Comment.Text)}\n\n");

    private static string Plain(string text) => text
        .Replace("<", "<" + WordJoiner, StringComparison.Ordinal).Replace("{", "{" + WordJoiner, StringComparison.Ordinal).Replace("-->", "--" + WordJoiner + ">", StringComparison.Ordinal);
}

/// <summary>WebVTT.</summary>
internal sealed class WebVttWriter : SubtitleWriter
{
    private readonly TextWriter _output;

    public WebVttWriter(TextWriter output)
    {
        _output = output;
        output.Write("WEBVTT\n\n");
    }

    public override void Write(TimedComment comment) =>
        _output.Write($"{Clock(comment.Time, '.')} --> {Clock(comment.Time + Shown, '.')}\n{Escaped(comment.Comment.Text)}\n\n");

    private static string Escaped(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}

/// <summary>Advanced SubStation Alpha: a chat at the lower left.</summary>
internal sealed class AssWriter : SubtitleWriter
{
    private readonly TextWriter _output;

    public AssWriter(TextWriter output, string title)
    {
        _output = output;
        output.Write($"""
            [Script Info]
            Title: {CommentText.Clean(title)}
            ScriptType: v4.00+
            PlayResX: 1280
            PlayResY: 720
            WrapStyle: 0

            [V4+ Styles]
            Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
            Style: Chat,sans-serif,32,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,2,0,1,24,24,24,1

            [Events]
            Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text

            """.ReplaceLineEndings("\n"));
    }

    public override void Write(TimedComment comment) =>
        _output.Write($"Dialogue: 0,{Time(comment.Time)},{Time(comment.Time + Shown)},Chat,,0,0,0,,{Escaped(comment.Comment.Text)}\n");

    private static string Time(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}.{time.Milliseconds / 10:00}");

    private static string Escaped(string text) => text
        .Replace("\\", "\\" + WordJoiner, StringComparison.Ordinal).Replace("{", "\\{", StringComparison.Ordinal).Replace("}", "\\}", StringComparison.Ordinal);
}
