using Twitch.Onnx;

namespace Twitch.Export.Graphs;

/// <summary>The part of a decoder step on a device that says past words again; beside a step on the processor the runtime does the same.</summary>
/// <remarks><code>
/// in    past_after, past_next [batch, places] i64    past_scores [batch, places, evidence] f32, of <see cref="ChatEncoderGraph"/>, the same in every step
///       match [batch, places] f32, at first 0: words of the comment under way that stand before each place in the same order
/// out   next_match [batch, places] f32
/// </code>A place's score is the sum of what each piece of evidence adds. Softmax over the places' scores and the sentinel's gives the share of
/// each past word, and of the decoder's own words.</remarks>
internal sealed class PastWordsGraph
{
    private readonly Graph _g;
    private readonly ChatSpec _chat;
    private readonly SafeTensors _weights;
    private readonly Value _token, _after, _next, _scores, _match;

    /// <param name="g">The decoder step.</param>
    /// <param name="states">Its states; get the inputs.</param>
    /// <param name="chat">How many places there are.</param>
    /// <param name="weights">The state dict.</param>
    /// <param name="token">The token before, [batch] i64.</param>
    public PastWordsGraph(Graph g, StepStates states, ChatSpec chat, SafeTensors weights, Value token)
    {
        (_g, _chat, _weights, _token) = (g, chat, weights, token);
        _after = states.Constant("past_after", ElementType.I64, chat.PlaceCount);
        _next = states.Constant("past_next", ElementType.I64, chat.PlaceCount);
        _scores = states.Constant("past_scores", ElementType.F32, chat.PlaceCount, ChatSpec.EvidenceCount);
        _match = states.Input("match", ElementType.F32, chat.PlaceCount);
    }

    /// <summary>One distribution out of the decoder's words and the past ones.</summary>
    /// <param name="logits">Of the decoder, [batch, vocabulary].</param>
    /// <param name="hidden">Its next hidden state, [batch, hidden].</param>
    /// <returns>ln p [batch, vocabulary], and the next match.</returns>
    public (Value LogProbabilities, Value NextMatch) Mix(Value logits, Value hidden)
    {
        // Shifted by a place. What goes round into the first place of a comment is multiplied by 0: <SOS>, which stands before it, comes once.
        Value[] parts = _g.Split(_match, axis: 1, _chat.PlaceCount - 1, 1);
        Value shifted = _g.Concat(axis: 1, parts[1], parts[0]);
        Value isSame = _g.IsEqual(_g.Unsqueeze(_token, 1), _after);                           // [batch, places]
        Value match = _g.Mul(_g.Add(shifted, _g.Constant([1f])), isSame);

        Value evidence = _g.Sub(_g.Unsqueeze(match, 2), _g.Constant(_chat.EvidenceThresholds(), _chat.PlaceCount, ChatSpec.EvidenceCount));
        evidence = _g.Min(_g.Max(evidence, _g.Constant([0f])), _g.Constant([1f]));            // [batch, places, evidence]
        Value scores = _g.ReduceSum(_g.Mul(_scores, evidence), axis: 2);
        Value all = _g.Concat(axis: 1, scores, Sentinel(hidden));                             // [batch, places + 1]
        Value[] shares = _g.Split(_g.Softmax(all), axis: 1, _chat.PlaceCount, 1);
        Value generated = _g.Split(_g.LogSoftmax(all), axis: 1, _chat.PlaceCount, 1)[1];      // ln of its share, [batch, 1]

        // ln of the sum at the places' words alone. ReduceLogSum takes one number after the other; Log computes several at once and the rest
        // otherwise, so that the last bits of a row would depend on its neighbours.
        Value p = _g.ScatterAdd(_g.Mul(_g.Softmax(logits), shares[1]), axis: 1, _next, shares[0]);
        Value copied = _g.ReduceLogSum(_g.Unsqueeze(_g.Max(_g.GatherElements(p, axis: 1, _next), _g.Constant([ChatSpec.LeastProbability])), 2), axis: 2);
        Value own = _g.Max(_g.Add(_g.LogSoftmax(logits), generated), _g.Constant([MathF.Log(ChatSpec.LeastProbability)]));
        return (_g.ScatterElements(own, axis: 1, _next, copied), match);
    }

    // Twice beside itself: a product with one column is summed in another order for one row than for several.
    private Value Sentinel(Value hidden)
    {
        Value weight = _g.Weight(Weight.Transposed(_weights, "chat_encoder.sentinel.weight")), bias = _g.Weight(_weights, "chat_encoder.sentinel.bias");
        return _g.Split(_g.Gemm(hidden, _g.Concat(axis: 1, weight, weight), _g.Concat(axis: 0, bias, bias)), axis: 1, 1, 1)[0];
    }
}
