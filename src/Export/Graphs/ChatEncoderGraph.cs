using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>The last comments before a moment to the places of their words, as <see cref="PastWordsGraph"/> reads them.</summary>
/// <remarks><code>
/// in    words [batch, comments, words] i64, 0 where there is none    age [batch, comments] f32, seconds since each comment
/// out   past_after, past_next [batch, places] i64    past_scores [batch, places, evidence] f32    places = comments × words
/// </code>At each place stands a word, or <c>&lt;EOS&gt;</c> behind a comment's last; <c>past_after</c> is the word before it, <c>&lt;SOS&gt;</c> before
/// the first. Where nothing stands that could be said again the score is <see cref="ChatSpec.Absent"/>.</remarks>
internal static class ChatEncoderGraph
{
    public static Model Build(ModelConfig config, ChatSpec chat, SafeTensors weights)
    {
        (long comments, long length) = (chat.CommentCount, chat.WordCount);
        var g = new Graph("chat_encoder", "The last comments before a moment to the words that may be said again.");
        Value words = g.Input("words", ElementType.I64, "batch", comments, length);
        Value age = g.Input("age", ElementType.F32, "batch", comments);
        Value zero = g.Constant([0f]), one = g.Constant([1f]);

        Value isWord = g.Min(g.Cast(words, ElementType.F32), one);                             // [batch, comments, words]
        Value none = g.Expand(g.Constant([0f], 1, 1, 1), "batch", comments, 1);
        Value isEnd = g.Max(g.Sub(g.Concat(axis: 2, none, g.Split(isWord, axis: 2, length - 1, 1)[0]), isWord), zero);
        Value isLast = g.Sub(isWord, g.Concat(axis: 2, g.Split(isWord, axis: 2, 1, length - 1)[1], none));
        Value isFirst = g.Expand(g.Constant([1f, .. new float[length - 1]], 1, 1, length), "batch", comments, length);
        Value filled = g.Mul(g.ReduceSum(isWord, axis: 2), g.Constant([1f / length]));        // [batch, comments]
        Value next = g.Add(words, g.Cast(g.Mul(isEnd, g.Constant([(float)Vocabulary.End])), ElementType.I64));
        Value start = g.Expand(g.Reshape(g.Constant((long)Vocabulary.Start), 1, 1, 1), "batch", comments, 1);
        Value after = g.Concat(axis: 2, start, g.Split(words, axis: 2, length - 1, 1)[0]);

        Value seconds = g.Min(age, g.Constant([ChatSpec.OldestAge]));                         // [batch, comments]
        Value features = g.Concat(axis: 3,                                                    // [batch, comments, words, features]
            Each(g.Log(g.Add(seconds, one))), Each(g.Mul(seconds, g.Constant([0.1f]))),
            g.Unsqueeze(isFirst, 3), g.Unsqueeze(isLast, 3), g.Unsqueeze(isEnd, 3), Each(filled));
        var layer = new ChatWeights(weights);
        Value x = g.Relu(g.Add(g.Gather(g.Weight(layer.WordTable()), next), g.MatMul(features, g.Weight(layer.Features()))));    // [batch, comments, words, embedding]

        Value isSayable = g.Min(g.Max(g.Sub(g.Cast(next, ElementType.F32), one), zero), one);  // neither <PAD> nor <UNK>
        Value scores = g.Mul(g.Linear(x, weights, "chat_encoder.score"), g.Unsqueeze(isSayable, 3));
        scores = g.Add(scores, g.Mul(g.Unsqueeze(g.Sub(one, isSayable), 3), g.Constant([ChatSpec.Absent, .. new float[ChatSpec.EvidenceCount - 1]])));
        return g.Build(
            ("past_after", g.Reshape(after, "batch", chat.PlaceCount)),
            ("past_next", g.Reshape(next, "batch", chat.PlaceCount)),
            ("past_scores", g.Reshape(scores, "batch", chat.PlaceCount, ChatSpec.EvidenceCount)));

        // A comment's number, for each of its words.
        Value Each(Value number) => g.Unsqueeze(g.Expand(g.Unsqueeze(number, 2), "batch", comments, length), 3);
    }
}
