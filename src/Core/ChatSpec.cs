using System.Text.Json.Serialization;

namespace Twitch;

/// <summary>What the network reads of the chat before a moment. Training and runtime share one value.</summary>
/// <param name="CommentCount">The last comments that are read.</param>
/// <param name="WordCount">Words of each; the rest of a longer comment is not read.</param>
/// <param name="EmbeddingSize">Size of the embedding of a past word and its place.</param>
/// <param name="HiddenShare">Share of the training examples that are shown no past chat, in [0, 1): so that the network does not lean on
/// it alone, and works where there is none.</param>
public sealed record ChatSpec(int CommentCount, int WordCount, int EmbeddingSize, float HiddenShare)
{
    /// <summary>What is known of a past word besides the word: its age in two forms, whether it is the first, the last or the end, and the
    /// share of <see cref="WordCount"/> that its comment fills.</summary>
    public const int FeatureCount = 6;

    /// <summary>What a past word's score is the sum of: that it was said; that the word before it is the last of the comment under way; that
    /// the two words before it are; that the comment under way is a copy so far.</summary>
    public const int EvidenceCount = 4;

    /// <summary>Age in seconds from which on comments are equally old.</summary>
    public const float OldestAge = 60;

    /// <summary>Score of a place without a word: exp of it is 0.</summary>
    public const float Absent = -1e4f;

    /// <summary>The least probability of a word where words are copied, so that its logarithm is finite.</summary>
    public const float LeastProbability = 1e-30f;

    /// <summary>The last 16 comments, of a line or so each.</summary>
    public static ChatSpec Standard { get; } = new(CommentCount: 16, WordCount: 12, EmbeddingSize: 32, HiddenShare: 0.3f);

    /// <summary>Places of past words: <see cref="WordCount"/> for each comment.</summary>
    [JsonIgnore]
    public int PlaceCount => CommentCount * WordCount;

    /// <summary>How many words the comment under way must have in common with the chat before a place, its start included, for more than which
    /// there is each piece of evidence, [places, evidence].</summary>
    public float[] EvidenceThresholds() => [.. Enumerable.Range(0, PlaceCount).SelectMany(place => (float[])[-1, 0, 1, place % WordCount])];
}

/// <summary>A comment that was said.</summary>
/// <param name="Time">When, since the start of the stream.</param>
/// <param name="Tokens">Its words' ids, without start and end marks.</param>
public readonly record struct PastComment(TimeSpan Time, int[] Tokens);

/// <summary>The last comments before a moment, as the network reads them: those before the moment alone, never one of the moment itself.</summary>
public sealed class ChatWindow
{
    private ChatWindow(ChatSpec spec)
    {
        Words = new long[spec.CommentCount * spec.WordCount];
        Ages = new float[spec.CommentCount];
    }

    /// <summary>Ids of the words, [comments, words]: the newest comment first, behind the oldest comment and the last word of each
    /// <see cref="Vocabulary.Pad"/>.</summary>
    public long[] Words { get; }

    /// <summary>Seconds since each comment, [comments]; 0 behind the oldest one.</summary>
    public float[] Ages { get; }

    /// <summary>Comments in the window.</summary>
    public int Count { get; private init; }

    /// <summary>A window without comments: nothing was said yet, or nothing is known of it.</summary>
    public static ChatWindow Empty(ChatSpec spec) => new(spec);

    /// <summary>The window of a moment.</summary>
    /// <param name="time">The moment.</param>
    /// <param name="spec">How many comments and words.</param>
    /// <param name="comments">Comments in order of time, each with a word at least; those from the moment on are not read.</param>
    public static ChatWindow Before(TimeSpan time, ChatSpec spec, IReadOnlyList<PastComment> comments)
    {
        int end = CountBefore(time, comments);
        var window = new ChatWindow(spec) { Count = Math.Min(end, spec.CommentCount) };
        for (int i = 0; i < window.Count; i++)
        {
            PastComment comment = comments[end - 1 - i];
            window.Ages[i] = (float)(time - comment.Time).TotalSeconds;
            for (int word = 0; word < Math.Min(comment.Tokens.Length, spec.WordCount); word++)
                window.Words[i * spec.WordCount + word] = comment.Tokens[word];
        }
        return window;
    }

    /// <summary>Whether another window has the same words at the same ages.</summary>
    public bool IsSame(ChatWindow other) => Words.AsSpan().SequenceEqual(other.Words) && Ages.AsSpan().SequenceEqual(other.Ages);

    /// <summary>How many comments were said before a moment.</summary>
    /// <param name="time">The moment.</param>
    /// <param name="comments">In order of time.</param>
    public static int CountBefore(TimeSpan time, IReadOnlyList<PastComment> comments)
    {
        int low = 0, high = comments.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = comments[middle].Time < time ? (middle + 1, high) : (low, middle);
        }
        return low;
    }
}
