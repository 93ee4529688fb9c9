using System.Text.Json.Serialization;

namespace Twitch.Training.Evaluating;

/// <summary>How a candidate came among the others.</summary>
internal enum CandidateKind
{
    /// <summary>It is what was said.</summary>
    [JsonStringEnumMemberName("truth")]
    Truth,

    /// <summary>It is said often.</summary>
    [JsonStringEnumMemberName("popular")]
    Popular,

    /// <summary>It is like what was said just before.</summary>
    [JsonStringEnumMemberName("plausible")]
    Plausible,

    /// <summary>Drawn at random.</summary>
    [JsonStringEnumMemberName("random")]
    Random,
}

/// <summary>A moment and comments to be ranked by how well they fit it.</summary>
/// <param name="Stream">Index of the recording.</param>
/// <param name="Time">The moment.</param>
/// <param name="Window">What is seen and heard before it.</param>
/// <param name="Texts">The candidates.</param>
/// <param name="Truth">Index of what was said; absent if it is not known.</param>
/// <param name="Kinds">Kind of each candidate; absent if it is not known.</param>
internal sealed record CandidateSet(int Stream, TimeSpan Time, ClipWindow Window, IReadOnlyList<string> Texts, int? Truth, IReadOnlyList<CandidateKind>? Kinds);

/// <summary>Builds the candidates of held-out comments as live-comment research does, with its corrections: all are distinct, and
/// plausible ones are chosen without looking at what is said from the moment on.</summary>
/// <remarks>Ma et al., "LiveBot", 2019; Wang et al., "VideoIC", 2020. A text counts as the same in any case and white space.</remarks>
internal static class Candidates
{
    /// <summary>The candidates of each comment, in random order.</summary>
    /// <param name="heldOut">The comments.</param>
    /// <param name="seed">Of the draws.</param>
    /// <param name="protocol">How many, of which kinds; LiveBot's if absent.</param>
    public static IReadOnlyList<CandidateSet> Build(HeldOut heldOut, long seed, Protocol? protocol = null)
    {
        protocol ??= Protocol.LiveBot;
        // Without a training chat the popular ones are the evaluated chat's: they are there to mislead, nothing learns from them.
        string[] said = [.. heldOut.Comments.Select(comment => comment.Text)];
        string[] popular = [.. ChatText.Counted(heldOut.Training.Count > 0 ? heldOut.Training : said).Select(entry => entry.Text).Take(protocol.Popular + 1)];
        string[] pool = [.. ChatText.Counted(heldOut.Training.Concat(said)).Select(entry => entry.Text)];
        var past = new PastChats(heldOut);
        var sets = new CandidateSet[heldOut.Comments.Count];
        for (int i = 0; i < sets.Length; i++)
        {
            HeldOutComment comment = heldOut.Comments[i];
            var chosen = new List<(string Text, CandidateKind Kind)> { (comment.Text, CandidateKind.Truth) };
            var keys = new HashSet<string>(StringComparer.Ordinal) { ChatText.Key(comment.Text) };
            Add(popular, protocol.Popular, CandidateKind.Popular);
            Add(past.Before(comment.Stream, comment.Time).Nearest(), protocol.Plausible, CandidateKind.Plausible);
            Add(Shuffled(pool, new SplitMix64(SplitMix64.Mix(seed, i))), protocol.Count, CandidateKind.Random);

            (string Text, CandidateKind Kind)[] order = [.. chosen];
            new SplitMix64(SplitMix64.Mix(seed, -1 - i)).Shuffle(order.AsSpan());
            sets[i] = new CandidateSet(comment.Stream, comment.Time, comment.Window, [.. order.Select(entry => entry.Text)],
                Array.FindIndex(order, entry => entry.Kind == CandidateKind.Truth), [.. order.Select(entry => entry.Kind)]);

            void Add(IEnumerable<string> texts, int most, CandidateKind kind)
            {
                foreach (string text in texts)
                {
                    if (most == 0 || chosen.Count == protocol.Count)
                        return;
                    if (!keys.Add(ChatText.Key(text)))
                        continue;
                    chosen.Add((text, kind));
                    most--;
                }
            }
        }
        return sets;
    }

    // As far as it is read; the pool is left in another order, which is as good.
    private static IEnumerable<string> Shuffled(string[] pool, SplitMix64 random)
    {
        for (int i = 0; i < pool.Length; i++)
        {
            int j = i + (int)(random.Next() % (ulong)(pool.Length - i));
            (pool[i], pool[j]) = (pool[j], pool[i]);
            yield return pool[i];
        }
    }
}
