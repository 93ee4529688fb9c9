using System.Text.Json.Serialization;

namespace Twitch.Training.Chat;

/// <summary>The chat log formats that are read.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChatFormat>))]
public enum ChatFormat
{
    /// <summary>One object with <c>comments[]</c> and <c>video</c>, or a bare array of such comments.</summary>
    TwitchDownloaderJson,

    /// <summary><c>[0:00:10] Bob: hi</c>, or with a UTC date and time in the brackets.</summary>
    TwitchDownloaderText,

    /// <summary>A page of <c>pre.comment-root</c> elements.</summary>
    TwitchDownloaderHtml,

    /// <summary>An array of objects with <c>time_in_seconds</c>, <c>message</c> and <c>author</c>.</summary>
    ChatDownloaderJson,

    /// <summary>One such object a line.</summary>
    JsonLines,

    /// <summary>A header that names the columns, then a row per comment.</summary>
    ChatDownloaderCsv,

    /// <summary><c>20:34 | (Moderator) Bob: hi</c>.</summary>
    ChatDownloaderText,

    /// <summary><c>[0:00:10,123] &lt;Bob&gt; hi</c>.</summary>
    TcdIrc,

    /// <summary>Lines of the wire protocol with IRCv3 tags.</summary>
    RawIrc,

    /// <summary><c># Start logging at …</c>, then <c>[20:00:05]  bob: hi</c>.</summary>
    Chatterino,

    /// <summary>An XML document of <c>d</c> elements.</summary>
    BilibiliXml,

    /// <summary>An object with <c>messages[]</c>: lines of the wire protocol, or objects with <c>text</c> and <c>timestamp</c>.</summary>
    RecentMessages,

    /// <summary>An object with <c>comments[]</c> whose names are Twitch's own: <c>contentOffsetSeconds</c>.</summary>
    TwitchDlJson,

    /// <summary>One YouTube <c>replayChatItemAction</c> a line.</summary>
    YtDlpLiveChat,

    /// <summary>Numbered blocks of <c>00:00:10,000 --&gt; 00:00:12,000</c> and a text.</summary>
    SubRip,

    /// <summary><c>WEBVTT</c>, then such blocks.</summary>
    WebVtt,

    /// <summary><c>Dialogue:</c> lines of Advanced SubStation Alpha.</summary>
    AssDanmaku,

    /// <summary>A time of any kind, a name and a text a line: <c>1741636805 bob: hi</c>.</summary>
    TimedText,
}

internal static class ChatFormatNames
{
    /// <summary>How messages call the format.</summary>
    public static string Name(this ChatFormat format) => format switch
    {
        ChatFormat.TwitchDownloaderJson => "TwitchDownloader JSON",
        ChatFormat.TwitchDownloaderText => "TwitchDownloader text",
        ChatFormat.TwitchDownloaderHtml => "TwitchDownloader HTML",
        ChatFormat.ChatDownloaderJson => "chat-downloader JSON",
        ChatFormat.JsonLines => "JSON lines",
        ChatFormat.ChatDownloaderCsv => "CSV",
        ChatFormat.ChatDownloaderText => "chat-downloader text",
        ChatFormat.TcdIrc => "tcd .irc",
        ChatFormat.RawIrc => "raw IRC",
        ChatFormat.Chatterino => "Chatterino log",
        ChatFormat.BilibiliXml => "Bilibili XML",
        ChatFormat.RecentMessages => "recent-messages JSON",
        ChatFormat.TwitchDlJson => "twitch-dl JSON",
        ChatFormat.YtDlpLiveChat => "yt-dlp live chat",
        ChatFormat.SubRip => "SubRip subtitles",
        ChatFormat.WebVtt => "WebVTT subtitles",
        ChatFormat.AssDanmaku => "ASS subtitles",
        ChatFormat.TimedText => "text with a time a line",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Whether positions in the file are record numbers; else they are line numbers.</summary>
    public static bool CountsRecords(this ChatFormat format) =>
        format is ChatFormat.TwitchDownloaderJson or ChatFormat.ChatDownloaderJson or ChatFormat.RecentMessages or ChatFormat.TwitchDlJson;
}
