using System.Runtime.InteropServices;

namespace Twitch.Training.Chat;

/// <summary>Finds the runs of words that are one person's own, so that they are not said.</summary>
internal static class OwnWording
{
    /// <summary>The runs that too few people used.</summary>
    /// <param name="chats">The comments of each recording. Authors are told apart within one only, so a run is shared if enough people used it in one of them. A
    /// chat of one author does not say who wrote what, and is left out.</param>
    /// <param name="length">Words of a run.</param>
    /// <param name="minAuthors">Fewest people.</param>
    /// <returns>Null if there are none.</returns>
    public static BlockedRuns? Of(IEnumerable<IReadOnlyList<ChatComment>> chats, int length, int minAuthors) =>
        Runs(chats, length, minAuthors) is { Count: > 0 } runs ? BlockedRuns.Of(length, minAuthors, runs) : null;

    /// <summary>The same as numbers, each of which is a run of words: <see cref="BlockedRuns.HashOf(ReadOnlySpan{ulong})"/>.</summary>
    public static HashSet<ulong> Runs(IEnumerable<IReadOnlyList<ChatComment>> chats, int length, int minAuthors)
    {
        HashSet<ulong> all = [], shared = [];
        foreach (IReadOnlyList<ChatComment> chat in chats)
        {
            if (minAuthors < 2 || chat.Select(comment => comment.Author).Distinct().Take(2).Count() < 2)
                continue;
            foreach ((ulong run, Speakers speakers) in Count(chat, length, minAuthors))
            {
                all.Add(run);
                if (speakers.Count >= minAuthors)
                    shared.Add(run);
            }
        }
        all.ExceptWith(shared);
        return all;
    }

    private static Dictionary<ulong, Speakers> Count(IReadOnlyList<ChatComment> chat, int length, int minAuthors)
    {
        var speakers = new Dictionary<ulong, Speakers>();
        foreach (ChatComment comment in chat)
        {
            foreach (ulong run in RunsOf(comment.Text, length))
                CollectionsMarshal.GetValueRefOrAddDefault(speakers, run, out _).Add(comment.Author, minAuthors);
        }
        return speakers;
    }

    /// <summary>The runs of a text.</summary>
    public static IEnumerable<ulong> RunsOf(string text, int length)
    {
        ulong[] words = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(BlockedRuns.HashOf)];
        for (int at = 0; at + length <= words.Length; at++)
            yield return BlockedRuns.HashOf(words.AsSpan(at, length));
    }
}
