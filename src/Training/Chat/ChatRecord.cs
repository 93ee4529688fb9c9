namespace Twitch.Training.Chat;

/// <summary>What a reader made of one line or record.</summary>
internal enum RecordKind
{
    /// <summary>Something was there and could not be understood.</summary>
    Unparsable,

    /// <summary>Somebody said something at a time.</summary>
    Comment,

    /// <summary>The log or the platform speaks: a subscription, a ban, a log's own header.</summary>
    Notice,
}

/// <summary>One line or record of a log.</summary>
/// <param name="Kind">What it is; the rest holds for comments only.</param>
/// <param name="Time">When it was said.</param>
/// <param name="Login">The name that identifies its author; empty if the log has none.</param>
/// <param name="DisplayName">The name its author shows; may be the login.</param>
/// <param name="Text">What was said, as the log has it. Of an unparsable record: why, without quoting it.</param>
internal readonly record struct ChatRecord(RecordKind Kind, ChatTime Time, string Login, string DisplayName, string Text)
{
    public static ChatRecord Notice => new(RecordKind.Notice, default, "", "", "");

    public static ChatRecord Unparsable(string why = "") => new(RecordKind.Unparsable, default, "", "", why);

    public static ChatRecord Comment(ChatTime time, string name, string text) => new(RecordKind.Comment, time, name, name, text);
}

/// <summary>A format that has one record a line.</summary>
internal interface ILineFormat
{
    ChatFormat Format { get; }

    /// <summary>Reads one line that is not blank; lines come in the file's order.</summary>
    ChatRecord Read(string line);

    /// <summary>What a person should know of how the lines were read, once all are; null if nothing.</summary>
    string? Note => null;
}

/// <summary>A format that needs more than a line to find its records.</summary>
internal interface IChatReader
{
    ChatFormat Format { get; }

    /// <summary>Gives every record to the collector, as far as the log can be read.</summary>
    /// <param name="utf8">The log, unpacked, as UTF-8.</param>
    /// <param name="collector">Counts, filters and keeps the records.</param>
    void Read(ForgivingStream utf8, ChatCollector collector);
}
