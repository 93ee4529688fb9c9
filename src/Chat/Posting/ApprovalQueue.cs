namespace Twitch.Chat;

/// <summary>Comments by their age, each until its time is over. Bounded: the oldest gives way. Not thread-safe.</summary>
/// <param name="capacity">Most comments.</param>
/// <param name="time">The clock.</param>
/// <param name="lost">Told of each comment that expired or gave way.</param>
internal sealed class ApprovalQueue(int capacity, TimeProvider time, Action<PendingPost, PostDecision> lost)
{
    private readonly LinkedList<PendingPost> _posts = [];

    /// <summary>Those whose time is not over, oldest first.</summary>
    public IReadOnlyList<PendingPost> Posts
    {
        get
        {
            Expire();
            return [.. _posts];
        }
    }

    public void Add(PendingPost post)
    {
        Expire();
        if (_posts.Count == capacity)
        {
            lost(_posts.First!.Value, PostDecision.Crowded);
            _posts.RemoveFirst();
        }
        LinkedListNode<PendingPost>? older = _posts.Last;    // the last, but for one that a person let through late
        while (older is not null && older.Value.Expires > post.Expires)
            older = older.Previous;
        if (older is null)
            _posts.AddFirst(post);
        else
            _posts.AddAfter(older, post);
    }

    /// <summary>Takes one out by its number; null if it is not here or no longer.</summary>
    public PendingPost? Take(long id)
    {
        Expire();
        PendingPost? post = _posts.FirstOrDefault(post => post.Id == id);
        if (post is not null)
            _posts.Remove(post);
        return post;
    }

    /// <summary>Takes the oldest out; null if there is none.</summary>
    public PendingPost? TakeOldest()
    {
        Expire();
        PendingPost? post = _posts.First?.Value;
        if (post is not null)
            _posts.RemoveFirst();
        return post;
    }

    private void Expire()
    {
        DateTimeOffset now = time.GetUtcNow();
        while (_posts.First is { } first && first.Value.Expires <= now)
        {
            lost(first.Value, PostDecision.Expired);
            _posts.RemoveFirst();
        }
    }
}
