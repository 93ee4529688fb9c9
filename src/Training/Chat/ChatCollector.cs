using System.Globalization;

namespace Twitch.Training.Chat;

/// <summary>Counts every record of a log, keeps the comments that pass the filters, and places them on the recording's clock.</summary>
/// <param name="source">The log's path, for messages.</param>
/// <param name="format">What the log was found to be.</param>
/// <param name="options">Validated by the caller.</param>
internal sealed class ChatCollector(string source, ChatFormat format, ChatLogOptions options)
{
    private const int ExamplesPerReason = 3;

    private readonly CommentFilter _filter = new(options.ExtraBots, options.AllowedBots)
    {
        DropBots = options.DropBots,
        DropCommands = options.DropCommands,
    };
    private readonly Dictionary<string, int> _authors = [];                        // names live here, and nowhere after reading
    private readonly HashSet<string> _displayNames = [];                           // those that are not just another spelling of the login
    private readonly List<Kept> _kept = [];
    private readonly SortedDictionary<DropReason, Tally> _dropped = [];
    private readonly List<string> _notes = [];
    private DateTimeOffset? _startInLog;
    private TimeSpan _crop;
    private long _recordCount, _commentCount;
    private double _unreadShare;
    private Lookalike? _unparsable;                                                // what the first unparsable line resembles

    /// <summary>What the log is; a reader may find out more than the detector saw.</summary>
    public ChatFormat Format { get; set; } = format;

    private readonly record struct Kept(ChatTime Time, string Text, int Author, long Position);

    private readonly record struct Example(long Position, string Text, string Name, string Login, bool Parsed);

    private sealed class Tally
    {
        public long Count;
        public readonly List<Example> Examples = [];
    }

    /// <summary>Takes one record.</summary>
    /// <param name="position">Its line or record number, from 1.</param>
    /// <param name="record">What the reader made of it.</param>
    /// <param name="raw">The record as it stands in the log, for an example of what is wrong; its names are not kept.</param>
    public void Add(long position, ChatRecord record, string raw = "")
    {
        _recordCount++;
        if (record.Kind != RecordKind.Comment)
        {
            bool unparsable = record.Kind == RecordKind.Unparsable;
            string shape = unparsable && record.Text.Length > 0 ? record.Text : CommentText.Shape(raw);
            if (unparsable && !_dropped.ContainsKey(DropReason.Unparsable))
                _unparsable = Lookalike.Of(raw);
            Drop(unparsable ? DropReason.Unparsable : DropReason.Notice, new(position, shape, "", "", Parsed: false));
            return;
        }

        _commentCount++;
        string text = CommentText.Clean(record.Text), login = CommentText.Clean(record.Login), name = CommentText.Clean(record.DisplayName);
        string key = (login.Length > 0 ? login : name).ToLowerInvariant();
        if (!_authors.TryGetValue(key, out int author))
            _authors.Add(key, author = _authors.Count);
        if (!key.Equals(name, StringComparison.OrdinalIgnoreCase))
            _displayNames.Add(name.ToLowerInvariant());
        if (_filter.Check(login, name, text) is { } reason)
            Drop(reason, new(position, text, name, login, Parsed: reason != DropReason.Notice));
        else
            _kept.Add(new(record.Time, Placeholders.Put(text), author, position));
    }

    /// <summary>Tells when the log says the stream started.</summary>
    public void StreamStarts(DateTimeOffset start) => _startInLog = start;

    /// <summary>Tells where in its broadcast a cropped log starts.</summary>
    public void CropStarts(TimeSpan crop) => _crop = crop;

    /// <summary>Tells a person something about the log.</summary>
    public void Note(string note)
    {
        if (!_notes.Contains(note))
            _notes.Add(note);
    }

    /// <summary>Tells that the log is broken and was read no further; counts the record that broke.</summary>
    /// <param name="position">Line or record number of the record that broke.</param>
    /// <param name="where">Its place, such as <c>byte 1234</c>.</param>
    /// <param name="why">What was wrong there, without quoting the log.</param>
    /// <param name="unreadShare">Share of the log that follows, 0 to 1.</param>
    public void Break(long position, string where, string why, double unreadShare)
    {
        Add(position, ChatRecord.Unparsable($"{where}: {why}"));
        Note($"the log breaks at {where} ({why}); it was used up to there" +
            (unreadShare >= 0.001 ? string.Create(CultureInfo.InvariantCulture, $", and {unreadShare:0.#%} of it was not read.") : "."));
        _unreadShare = unreadShare;
    }

