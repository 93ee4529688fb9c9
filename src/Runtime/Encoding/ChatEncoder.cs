using Microsoft.ML.OnnxRuntime;

namespace Twitch.Runtime;

/// <summary>Reads what was said before a moment. Shared between threads.</summary>
public sealed class ChatEncoder
{
    private readonly string[] _inputs = [GraphContract.Words, GraphContract.Age], _outputs = [GraphContract.ChatHidden, GraphContract.ChatCell];
    private readonly InferenceSession _session;
    private readonly RunOptions _run;
    private readonly int _hiddenSize;
    private readonly EncoderState _nothing;

    internal ChatEncoder(InferenceSession session, ModelConfig config, ChatSpec spec, RunOptions run)
    {
        (_session, _run, _hiddenSize, Spec) = (session, run, config.HiddenSize, spec);
        _nothing = Encode([ChatWindow.Empty(spec)]);
    }

    /// <summary>How much of the chat it reads.</summary>
    public ChatSpec Spec { get; }

    /// <summary>Reads the chat before each clip of a batch.</summary>
    /// <param name="windows">One for each clip, at least one.</param>
    /// <returns>What was said, ready for <see cref="CommentModel.Fuse"/>.</returns>
    /// <exception cref="ArgumentException">A window is of another model's size.</exception>
    public EncoderState Encode(IReadOnlyList<ChatWindow> windows) =>
        Encode([.. windows.SelectMany(window => window.Words)], [.. windows.SelectMany(window => window.Ages)], windows.Count);

    /// <summary>The state of clips before which nothing was said, or nothing is known of it.</summary>
    internal EncoderState Nothing(int batch) =>
        new(batch, [.. Enumerable.Repeat(_nothing.HiddenArray, batch).SelectMany(row => row)], [.. Enumerable.Repeat(_nothing.CellArray, batch).SelectMany(row => row)]);

    /// <param name="words">[batch, comments, words].</param>
    /// <param name="ages">[batch, comments].</param>
    /// <param name="batch">Clips.</param>
    internal EncoderState Encode(long[] words, float[] ages, int batch)
    {
        if (batch < 1 || ages.Length != batch * Spec.CommentCount || words.Length != ages.Length * Spec.WordCount)
            throw new ArgumentException($"{batch} chats have {words.Length} words of {ages.Length} comments; {Spec.CommentCount} comments of {Spec.WordCount} words are needed for each: they were made for another model.");
        var next = new EncoderState(batch, new float[batch * _hiddenSize], new float[batch * _hiddenSize]);
        using OrtValue wordValue = OrtValue.CreateTensorValueFromMemory(words, [batch, Spec.CommentCount, Spec.WordCount]);
        using OrtValue ageValue = OrtValue.CreateTensorValueFromMemory(ages, [batch, Spec.CommentCount]);
        using OrtValue hidden = OrtValue.CreateTensorValueFromMemory(next.HiddenArray, [batch, _hiddenSize]);
        using OrtValue cell = OrtValue.CreateTensorValueFromMemory(next.CellArray, [batch, _hiddenSize]);
        _session.Run(_run, _inputs, [wordValue, ageValue], _outputs, [hidden, cell]);
        return next;
    }
}
