using System.Text.Json.Serialization;

namespace Twitch;

/// <summary>Why a line or record of a chat log gave no comment.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DropReason>))]
public enum DropReason
{
    /// <summary>It is not of the log's format, or has no time.</summary>
    Unparsable,

    /// <summary>It is no comment: a subscription, a ban, a join, a log's own header.</summary>
    Notice,

    /// <summary>A bot said it.</summary>
    Bot,

    /// <summary>It starts with <c>!word</c>.</summary>
    Command,

    /// <summary>It has nothing but links, mentions and numbers.</summary>
    Placeholders,

    /// <summary>It holds a banned word.</summary>
    BannedWord,

    /// <summary>It has wording that too few people use.</summary>
    FewAuthors,

    /// <summary>Nothing is left of its text.</summary>
    Empty,

    /// <summary>It was said before the recording starts or after it ends.</summary>
    OutsideRecording,
}