    /// <summary>Places, sorts and numbers what was kept.</summary>
    /// <exception cref="TwitchException">Too much is unparsable, the stream's start is not known, or no comment is left.</exception>
    public ChatLogResult Finish()
    {
        CheckUnparsable();
        CheckStart();
        CheckCrop();
        if (options.Duration is { } duration)
        {
            foreach (string note in LogSpan.Notes(_kept.Select(kept => Place(kept.Time)), duration))
                Note(note);
        }

        var placed = new List<(TimeSpan Time, Kept Kept)>(_kept.Count);
        foreach ((Kept kept, (string text, DropReason? reason)) in _kept.Zip(Screen()))
        {
            TimeSpan time = Place(kept.Time);
            if (time < TimeSpan.Zero || time > options.Duration)
                Drop(DropReason.OutsideRecording, new(kept.Position, text, "", "", Parsed: true));
            else if (reason is { } against)
                Drop(against, new(kept.Position, text, "", "", Parsed: true));
            else
                placed.Add((time, kept with { Text = text }));
        }

        var numbers = new Dictionary<int, int>();
        var comments = new List<ChatComment>(placed.Count);
        foreach ((TimeSpan time, Kept kept) in placed.OrderBy(each => each.Time))   // OrderBy is stable
        {
            if (!numbers.TryGetValue(kept.Author, out int number))
                numbers.Add(kept.Author, number = numbers.Count);
            comments.Add(new(time, kept.Text, number));
        }

        ParseReport report = Report(comments.Count, numbers.Count);
        return comments.Count > 0 ? new(comments, report) : throw new TwitchException(NothingLeft(report));
    }

    // What was said outside of the recording counts: it tells what people say.
    private IReadOnlyList<(string Text, DropReason? Reason)> Screen()
    {
        bool known = _kept.Count == 0 || _authors.Keys.Any(name => name.Length > 0);
        if (!known && options.MinAuthors > 1)
            Note($"the log does not say who wrote what, so {ChatLogOptions.MinAuthorsOption} could not be applied: comments of one person alone are learnt too.");
        return new CommentScreen(options).Check([.. _kept.Select(kept => (kept.Text, kept.Author, !(Place(kept.Time) > options.WordingUntil)))], [.. _authors.Keys.Concat(_displayNames)], known);
    }

    private TimeSpan Place(ChatTime time) => options.Offset + (time.Origin switch
    {
        TimeOrigin.StreamStart => time.Time - _crop,
        TimeOrigin.Utc => time.Time - TimeSpan.FromTicks((options.StreamStart ?? _startInLog!.Value).UtcTicks),
        _ => time.Time - TimeSpan.FromTicks((options.StreamStart ?? _startInLog!.Value).Ticks),
    });

    private void CheckUnparsable()
    {
        long unparsable = _dropped.TryGetValue(DropReason.Unparsable, out Tally? tally) ? tally.Count : 0;
        double share = _recordCount == 0 ? 0 : (double)unparsable / _recordCount;
        if (Math.Max(share, _unreadShare) <= options.MaxUnparsableShare)
            return;

        ParseReport report = Report(0, 0);
        IEnumerable<string> examples = tally!.Examples.Select(example => $"{report.Place(example.Position)} {example.Text}");
        throw new TwitchException(string.Create(CultureInfo.InvariantCulture,
            $"{source}: {unparsable:N0} of {_recordCount:N0} {(Format.CountsRecords() ? "records" : "lines")} are no {Format.Name()}") +
            (_unreadShare > share ? string.Create(CultureInfo.InvariantCulture, $", and {_unreadShare:0%} of the log follows where it breaks") : "") +
            $" ({string.Join("; ", examples)}); at most {options.MaxUnparsableShare.ToString("0.#%", CultureInfo.InvariantCulture)} may be. " +
            (_unparsable is { } like ? $"The first of them resembles {like.Format}: there stands {like.Found}; {like.Remedy} Else remove" : "Remove") +
            $" what is no chat, or raise {ChatLogOptions.MaxUnparsableShareOption}.");
    }

