using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>The last comments before a moment to a state: each comment is the mean of its words, its age and its place in the order, and
/// the state is drawn from means over the comments whose weights are learned.</summary>
/// <remarks>A word is its row of the decoder's output, so that a state which holds some of it makes the word likelier: to say again what
/// was said (Grave et al., "Improving neural language models with a continuous cache", 2017) one number is to be learned for each mean, and
/// it works for rare words too. In each mean stands one comment more, with the score 0 and nothing in it: it takes the weight that
/// no comment deserves, and where there is no comment the state is what the biases of the outputs say.</remarks>
internal sealed class ChatEncoder : nn.Module
{
    private readonly float dropoutShare, hiddenShare;
    private readonly int headCount;
    private readonly Embedding place;
    private readonly Linear embed, score, echo, output_h, output_c;
    private readonly Dropout dropout;

    public ChatEncoder(ModelConfig config, ChatSpec spec) : base(nameof(ChatEncoder))
    {
        (dropoutShare, hiddenShare, headCount) = (config.Dropout, spec.HiddenShare, spec.HeadCount);
        place = nn.Embedding(spec.CommentCount, spec.EmbeddingSize);
        using (no_grad())
            place.weight!.mul_(0.1);    // at first a comment is what it says
        embed = nn.Linear(config.HiddenSize + 1, spec.EmbeddingSize);
        echo = nn.Linear(spec.HeadCount, 2, hasBias: false);
        using (no_grad())
            echo.weight!.copy_(tensor(new[] { 0f, 1f / spec.HeadCount }).unsqueeze(1).expand(2, spec.HeadCount));    // the cell state keeps what was said
        score = nn.Linear(spec.EmbeddingSize, spec.HeadCount);
        output_h = nn.Linear(spec.HeadCount * spec.EmbeddingSize, config.HiddenSize);
        output_c = nn.Linear(spec.HeadCount * spec.EmbeddingSize, config.HiddenSize);
        dropout = nn.Dropout(config.Dropout);
        RegisterComponents();
    }

    /// <param name="words">[batch, comments, words] i64, 0 where there is none.</param>
    /// <param name="age">[batch, comments], seconds.</param>
    /// <param name="rows">The decoder's output, [vocabulary, hidden].</param>
    public LstmState Encode(Tensor words, Tensor age, Tensor rows)
    {
        ScalarType type = embed.weight!.dtype;
        Tensor isWord = words.ne(Vocabulary.Pad).to(type);                                        // [batch, comments, words]
        Tensor count = isWord.sum(2);                                                             // [batch, comments]
        Tensor mean = (rows.index_select(0, words.flatten()).view(words.shape[0], words.shape[1], words.shape[2], -1) * isWord.unsqueeze(3)).sum(2) / count.clamp(min: 1).unsqueeze(2);
        Tensor x = cat([dropout.call(mean), age.to(type).log1p().unsqueeze(2)], 2);
        x = nn.functional.relu(embed.call(x) + place.weight!);                                    // [batch, comments, embedding]

        Tensor isAbsent = count.eq(0);
        if (training)    // single comments, and the whole chat of some examples
            isAbsent = isAbsent | rand_like(count).lt(dropoutShare) | rand(count.shape[0], 1, device: count.device).lt(hiddenShare);
        Tensor scores = score.call(x).transpose(1, 2).masked_fill(isAbsent.unsqueeze(1), float.NegativeInfinity);
        Tensor nothing = zeros(scores.shape[0], headCount, 1, dtype: type, device: scores.device);
        Tensor shares = cat([scores, nothing], 2).softmax(2).narrow(2, 0, scores.shape[2]);       // [batch, heads, comments]
        Tensor means = shares.matmul(x).flatten(1);                                               // [batch, heads × embedding]
        Tensor[] said = echo.call(shares.matmul(mean).transpose(1, 2)).unbind(2);                 // each [batch, hidden]
        return new LstmState((output_h.call(means) + said[0]).tanh(), output_c.call(means) + said[1]);
    }
}
