using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>The past words of a decoder's rows, and how far each row's comment agrees with every place: the part of the decoder's state
/// that a network without past chat does not have.</summary>
internal sealed class PastWordsRows
{
    private readonly int _places, _scores;
    private readonly Rows<long> _after, _next;
    private readonly Rows<float> _score;
    private readonly float[][] _match;    // buffers that take turns, [capacity, places]

    /// <param name="chat">How many places.</param>
    /// <param name="capacity">Most rows.</param>
    /// <param name="buffers">States that the decoder keeps of each row.</param>
    public PastWordsRows(ChatSpec chat, int capacity, int buffers)
    {
        (_places, _scores) = (chat.PlaceCount, chat.PlaceCount * ChatSpec.EvidenceCount);
        (_after, _next, _score) = (new(capacity, _places), new(capacity, _places), new(capacity, _scores));
        _match = [.. Enumerable.Range(0, buffers).Select(_ => new float[capacity * _places])];
    }

    /// <summary>Begins a comment.</summary>
    /// <param name="row">Of the decoder.</param>
    /// <param name="clip">Whose past words.</param>
    /// <param name="front">The buffer that the next step reads.</param>
    /// <exception cref="ArgumentException">The clip has none, or those of another model.</exception>
    public void Reset(int row, ClipContext clip, int front)
    {
        if (clip.Past is not { } past || past.Next.Length != _places || past.Scores.Length != _scores)
            throw new ArgumentException($"the clip has {clip.Past?.Next.Length ?? 0} places of past words; this decoder's has {_places}: it is of another model.", nameof(clip));
        _after.Set(row, past.AfterArray);
        _next.Set(row, past.NextArray);
        _score.Set(row, past.ScoreArray);
        Match(front, row).Clear();
    }

    /// <summary>Puts one row to another.</summary>
    public void Move(int source, int target, int front)
    {
        _after.Move(source, target);
        _next.Move(source, target);
        _score.Move(source, target);
        Match(front, source).CopyTo(Match(front, target));
    }

    /// <summary>Row i takes the place of row <paramref name="rows"/>[i], and what it agrees with goes from one buffer to another.</summary>
    public void Select(ReadOnlySpan<int> rows, int from, int to)
    {
        _after.Select(rows);
        _next.Select(rows);
        _score.Select(rows);
        for (int i = 0; i < rows.Length; i++)
            Match(from, rows[i]).CopyTo(Match(to, i));
    }

    /// <summary>Binds the first rows.</summary>
    /// <param name="binding">Of a step.</param>
    /// <param name="rows">How many.</param>
    /// <param name="from">The buffer that the step reads.</param>
    /// <param name="to">The buffer that it writes.</param>
    /// <param name="owned">Gets what is to be disposed of after the binding.</param>
    public void Bind(OrtIoBinding binding, int rows, int from, int to, List<IDisposable> owned)
    {
        binding.BindInput(GraphContract.PastAfter, Value(_after.Values, rows, _places));
        binding.BindInput(GraphContract.PastNext, Value(_next.Values, rows, _places));
        binding.BindInput(GraphContract.PastScores, Value(_score.Values, rows, _places, ChatSpec.EvidenceCount));
        binding.BindInput(GraphContract.Match, Value(_match[from], rows, _places));
        binding.BindOutput(GraphContract.NextMatch, Value(_match[to], rows, _places));

        OrtValue Value<T>(T[] buffer, params long[] shape) where T : unmanaged
        {
            OrtValue value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, buffer.AsMemory(0, (int)shape.Aggregate(1L, (product, size) => product * size)), shape);
            owned.Add(value);
            return value;
        }
    }

    private Span<float> Match(int buffer, int row) => _match[buffer].AsSpan(row * _places, _places);

    /// <summary>What each row has and no step changes, [capacity, size].</summary>
    private sealed class Rows<T>(int capacity, int size)
    {
        private T[] _scratch = [];

        public T[] Values { get; } = new T[capacity * size];

        public void Set(int row, T[] values) => values.CopyTo(Row(row));

        public void Move(int source, int target) => Row(source).CopyTo(Row(target));

        public void Select(ReadOnlySpan<int> rows)
        {
            if (_scratch.Length == 0)    // a decoder that writes comments selects none
                _scratch = new T[Values.Length];
            for (int i = 0; i < rows.Length; i++)
                Row(rows[i]).CopyTo(_scratch.AsSpan(i * size));
            _scratch.AsSpan(0, rows.Length * size).CopyTo(Values);
        }

        private Span<T> Row(int row) => Values.AsSpan(row * size, size);
    }
}
