namespace Twitch.Runtime.Tests;

/// <summary>A decoder that says given words in order, whatever it is fed, and remembers what it was fed.</summary>
internal sealed class ScriptedDecoder(int vocabularySize, params int[] script) : IDecoderStep
{
    private readonly float[] _logits = new float[vocabularySize];

    public List<int> Fed { get; } = [];

    public int ResetCount { get; private set; }

    public int VocabularySize => vocabularySize;

    public void Reset(ClipContext clip)
    {
        ResetCount++;
        Fed.Clear();
    }

    public ReadOnlySpan<float> Advance(int token)
    {
        Array.Clear(_logits);
        _logits[Fed.Count < script.Length ? script[Fed.Count] : Vocabulary.End] = 5;
        Fed.Add(token);
        return _logits;
    }
}
