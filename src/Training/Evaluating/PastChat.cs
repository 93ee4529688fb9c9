namespace Twitch.Training.Evaluating;

/// <summary>The past chat of each recording, as it stands at growing times.</summary>
/// <param name="heldOut">The recordings and what was learned from.</param>
internal sealed class PastChats(HeldOut heldOut)
{
    private readonly Dictionary<int, (PastChat Chat, int Next)> _chats = [];

    /// <summary>What was said before a moment of a recording.</summary>
    /// <param name="stream">Index of the recording.</param>
    /// <param name="time">Not before that of the last call for this recording.</param>
    public PastChat Before(int stream, TimeSpan time)
    {
        if (!_chats.TryGetValue(stream, out (PastChat Chat, int Next) past))
        {
            past.Chat = new PastChat();
            foreach (string text in heldOut.Training)
                past.Chat.Know(text);
        }
        IReadOnlyList<Chat.ChatComment> comments = heldOut.Streams[stream].Comments;
        for (; past.Next < comments.Count && comments[past.Next].Time < time; past.Next++)
            past.Chat.Say(comments[past.Next].Text);
        _chats[stream] = past;
        return past.Chat;
    }
}

/// <summary>Comments up to some moment, and which of them are like what was said last.</summary>
/// <remarks>TF-IDF and cosine as in Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988, with
/// idf = ln((1 + comments) / (1 + comments with the word)) + 1; a comment counts once, however often it was said.</remarks>
internal sealed class PastChat
{
    private const int RecentCount = 10;    // some seconds of a lively chat

    private readonly Dictionary<string, int> _known = new(StringComparer.Ordinal);
    private readonly List<(string Text, (int Word, int Count)[] Terms)> _comments = [];
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly List<List<int>> _holding = [];    // by word: the comments with it
    private readonly Queue<string> _recent = new();

    /// <summary>Adds a comment that was said some time.</summary>
    public void Know(string text)
    {
        if (!_known.TryAdd(ChatText.Key(text), _comments.Count))
            return;
        (int Word, int Count)[] terms = Terms(text, learn: true);
        foreach ((int word, _) in terms)
            _holding[word].Add(_comments.Count);
        _comments.Add((text, terms));
    }

    /// <summary>Adds the comment that was said next.</summary>
    public void Say(string text)
    {
        Know(text);
        _recent.Enqueue(text);
        if (_recent.Count > RecentCount)
            _recent.Dequeue();
    }

    /// <summary>How like each text is to what was said last: the cosine of their TF-IDF vectors, in [0, 1].</summary>
    public double[] Likeness(IReadOnlyList<string> texts)
    {
        Dictionary<int, double> last = Last();
        return [.. texts.Select(text => Cosine(last, Terms(text, learn: false)))];
    }

    /// <summary>The known comments that are like what was said last, the most like first; ties in ordinal order.</summary>
    public IEnumerable<string> Nearest()
    {
        Dictionary<int, double> last = Last();
        return last.Keys.SelectMany(word => _holding[word]).Distinct()
            .Select(i => (_comments[i].Text, Likeness: Cosine(last, _comments[i].Terms)))
            .OrderByDescending(entry => entry.Likeness).ThenBy(entry => entry.Text, StringComparer.Ordinal)
            .Select(entry => entry.Text);
    }

    // The TF-IDF vector of what was said last, of length 1.
    private Dictionary<int, double> Last()
    {
        (int Word, int Count)[] terms = Terms(string.Join(' ', _recent), learn: false);
        double length = Math.Sqrt(terms.Sum(term => Math.Pow(term.Count * Rarity(term.Word), 2)));
        return terms.ToDictionary(term => term.Word, term => term.Count * Rarity(term.Word) / length);
    }

    private double Cosine(Dictionary<int, double> last, (int Word, int Count)[] terms)
    {
        double product = 0, squares = 0;
        foreach ((int word, int count) in terms)
        {
            double weight = count * Rarity(word);
            squares += weight * weight;
            product += weight * last.GetValueOrDefault(word);
        }
        return product == 0 ? 0 : product / Math.Sqrt(squares);
    }

    private double Rarity(int word) => Math.Log((1.0 + _comments.Count) / (1 + (word < 0 ? 0 : _holding[word].Count))) + 1;

    // Words in order of their first place; one that is not known, and not to be learned, gets a number below 0.
    private (int Word, int Count)[] Terms(string text, bool learn)
    {
        var counts = new Dictionary<int, int>();
        int strange = 0;
        foreach (string word in ChatText.Words(text.ToLowerInvariant()))
        {
            if (!_words.TryGetValue(word, out int id))
            {
                id = learn ? _holding.Count : --strange;
                if (learn)
                {
                    _words[word] = id;
                    _holding.Add([]);
                }
            }
            counts[id] = counts.GetValueOrDefault(id) + 1;
        }
        return [.. counts.Select(entry => (entry.Key, entry.Value))];
    }
}
