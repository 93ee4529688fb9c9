namespace Twitch.Runtime;

/// <summary>What was said lately on a stream, by its chat or by the model itself, for a network that reads past chat. For any number of
/// threads: one may read a live chat while another comments.</summary>
/// <param name="spec">How much is read of it; absent: the network reads no past chat, and what is added is forgotten.</param>
/// <param name="vocabulary">The words of the ids.</param>
/// <param name="capacity">Comments that are kept at least; more than are read at a time, because a chat may run ahead of the pictures.</param>
public sealed class ChatHistory(ChatSpec? spec, Vocabulary vocabulary, int capacity = 1024)
{
    private readonly List<PastComment> _comments = [];    // in order of time
    private readonly Lock _lock = new();

    /// <summary>A chat of which nothing is ever known, whatever is added.</summary>
    public static ChatHistory None { get; } = new(null, Vocabulary.FromWords([]));

    /// <summary>Adds a comment; late ones too, they are put into their place.</summary>
    /// <param name="time">When it was said, since the start of the stream.</param>
    /// <param name="text">What was said, as it was written: links and names become <see cref="Placeholders"/>, as in training. Without a word, it
    /// is left out.</param>
    public void Add(TimeSpan time, string text)
    {
        int[] tokens = spec is null ? [] : vocabulary.Encode(Placeholders.Put(text));
        if (tokens.Length == 0)
            return;
        lock (_lock)
        {
            int place = _comments.Count;
            while (place > 0 && _comments[place - 1].Time > time)
                place--;
            _comments.Insert(place, new PastComment(time, tokens));
            if (_comments.Count / 2 >= Math.Max(capacity, spec!.CommentCount))    // seldom, so that a comment costs no more than its place
                _comments.RemoveRange(0, _comments.Count / 2);
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

    /// <summary>How lively the chat was before a moment; null if the network reads no past chat.</summary>
    /// <param name="time">The moment, since the start of the stream.</param>
    public ChatPace? PaceBefore(TimeSpan time)
    {
        if (spec is null)
            return null;
        lock (_lock)
            return ChatPace.Before(time, _comments);
    }
}