    private void CheckStart()
    {
        bool dated = _kept.Any(kept => kept.Time.Origin != TimeOrigin.StreamStart);
        bool zoneless = _kept.Any(kept => kept.Time.Origin == TimeOrigin.UnknownZone);
        if (dated && options.StreamStart is null && options.FromFirstComment)
        {
            TimeSpan first = _kept.Where(kept => kept.Time.Origin != TimeOrigin.StreamStart).Min(kept => kept.Time.Time);
            _startInLog ??= new DateTimeOffset(first.Ticks, TimeSpan.Zero);
            Note(string.Create(CultureInfo.InvariantCulture, $"its times are dates, the first {new DateTime(first.Ticks):yyyy-MM-dd HH:mm:ss}{(zoneless ? "" : " UTC")}; they were counted from ") +
                $"{(_startInLog.Value.UtcTicks == first.Ticks ? "there" : "the start that the log tells")}. To train on it, say with {ChatLogOptions.StreamStartOption} when the recording starts.");
        }
        else if (dated && options.StreamStart is null && (_startInLog is null || zoneless))
        {
            throw new TwitchException($"{source}: this {Format.Name()} tells when comments were written, not how far into the recording; " +
                $"say when the recording starts with {ChatLogOptions.StreamStartOption}, such as {ChatLogOptions.StreamStartOption} 2025-03-10T20:00:00" +
                (zoneless ? "+01:00. The log has no time zone that can be read, so give the zone of the computer that wrote it." : "Z."));
        }

        if (zoneless)
            Note($"the log's times have no zone that can be read; they were taken in the zone of {ChatLogOptions.StreamStartOption}.");
    }

    // A log that was cropped has nothing from before; where most of it would be, its times are counted from the crop already.
    private void CheckCrop()
    {
        if (_crop == TimeSpan.Zero)
            return;
        bool counted = _kept.Count(kept => kept.Time.Time < _crop) * 2 > _kept.Count;
        string from = counted ? "they count from there already" : options.CroppedRecording
            ? "they were moved to count from there, as a recording cropped alike does" : "they count from the broadcast's start";
        Note($"the log was cropped at {StreamTime.Format(_crop)} of its broadcast; as to its times, {from}.");
        if (counted || !options.CroppedRecording)
            _crop = TimeSpan.Zero;
    }

    private string NothingLeft(ParseReport report)
    {
        string read = $"{_recordCount} {(Format.CountsRecords() ? "records" : "lines")} read";
        if (_recordCount == 0 && Format is ChatFormat.TwitchDownloaderJson)
            return $"{source}: no timed comment in this JSON: it has no list 'comments' or 'messages'; give the JSON that the tool wrote for the chat, not for the video.";
        if (_commentCount == 0)
        {
            return $"{source}: no timed comment in this {Format.Name()} ({read}{(report.Dropped.Count > 0 ? ": " + Reasons(report) : "")}); " +
                (_unparsable is { } like ? $"there stands {like.Found}; {like.Remedy}" : "give a log that has chat in it.");
        }

        string? outside = options.Duration is { } duration && report.CountOf(DropReason.OutsideRecording) > 0
            ? LogSpan.Outside([.. _kept.Select(kept => Place(kept.Time)).Order()], duration) : null;
        return $"{source}: no comment is left of {_recordCount} ({Reasons(report)}); " + (outside is not null
            ? $"the log may belong to another recording: {outside} Logs with dates take {ChatLogOptions.StreamStartOption}."
            : report.CountOf(DropReason.OutsideRecording) > 0
            ? $"the log may belong to another recording, else shift it with {ChatLogOptions.OffsetOption} or {ChatLogOptions.StreamStartOption}."
            : "switch filters off, or give a log that has chat in it.");
    }

    private static string Reasons(ParseReport report) =>
        string.Join(", ", report.Dropped.Select(dropped => $"{dropped.Count} {ParseReport.Phrase(dropped.Reason)}"));

    private ParseReport Report(int keptCount, int authorCount)
    {
        var names = new HashSet<string>(_authors.Keys.Concat(_displayNames));
        var dropped = _dropped.Select(pair => new Dropped(pair.Key, pair.Value.Count,
            [.. pair.Value.Examples.Select(example => new DropExample(example.Position, Quote(example, names)))]));
        return new(Path.GetFileName(source), Format, _recordCount, keptCount, authorCount, [.. dropped], [.. _notes]);
    }

    private static string Quote(Example example, HashSet<string> names) =>
        example.Parsed ? CommentText.Excerpt(example.Text, example.Name, example.Login, names) : example.Text;

    private void Drop(DropReason reason, Example example)
    {
        if (!_dropped.TryGetValue(reason, out Tally? tally))
            _dropped.Add(reason, tally = new());
        tally.Count++;
        if (tally.Examples.Count >= ExamplesPerReason)
            return;
        // A notice that came as a comment names people in its text; a banned word is not shown.
        tally.Examples.Add(reason is DropReason.Notice or DropReason.BannedWord ? example with { Text = CommentText.Shape(example.Text), Name = "", Login = "" } : example);
    }
}
