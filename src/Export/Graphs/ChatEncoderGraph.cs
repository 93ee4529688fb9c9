using Twitch.Export.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>The last comments before a moment to a state, as the other encoders give one.</summary>
/// <remarks><code>
/// in    words [batch, comments, words] i64, 0 where there is none    age [batch, comments] f32, seconds since each comment
/// out   chat_hidden, chat_cell [batch, hidden] f32
/// </code>A comment without words is none. Every mean over the comments has one more with the score 0 and nothing in it, so that none at
/// all has a state too: what the biases of the outputs say.</remarks>
internal static class ChatEncoderGraph
{
    // Added to the score of a comment that is not there: exp of it is 0.
    private const float Absent = -1e4f;

    public static Model Build(ModelConfig config, ChatSpec chat, SafeTensors weights)
    {
        var g = new Graph("chat_encoder", "The last comments before a moment to a state for the fusion.");
        Value words = g.Input("words", TensorType.I64, "batch", chat.CommentCount, chat.WordCount);
        Value age = g.Input("age", TensorType.F32, "batch", chat.CommentCount);
        Value one = g.Constant([1f]);

        Value isWord = g.Min(g.Cast(words, TensorType.F32), one);                             // [batch, comments, words]
        Value count = g.ReduceSum(isWord, axis: 2);                                           // [batch, comments]
        Value sum = g.ReduceSum(g.Mul(g.Gather(g.Weight(weights, "decoder.output_fc.weight"), words), g.Unsqueeze(isWord, 3)), axis: 2);
        Value mean = g.Div(sum, g.Unsqueeze(g.Max(count, one), 2));                           // [batch, comments, hidden]
        Value x = g.Concat(axis: 2, mean, g.Unsqueeze(g.Log(g.Add(age, one)), 2));
        x = g.Linear(x, weights, "chat_encoder.embed");                                       // [batch, comments, embedding]
        x = g.Relu(g.Add(x, g.Weight(weights, "chat_encoder.place.weight")));

        Value isAbsent = g.Unsqueeze(g.Sub(one, g.Min(count, one)), 1);                       // [batch, 1, comments]
        Value scores = g.Transpose(g.Linear(x, weights, "chat_encoder.score"), 0, 2, 1);      // [batch, heads, comments]
        scores = g.Add(scores, g.Mul(isAbsent, g.Constant([Absent])));
        Value nothing = g.Expand(g.Constant(new float[chat.HeadCount], 1, chat.HeadCount, 1), "batch", chat.HeadCount, 1);
        Value shares = g.Split(g.Softmax(g.Concat(axis: 2, scores, nothing)), axis: 2, chat.CommentCount, 1)[0];
        Value means = g.Reshape(g.MatMul(shares, x), "batch", chat.HeadCount * chat.EmbeddingSize);

        Value rows = g.Transpose(g.MatMul(shares, mean), 0, 2, 1);                          // [batch, hidden, heads]
        Value[] echo = g.Split(g.MatMul(rows, g.Weight(Weight.Transposed(weights, "chat_encoder.echo.weight"))), axis: 2, 1, 1);
        return g.Build(
            ("chat_hidden", g.Tanh(g.Add(g.Linear(means, weights, "chat_encoder.output_h"), g.Squeeze(echo[0], 2)))),
            ("chat_cell", g.Add(g.Linear(means, weights, "chat_encoder.output_c"), g.Squeeze(echo[1], 2))));
    }
}
