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
        ChatFormat.ChatDownloaderCsv => "chat-downloader CSV",
        ChatFormat.ChatDownloaderText => "chat-downloader text",
        ChatFormat.TcdIrc => "tcd .irc",
        ChatFormat.RawIrc => "raw IRC",
        ChatFormat.Chatterino => "Chatterino log",
        ChatFormat.BilibiliXml => "Bilibili XML",
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    /// <summary>Whether positions in the file are record numbers; else they are line numbers.</summary>
    public static bool CountsRecords(this ChatFormat format) => format is ChatFormat.TwitchDownloaderJson or ChatFormat.ChatDownloaderJson;
}
