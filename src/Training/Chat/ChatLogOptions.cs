namespace Twitch.Training.Chat;

/// <summary>How a chat log's times are placed on the recording, and which comments are not learned from.</summary>
public sealed record ChatLogOptions
{
    /// <summary>The command line's name of <see cref="StreamStart"/>.</summary>
    public const string StreamStartOption = "--stream-start";

    /// <summary>The command line's name of <see cref="Offset"/>.</summary>
    public const string OffsetOption = "--chat-offset";

    /// <summary>The command line's name of <see cref="MaxUnparsableShare"/>.</summary>
    public const string MaxUnparsableShareOption = "--max-unparsable";

    /// <summary>The command line's name of <see cref="MinAuthors"/>.</summary>
    public const string MinAuthorsOption = "--min-authors";

    /// <summary>The command line's name of <see cref="AuthorNgram"/>.</summary>
    public const string AuthorNgramOption = "--author-ngram";

    /// <summary>What one person alone said is not learnt.</summary>
    public const int UsualMinAuthors = 2;

    /// <summary>When the recording starts; needed for logs whose times are dates, unless the log says it.</summary>
    /// <remarks>Its zone is also the zone of times of day that a log gives without one.</remarks>
    public DateTimeOffset? StreamStart { get; init; }

    /// <summary>Whether times that need <see cref="StreamStart"/> are counted from the first comment where it is not known: for a look at a log alone.</summary>
    internal bool FromFirstComment { get; init; }

    /// <summary>Added to every time: positive when the log starts later than the recording. At most 100,000 hours.</summary>
    public TimeSpan Offset { get; init; }

    /// <summary>The recording's length; later comments are outside of it, as are those before its start. Null: no end.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>Whether the recording was cropped like its TwitchDownloader log, so that it starts at the log's <c>video.start</c>.</summary>
    /// <remarks>Such a log counts its times from the broadcast's start. False when the recording is the whole broadcast.</remarks>
    public bool CroppedRecording { get; init; } = true;

    /// <summary>Whether comments of well-known bots and of <see cref="ExtraBots"/> are dropped.</summary>
    public bool DropBots { get; init; } = true;

    /// <summary>Whether comments that start with <c>!word</c> are dropped.</summary>
    public bool DropCommands { get; init; } = true;

    /// <summary>How many people must have said every run of <see cref="AuthorNgram"/> words of a comment, or it is dropped; 1 keeps all.
    /// In [1, 1000]. The programs ask for <see cref="UsualMinAuthors"/>.</summary>
    public int MinAuthors { get; init; } = 1;

    /// <summary>Words of such a run; a shorter comment is one run. In [1, 100].</summary>
    public int AuthorNgram { get; init; } = 3;

    /// <summary>Only what was said up to then, on the recording's clock, counts for <see cref="MinAuthors"/>: what is learnt then owes nothing to a part that is
    /// to stay unseen. Null: the whole log.</summary>
    public TimeSpan? WordingUntil { get; init; }

    /// <summary>Lines of a list of banned words, see <see cref="Twitch.BannedWords"/>; comments that hold one are dropped.</summary>
    public IReadOnlyList<string> BannedWords { get; init; } = Twitch.BannedWords.Default.Lines;

    /// <summary>Names, in any case, that are bots of this channel.</summary>
    public IReadOnlyList<string> ExtraBots { get; init; } = [];

    /// <summary>Names, in any case, that are no bots whatever the lists say.</summary>
    public IReadOnlyList<string> AllowedBots { get; init; } = [];

    /// <summary>The share of records, 0 to 1, that may be unreadable before the log is refused.</summary>
    public double MaxUnparsableShare { get; init; } = 0.2;

    internal void Validate()
    {
        if (Offset.Duration() > ChatTime.Limit)
            throw new TwitchException($"{OffsetOption} is {Offset}; it must be within ±{ChatTime.Limit.TotalHours:0} hours.", ExitCode.Usage);
        if (Duration <= TimeSpan.Zero)
            throw new TwitchException($"the recording's duration is {Duration}; it must be more than zero.", ExitCode.Usage);
        if (!(MaxUnparsableShare is >= 0 and <= 1))
            throw new TwitchException($"{MaxUnparsableShareOption} is {MaxUnparsableShare}; it must be in [0, 1].", ExitCode.Usage);
        if (MinAuthors is < 1 or > 1000)
            throw new TwitchException($"{MinAuthorsOption} is {MinAuthors}; it must be in [1, 1000], where 1 learns what one person alone said.", ExitCode.Usage);
        if (AuthorNgram is < 1 or > 100)
            throw new TwitchException($"{AuthorNgramOption} is {AuthorNgram}; it must be in [1, 100].", ExitCode.Usage);
    }
}
