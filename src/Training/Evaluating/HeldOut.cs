using Twitch.Training.Chat;
using Twitch.Training.Prepared;

namespace Twitch.Training.Evaluating;

/// <summary>A comment that is to be foreseen.</summary>
/// <param name="Stream">Index of its recording.</param>
/// <param name="Time">When it was said.</param>
/// <param name="Text">What was said.</param>
/// <param name="Window">The frames and mel steps before it.</param>
/// <param name="IsShared">Whether several people used each run of three of its words in the whole log; absent where it does not say who wrote what.</param>
internal sealed record HeldOutComment(int Stream, TimeSpan Time, string Text, ClipWindow Window, bool? IsShared = null);

/// <summary>What an evaluation measures on: comments of some range, and what was known before it.</summary>
/// <param name="Config">Window and sampling of the network.</param>
/// <param name="Vocabulary">Its words.</param>
/// <param name="Streams">The recordings.</param>
/// <param name="Comments">To be foreseen: every line that is no bot's, command or notice; by recording, then by time.</param>
/// <param name="Training">Comments that were learned from: baselines learn from them, and they count as memorised when said again. May be empty.</param>
internal sealed record HeldOut(ModelConfig Config, Vocabulary Vocabulary, IReadOnlyList<IPreparedStream> Streams, IReadOnlyList<HeldOutComment> Comments, IReadOnlyList<string> Training)
{
    /// <summary>The range, as it was asked for.</summary>
    public TimeSpan First { get; init; }

    /// <inheritdoc cref="First"/>
    public TimeSpan Last { get; init; } = TimeSpan.MaxValue;

    /// <summary>Runs of three words that one person alone used in what was learned from; empty where nobody's are told apart.</summary>
    public IReadOnlySet<ulong> OwnRuns { get; init; } = new HashSet<ulong>();

    /// <summary>How many texts have such a run.</summary>
    public int CountOwn(IEnumerable<string> texts) => texts.Count(text => OwnWording.RunsOf(text, new ChatLogOptions().AuthorNgram).Any(OwnRuns.Contains));

    /// <summary>Tokens to foresee, with one <c>&lt;EOS&gt;</c> a comment.</summary>
    public int TokenCount { get; } = Comments.Sum(comment => ChatText.Words(comment.Text).Length + 1);

    /// <summary>Of these, words outside the vocabulary; where it has subwords, they are spelt.</summary>
    public int UnknownCount { get; } = Comments.Sum(comment => ChatText.Words(comment.Text).Count(word => Vocabulary.Find(word) == Vocabulary.Unknown));

    /// <summary>How many different words, spelling aside, are outside the vocabulary.</summary>
    public int UnseenWords { get; } = Comments
        .SelectMany(comment => ChatText.Words(comment.Text).Where(word => Vocabulary.Find(word) == Vocabulary.Unknown))
        .Select(word => word.ToLowerInvariant()).Distinct(StringComparer.Ordinal).Count();

    /// <summary>Takes the comments of a range.</summary>
    /// <param name="model">The opened bundle.</param>
    /// <param name="streams">The recordings.</param>
    /// <param name="first">Earliest comment.</param>
    /// <param name="last">Latest comment.</param>
    /// <param name="training">What was learned from; null: the comments before <paramref name="first"/>.</param>
    /// <exception cref="TwitchException">Fewer than two comments are in it.</exception>
    public static HeldOut Create(Runtime.CommentModel model, IReadOnlyList<IPreparedStream> streams, TimeSpan first, TimeSpan last, IReadOnlyList<ChatComment>? training)
    {
        var comments = new List<HeldOutComment>();
        for (int i = 0; i < streams.Count; i++)
        {
            SharedWording? wording = streams[i].Comments.Select(comment => comment.Author).Distinct().Take(2).Count() < 2 ? null
                : new([.. streams[i].Comments.Select(comment => (comment.Text, comment.Author))], new ChatLogOptions().AuthorNgram, ChatLogOptions.UsualMinAuthors);
            foreach (ChatComment comment in streams[i].Comments.Where(comment => comment.Time >= first && comment.Time <= last))
            {
                ClipWindow window = ClipWindow.Before(comment.Time, model.Config, streams[i].FrameCount, streams[i].StepCount);
                if (!window.IsEmpty && ChatText.Words(comment.Text).Length > 0)
                    comments.Add(new HeldOutComment(i, comment.Time, comment.Text, window, wording?.Holds(comment.Text)));
            }
        }
        if (comments.Count < 2)
            throw new TwitchException($"{comments.Count} comments between --from {StreamTime.Format(first)} and {(last == TimeSpan.MaxValue ? "the end" : $"--until {StreamTime.Format(last)}")} have pictures and sound before them; at least 2 are needed.");

        IReadOnlyList<ChatComment>[] chats = training is not null ? [training] : [.. streams.Select(stream => stream.Comments.Where(comment => comment.Time < first).ToArray())];
        return new HeldOut(model.Config, model.Vocabulary, streams, comments, [.. chats.SelectMany(chat => chat).Select(comment => comment.Text)])
        {
            First = first,
            Last = last,
            OwnRuns = OwnWording.Runs(chats, new ChatLogOptions().AuthorNgram, ChatLogOptions.UsualMinAuthors),
        };
    }
}
