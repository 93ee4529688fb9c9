using System.Globalization;

namespace Twitch.Training.Chat.Readers;

/// <summary>Which column of a CSV log holds what; none if there is none.</summary>
/// <param name="Times">Columns that may hold the time, the surest first.</param>
/// <param name="Message">Column of the text.</param>
/// <param name="Type">Column of chat-downloader's message type.</param>
/// <param name="Login">Column of the name that identifies the author.</param>
/// <param name="Name">Column of the name the author shows.</param>
/// <param name="Count">Columns of every row.</param>
internal sealed record CsvColumns(IReadOnlyList<int> Times, int Message, int Type, int Login, int Name, int Count)
{
    private static readonly string[] _times =
    [
        "time_in_seconds", "content_offset_seconds", "offset_seconds", "video_offset", "offset", "seconds", "video_time", "time_text", "time", "t", "timestamp",
        "unix", "unix_time", "date_time", "datetime", "created_at", "sent_at", "published_at", "date",
    ];
    private static readonly string[] _messages = ["message", "text", "body", "content", "comment", "msg", "chat", "message_text", "message_body", "chat_message"];
    private static readonly string[] _logins =
        ["author.name", "author_name", "author", "login", "user_login", "commenter.name", "username", "user_name", "user", "nick", "nickname", "name", "sender", "commenter", "from", "chatter", "user_id"];
    private static readonly string[] _names = ["author.display_name", "author_display_name", "display_name", "commenter.display_name"];

    /// <summary>Time, name and text.</summary>
    public static CsvColumns WithoutHeader { get; } = new([0], 2, -1, 1, -1, 3);

    /// <summary>Whether comments can be read with them.</summary>
    public bool IsUsable => Times.Count > 0 && Message >= 0;

    /// <summary>The columns that a header names.</summary>
    public static CsvColumns From(IReadOnlyList<string> header)
    {
        string[] cells = [.. header.Select(cell => cell.Trim(' ', '\uFEFF', '\'').Replace(' ', '_').Replace('-', '_').ToLowerInvariant())];
        int[] Find(string[] names) => [.. names.Select(name => Array.IndexOf(cells, name)).Where(column => column >= 0)];
        int First(string[] names) => Find(names) is [int column, ..] ? column : -1;
        return new(Find(_times), First(_messages), First(["message_type"]), First(_logins), First(_names), cells.Length);
    }

    /// <summary>What a row holds.</summary>
    /// <param name="row">Its fields; none if its quotes do not match.</param>
    public ChatRecord Read(List<string> row)
    {
        if (row.Count != Count)
            return ChatRecord.Unparsable(row.Count == 0 ? "a quote is never closed" : $"{row.Count} columns, {Count} were expected");
        string Cell(int column) => column < 0 ? "" : row[column].Trim();
        if (Cell(Type) is not ("" or "text_message" or "paid_message" or "highlighted_message" or "skip_subs_mode_message"))
            return ChatRecord.Notice;
        string login = Cell(Login), name = Cell(Name);
        foreach (int column in Times)
        {
            if (Time(Cell(column)) is { } time)
                return new(RecordKind.Comment, time, login, name.Length > 0 ? name : login, Cell(Message));
        }

        return ChatRecord.Unparsable("a row without a time");
    }

    // A number is an offset in seconds, or a Unix time if it is large enough for one.
    private static ChatTime? Time(string text)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            return ChatTime.FromUnix(number) ?? ChatTime.FromSeconds(number);
        if (ChatTime.TryParseDays(text, out TimeSpan clock))
            return ChatTime.SinceStart(clock);
        return ChatTime.TryParseDate(text, out ChatTime time) || new LocalDates().TryParse(text, out time) ? time : null;
    }
}
