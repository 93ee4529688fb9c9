using System.Globalization;

namespace Twitch.Training.Chat;

/// <summary>An example of what was dropped.</summary>
/// <param name="Position">Where: a line number, or a record number in JSON documents; both count from 1.</param>
/// <param name="Excerpt">A few words of it without user names; what could not be parsed shows its shape only.</param>
public sealed record DropExample(long Position, string Excerpt);

/// <summary>What was dropped for one reason.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Count">Lines or records.</param>
/// <param name="Examples">The first few.</param>
public sealed record Dropped(DropReason Reason, long Count, IReadOnlyList<DropExample> Examples);

/// <summary>What became of every line or record of a chat log. Holds no user names.</summary>
/// <param name="Source">The log's file name.</param>
/// <param name="Format">What the log was found to be.</param>
/// <param name="RecordCount">Lines or records read, blank lines aside; all are kept or dropped.</param>
/// <param name="KeptCount">Comments kept.</param>
/// <param name="AuthorCount">Authors of the kept comments.</param>
/// <param name="Dropped">What was dropped, by reason; reasons without a case are left out.</param>
/// <param name="Notes">What else a person should know, such as where a damaged log ends.</param>
public sealed record ParseReport(
    string Source,
    ChatFormat Format,
    long RecordCount,
    long KeptCount,
    int AuthorCount,
    IReadOnlyList<Dropped> Dropped,
    IReadOnlyList<string> Notes)
{
    /// <summary>Lines or records that were dropped for a reason.</summary>
    public long CountOf(DropReason reason) => Dropped.FirstOrDefault(dropped => dropped.Reason == reason)?.Count ?? 0;

    /// <summary>The report as lines for a person.</summary>
    public IEnumerable<string> Lines()
    {
        string unit = Format.CountsRecords() ? "records" : "lines";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"{Source}: {Format.Name()}, {RecordCount:N0} {unit} read, {KeptCount:N0} comments by {AuthorCount:N0} people kept");
        foreach (Dropped dropped in Dropped)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"  dropped {dropped.Count:N0}: {Phrase(dropped.Reason)}");
            foreach (DropExample example in dropped.Examples)
                yield return $"    {Place(example.Position)}  {example.Excerpt}";
        }

        foreach (string note in Notes)
            yield return "  note: " + note;
    }

    /// <summary>The report as text for a person, several lines.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Lines());

    /// <summary>A position as <c>file:line</c>, or <c>file: record n</c>.</summary>
    internal string Place(long position) => Format.CountsRecords() ? $"{Source}: record {position}" : $"{Source}:{position}";

    internal static string Phrase(DropReason reason) => reason switch
    {
        DropReason.Unparsable => "unparsable",
        DropReason.Notice => "notice or system line",
        DropReason.Bot => "bot",
        DropReason.Command => "command",
        DropReason.Placeholders => "nothing but links, mentions or numbers",
        DropReason.BannedWord => "banned word",
        DropReason.FewAuthors => "wording of too few people",
        DropReason.Empty => "empty",
        DropReason.OutsideRecording => "outside the recording",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}

/// <summary>A chat log, read.</summary>
/// <param name="Comments">The comments that were kept, in order of time; those of one moment in the log's order.</param>
/// <param name="Report">What became of every line.</param>
public sealed record ChatLogResult(IReadOnlyList<ChatComment> Comments, ParseReport Report);
