namespace Twitch;

/// <summary>How a banned word may lie in a longer word.</summary>
[Flags]
internal enum WordEnds
{
    /// <summary>Only as a word of its own.</summary>
    Closed = 0,

    /// <summary>Letters may stand before it.</summary>
    OpenStart = 1,

    /// <summary>Letters may stand behind it.</summary>
    OpenEnd = 2,
}

/// <summary>The banned words as a tree of symbols.</summary>
internal sealed class WordTrie
{
    /// <summary>The symbol between the words of a phrase; no code point.</summary>
    public const int Space = -1;

    private readonly List<Node> _nodes = [new Node(0)];

    private sealed class Node(int symbol)
    {
        public int Symbol => symbol;

        public List<int> Next { get; } = [];

        public List<WordEnds> Ends { get; } = [];
    }

    /// <summary>The symbol that leads to a node.</summary>
    public int Symbol(int node) => _nodes[node].Symbol;

    /// <summary>The nodes behind a node.</summary>
    public List<int> Next(int node) => _nodes[node].Next;

    /// <summary>The words that end at a node.</summary>
    public List<WordEnds> Ends(int node) => _nodes[node].Ends;

    /// <summary>Adds a word.</summary>
    public void Add(IEnumerable<int> symbols, WordEnds ends)
    {
        int node = 0;
        foreach (int symbol in symbols)
        {
            int next = _nodes[node].Next.Find(next => _nodes[next].Symbol == symbol);
            if (next == 0)
            {
                next = _nodes.Count;
                _nodes.Add(new Node(symbol));
                _nodes[node].Next.Add(next);
            }
            node = next;
        }
        if (!_nodes[node].Ends.Contains(ends))
            _nodes[node].Ends.Add(ends);
    }
}
