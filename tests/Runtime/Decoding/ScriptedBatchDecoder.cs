namespace Twitch.Runtime.Tests;

/// <summary>A decoder whose rows each repeat the word that is their clip's number; a negative clip has damaged logits. It remembers how
/// many rows each step had.</summary>
internal sealed class ScriptedBatchDecoder(int capacity, int vocabularySize) : IBatchDecoderStep, IDisposable
{
    private readonly int[] _words = new int[capacity];
    private readonly float[] _logits = new float[capacity * vocabularySize];

    /// <summary>Is called before each step with its number, from 0.</summary>
    public Action<int> OnStep { get; set; } = _ => { };

    public List<int> RowCounts { get; } = [];

    public bool IsDisposed { get; private set; }

    public int Capacity => capacity;

    public int VocabularySize => vocabularySize;

    public static ClipContext Clip(int word) => new([word], [0]);

    public void Reset(int row, ClipContext clip) => _words[row] = (int)clip.Hidden[0];

    public void Move(int source, int target) => _words[target] = _words[source];

    public ReadOnlySpan<float> Advance(ReadOnlySpan<int> tokens)
    {
        RowCounts.Add(tokens.Length);
        OnStep(RowCounts.Count - 1);
        Array.Clear(_logits);
        for (int row = 0; row < tokens.Length; row++)
            _logits[row * vocabularySize + Math.Max(_words[row], 0)] = _words[row] < 0 ? float.NaN : 5;
        return _logits.AsSpan(0, tokens.Length * vocabularySize);
    }

    public void Dispose() => IsDisposed = true;
}
