namespace Twitch.Training.Chat;

/// <summary>The first few authors of a run of words; most runs have one, and need no list.</summary>
internal struct Speakers
{
    private int _first;
    private List<int>? _others;

    public int Count { get; private set; }

    public void Add(int author, int enough)
    {
        if (Count >= enough || (Count > 0 && _first == author) || _others?.Contains(author) == true)
            return;
        if (Count == 0)
            _first = author;
        else if (Count + 1 < enough)
            (_others ??= []).Add(author);
        Count++;
    }
}
