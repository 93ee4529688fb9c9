using Twitch.Onnx;

namespace Twitch.Export;

/// <summary>The chat encoder's first layer, cut into the part of the word and that of the features. The word's is a table with as many numbers
/// a word as the layer has outputs, where the word's row of the decoder's head has as many as the decoder's state.</summary>
/// <param name="weights">The state dict; must stay open until the graphs are saved.</param>
internal sealed class ChatWeights(SafeTensors weights)
{
    private const string Rows = "decoder.output_fc.weight", Layer = "chat_encoder.embed";

    private readonly int _outputs = (int)weights.Find($"{Layer}.weight").Shape[0];
    private readonly int _wordSize = (int)weights.Find(Rows).Shape[1];
    private readonly long _tokens = weights.Find(Rows).Shape[0];

    /// <summary>What each word adds, row of the output · W_wordᵀ + b, [vocabulary, embedding].</summary>
    public Weight WordTable() => new($"{Layer}.words", ElementType.F32, [_tokens, _outputs], stream =>
        TokenTable.Write(stream, weights.Read<float>(Rows), Columns(0, _wordSize), [.. weights.Read<float>($"{Layer}.bias").ToArray().Select(bias => (double)bias)]));

    /// <summary>Weights of the features, [features, embedding].</summary>
    public Weight Features() => new($"{Layer}.features", ElementType.F32, [ChatSpec.FeatureCount, _outputs], stream =>
        Weight.WriteTransposed(stream, Columns(_wordSize, ChatSpec.FeatureCount), _outputs, ChatSpec.FeatureCount));

    // [embedding, count].
    private float[] Columns(int first, int count)
    {
        ReadOnlySpan<float> all = weights.Read<float>($"{Layer}.weight");
        var columns = new float[_outputs * count];
        for (int output = 0; output < _outputs; output++)
            all.Slice(output * (_wordSize + ChatSpec.FeatureCount) + first, count).CopyTo(columns.AsSpan(output * count));
        return columns;
    }
}
