namespace Twitch.Runtime;

/// <summary>What was said lately on a stream, by its chat or by the model itself, for a network that reads past chat. For any number of
/// threads: one may read a live chat while another comments.</summary>
/// <param name="spec">How much is read of it; absent: the network reads no past chat, and what is added is forgotten.</param>
/// <param name="vocabulary">The words of the ids.</param>
/// <param name="capacity">Comments that are kept at least; more than are read at a time, because a chat may run ahead of the pictures.</param>
public sealed class ChatHistory(ChatSpec? spec, Vocabulary vocabulary, int capacity = 1024)
{
    private readonly List<PastComment> _comments = [], _peoples = [];    // in order of time; all, and those that the model did not say itself
    private readonly Lock _lock = new();

    /// <summary>A chat of which nothing is ever known, whatever is added.</summary>
    public static ChatHistory None { get; } = new(null, Vocabulary.FromWords([]));

    /// <summary>Adds a comment; late ones too, they are put into their place.</summary>
    /// <param name="time">When it was said, since the start of the stream.</param>
    /// <param name="text">What was said, as it was written: links and names become <see cref="Placeholders"/>, as in training. Without a word, it
    /// is left out.</param>
    public void Add(TimeSpan time, string text) => Add(time, text, _comments, _peoples);

    /// <summary>Adds what the model says itself: it may say it again, but it tells nothing of how lively the chat is.</summary>
    /// <param name="time">When it was said, since the start of the stream.</param>
    /// <param name="text">What was said.</param>
    public void AddOwn(TimeSpan time, string text) => Add(time, text, _comments);

    private void Add(TimeSpan time, string text, params List<PastComment>[] lists)
    {
        int[] tokens = spec is null ? [] : vocabulary.Encode(Placeholders.Put(text));
        if (tokens.Length == 0)
            return;
        lock (_lock)
        {
            foreach (List<PastComment> comments in lists)
            {
                int place = comments.Count;
                while (place > 0 && comments[place - 1].Time > time)
                    place--;
                comments.Insert(place, new PastComment(time, tokens));
                if (comments.Count / 2 >= Math.Max(capacity, spec!.CommentCount))    // seldom, so that a comment costs no more than its place
                    comments.RemoveRange(0, comments.Count / 2);
            }
        }
    }

    /// <summary>The last comments before a moment, none of the moment itself.</summary>
    /// <param name="time">The moment, since the start of the stream.</param>
    /// <returns>A copy; null if the network reads no past chat.</returns>
    public ChatWindow? Before(TimeSpan time)
    {
        if (spec is null)
            return null;
        lock (_lock)
            return ChatWindow.Before(time, spec, _comments);
    }

    /// <summary>How lively the chat was before a moment; null if the network reads no past chat, or nobody's was heard.</summary>
    /// <param name="time">The moment, since the start of the stream.</param>
    public ChatPace? PaceBefore(TimeSpan time)
    {
        lock (_lock)
            return _peoples.Count == 0 ? null : ChatPace.Before(time, _peoples);
    }
}
