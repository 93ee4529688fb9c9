using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Reads what was said before a moment. Shared between threads.</summary>
public sealed class ChatEncoder
{
    private readonly string[] _inputs = [GraphContract.Words, GraphContract.Age], _outputs = [GraphContract.PastAfter, GraphContract.PastNext, GraphContract.PastScores];
    private readonly OpenGraph _graph;

    internal ChatEncoder(OpenGraph graph, ChatSpec spec)
    {
        (_graph, Spec) = (graph, spec);
        Nothing = Encode([ChatWindow.Empty(spec)])[0];
    }

    /// <summary>How much of the chat it reads.</summary>
    public ChatSpec Spec { get; }

    /// <summary>Reads the chat before each clip of a batch.</summary>
    /// <param name="windows">One for each clip, at least one.</param>
    /// <returns>What may be said again, one for each clip, ready for <see cref="CommentModel.Fuse"/>.</returns>
    /// <exception cref="ArgumentException">A window is of another model's size.</exception>
    public PastWords[] Encode(IReadOnlyList<ChatWindow> windows) =>
        Encode([.. windows.SelectMany(window => window.Words)], [.. windows.SelectMany(window => window.Ages)], windows.Count);

    /// <summary>Of clips before which nothing was said, or nothing is known of it.</summary>
    internal PastWords Nothing { get; }

    /// <param name="words">[batch, comments, words].</param>
    /// <param name="ages">[batch, comments].</param>
    /// <param name="batch">Clips.</param>
    internal PastWords[] Encode(long[] words, float[] ages, int batch)
    {
        if (batch < 1 || ages.Length != batch * Spec.CommentCount || words.Length != ages.Length * Spec.WordCount)
            throw new ArgumentException($"{batch} chats have {words.Length} words of {ages.Length} comments; {Spec.CommentCount} comments of {Spec.WordCount} words are needed for each: they were made for another model.");
        int places = Spec.PlaceCount, scoreCount = places * ChatSpec.EvidenceCount;
        var (after, next, scores) = (new long[batch * places], new long[batch * places], new float[batch * scoreCount]);
        using OrtValue wordValue = OrtValue.CreateTensorValueFromMemory(words, [batch, Spec.CommentCount, Spec.WordCount]);
        using OrtValue ageValue = OrtValue.CreateTensorValueFromMemory(ages, [batch, Spec.CommentCount]);
        using OrtValue afterValue = OrtValue.CreateTensorValueFromMemory(after, [batch, places]);
        using OrtValue nextValue = OrtValue.CreateTensorValueFromMemory(next, [batch, places]);
        using OrtValue scoreValue = OrtValue.CreateTensorValueFromMemory(scores, [batch, places, ChatSpec.EvidenceCount]);
        _graph.Run(_inputs, [wordValue, ageValue], _outputs, [afterValue, nextValue, scoreValue]);
        return [.. Enumerable.Range(0, batch).Select(row => new PastWords(
            after.AsSpan(row * places, places).ToArray(), next.AsSpan(row * places, places).ToArray(), scores.AsSpan(row * scoreCount, scoreCount).ToArray()))];
    }
}
