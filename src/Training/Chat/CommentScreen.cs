namespace Twitch.Training.Chat;

/// <summary>Says what of a whole log may be learnt, once everybody has spoken: no names, no banned words, nothing that is one person's own.</summary>
/// <param name="options">Which words, and how many people.</param>
internal sealed class CommentScreen(ChatLogOptions options)
{
    /// <summary>Each comment's text as it is learnt, and the reason against it, or null.</summary>
    /// <param name="comments">What was said, placeholders put in, by whom, and whether it counts as what several people say.</param>
    /// <param name="names">The authors' names in lower case.</param>
    /// <param name="authorsAreKnown">Whether the log says who wrote what; without, nobody's wording can be told from another's.</param>
    public IReadOnlyList<(string Text, DropReason? Reason)> Check(IReadOnlyList<(string Text, int Author, bool Counts)> comments, IReadOnlyCollection<string> names, bool authorsAreKnown)
    {
        var authors = new AuthorNames(names);
        (string Text, int Author, bool Counts)[] hidden = [.. comments.Select(comment => comment with { Text = authors.Hide(comment.Text) })];
        SharedWording? shared = options.MinAuthors > 1 && authorsAreKnown
            ? new([.. hidden.Where(comment => comment.Counts).Select(comment => (comment.Text, comment.Author))], options.AuthorNgram, options.MinAuthors)
            : null;
        BannedWords banned = BannedWords.Parse(options.BannedWords, "the banned words");
        return [.. hidden.Select(comment => (comment.Text, Reason(comment.Text)))];

        DropReason? Reason(string text) =>
            banned.AreIn(text) ? DropReason.BannedWord
            : Placeholders.AreAll(text) ? DropReason.Placeholders
            : shared?.Holds(text) == false ? DropReason.FewAuthors
            : null;
    }
}
