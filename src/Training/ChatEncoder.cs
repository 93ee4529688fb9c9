using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>The last comments before a moment to a state: each comment is the mean of its words' embeddings, its age and its place in the
/// order, and the state is drawn from means over the comments whose weights are learned.</summary>
/// <remarks>In each mean stands one comment more, with the score 0 and nothing in it: it takes the weight that no comment deserves, and
/// where there is no comment the state is what the biases of the outputs say.</remarks>
internal sealed class ChatEncoder : nn.Module
{
    private readonly float dropoutShare, hiddenShare;
    private readonly int headCount;
    private readonly Embedding embedding, place;
    private readonly Linear embed, score, output_h, output_c;
    private readonly Dropout dropout;

    public ChatEncoder(ModelConfig config, ChatSpec spec) : base(nameof(ChatEncoder))
    {
        (dropoutShare, hiddenShare, headCount) = (config.Dropout, spec.HiddenShare, spec.HeadCount);
        embedding = nn.Embedding(config.VocabularySize, spec.EmbeddingSize);
        place = nn.Embedding(spec.CommentCount, spec.EmbeddingSize);
        using (no_grad())
            place.weight!.mul_(0.1);    // at first a comment is what it says
        embed = nn.Linear(spec.EmbeddingSize + 1, spec.EmbeddingSize);
        score = nn.Linear(spec.EmbeddingSize, spec.HeadCount);
        output_h = nn.Linear(spec.HeadCount * spec.EmbeddingSize, config.HiddenSize);
        output_c = nn.Linear(spec.HeadCount * spec.EmbeddingSize, config.HiddenSize);
        dropout = nn.Dropout(config.Dropout);
        RegisterComponents();
    }

    /// <param name="words">[batch, comments, words] i64, 0 where there is none.</param>
    /// <param name="age">[batch, comments], seconds.</param>
    public LstmState Encode(Tensor words, Tensor age)
    {
        ScalarType type = embed.weight!.dtype;
        Tensor isWord = words.ne(Vocabulary.Pad).to(type);                                        // [batch, comments, words]
        Tensor count = isWord.sum(2);                                                             // [batch, comments]
        Tensor mean = (embedding.call(words) * isWord.unsqueeze(3)).sum(2) / count.clamp(min: 1).unsqueeze(2);
        Tensor x = cat([dropout.call(mean), age.to(type).log1p().unsqueeze(2)], 2);
        x = nn.functional.relu(embed.call(x) + place.weight!);                                    // [batch, comments, embedding]

        Tensor isAbsent = count.eq(0);
        if (training)    // single comments, and the whole chat of some examples
            isAbsent = isAbsent | rand_like(count).lt(dropoutShare) | rand(count.shape[0], 1, device: count.device).lt(hiddenShare);
        Tensor scores = score.call(x).transpose(1, 2).masked_fill(isAbsent.unsqueeze(1), float.NegativeInfinity);
        Tensor nothing = zeros(scores.shape[0], headCount, 1, dtype: type, device: scores.device);
        Tensor shares = cat([scores, nothing], 2).softmax(2).narrow(2, 0, scores.shape[2]);       // [batch, heads, comments]
        Tensor means = shares.matmul(x).flatten(1);                                               // [batch, heads × embedding]
        return new LstmState(output_h.call(means).tanh(), output_c.call(means));
    }
}
