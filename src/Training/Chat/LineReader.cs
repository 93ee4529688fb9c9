namespace Twitch.Training.Chat;

/// <summary>Reads any format that has one record a line.</summary>
internal sealed class LineReader(ILineFormat format) : IChatReader
{
    public ChatFormat Format => format.Format;

    public void Read(ForgivingStream utf8, ChatCollector collector)
    {
        using var lines = new ChatLines(utf8);
        var days = new ClockDays();
        while (lines.Next() is { } line)
        {
            ChatRecord record = lines.WasCut ? ChatRecord.Unparsable($"a line of more than {ChatLines.MaxLength} characters")
                : lines.WasBroken ? ChatRecord.Unparsable("zero bytes stand in the line")
                : format.Read(line);
            if (record is { Kind: RecordKind.Comment, Time.Origin: TimeOrigin.StreamStart } && Format != ChatFormat.JsonLines)
                record = record with { Time = ChatTime.SinceStart(days.Place(record.Time.Time)) };
            collector.Add(lines.Number, record, line);
        }

        foreach (string? note in (ReadOnlySpan<string?>)[format.Note, days.Note, lines.Damage])
        {
            if (note is not null)
                collector.Note(note);
        }
    }
}

/// <summary>Follows clocks that begin at 0:00:00 again after a day.</summary>
/// <remarks>A time within two hours after midnight that follows one within two hours before it is of the next day; where the order is a little off, one before
/// midnight may still follow.</remarks>
internal sealed class ClockDays
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1), Margin = TimeSpan.FromHours(2);

    private TimeSpan _last = TimeSpan.Zero;
    private int _days;

    /// <summary>What a person should know; null if no clock began again.</summary>
    public string? Note => _days == 0 ? null : "the log's times begin at 0:00:00 again after 24 hours; what follows was placed on the next day.";

    /// <summary>The time since the start of what a clock shows.</summary>
    public TimeSpan Place(TimeSpan clock)
    {
        if (clock >= Day || clock < TimeSpan.Zero)
            return _last = clock;    // a clock that counts hours beyond 24 needs no help
        TimeSpan shown = _last - TimeSpan.FromTicks(_last.Ticks / Day.Ticks * Day.Ticks);
        int days = _days;
        if (_last < (_days + 1) * Day && shown >= Day - Margin && clock < Margin)
            days = ++_days;
        else if (_days > 0 && shown < Margin && clock >= Day - Margin)
            return clock + (_days - 1) * Day;
        return _last = clock + days * Day;
    }
}
