using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Looks at every word of the past chat as one that may be said again: how likely that is follows from the word, its age and
/// its place, and from what of the comment under way agrees with the words before it.</summary>
/// <remarks>The decoder's words and these form one distribution (<see cref="PastWords.Mix"/>), whose parts a sentinel weighs: Merity et al., "Pointer sentinel
/// mixture models", 2017; Grave et al., "Improving neural language models with a continuous cache", 2017. Unlike theirs, what a place
/// is found by is not a learned key, but how far the comment under way is a copy so far: nothing is to be learned for it, so it holds for
/// rare words too.</remarks>
internal sealed class ChatEncoder : nn.Module
{
    private readonly ChatSpec spec;
    private readonly Linear embed, score, sentinel;
    private readonly Dropout dropout;

    public ChatEncoder(ModelConfig config, ChatSpec spec) : base(nameof(ChatEncoder))
    {
        this.spec = spec;
        embed = nn.Linear(config.HiddenSize + ChatSpec.FeatureCount, spec.EmbeddingSize);
        score = nn.Linear(spec.EmbeddingSize, ChatSpec.EvidenceCount);
        sentinel = nn.Linear(config.HiddenSize, 1);
        using (no_grad())
        {
            score.weight!.mul_(0.1);
            score.bias!.copy_(tensor(new[] { -4f, 1f, 1f, 2f }));    // at first little is copied, and what is goes on
            sentinel.weight!.zero_();
            sentinel.bias!.fill_(4);
        }
        dropout = nn.Dropout(config.OutputDropout);
        RegisterComponents();
    }

    /// <param name="words">[batch, comments, words] i64, 0 where there is none.</param>
    /// <param name="age">[batch, comments], seconds.</param>
    /// <param name="rows">The decoder's output, [vocabulary, hidden].</param>
    public PastWords Encode(Tensor words, Tensor age, Tensor rows)
    {
        ScalarType type = embed.weight!.dtype;
        long batch = words.shape[0], length = words.shape[2];
        Tensor isWord = words.ne(Vocabulary.Pad).to(type);                                        // [batch, comments, words]
        Tensor none = zeros_like(isWord.narrow(2, 0, 1));
        Tensor isEnd = (cat([none, isWord.narrow(2, 0, length - 1)], 2) - isWord).clamp(min: 0);  // behind the last word, if it is known
        Tensor isLast = isWord - cat([isWord.narrow(2, 1, length - 1), none], 2);
        Tensor isFirst = zeros_like(isWord);
        isFirst.narrow(2, 0, 1).fill_(1);
        Tensor next = words + isEnd.to(ScalarType.Int64) * Vocabulary.End;
        Tensor after = cat([full_like(words.narrow(2, 0, 1), Vocabulary.Start), words.narrow(2, 0, length - 1)], 2);

        Tensor seconds = age.to(type).clamp(max: ChatSpec.OldestAge).unsqueeze(2).expand_as(isWord);
        Tensor features = stack([seconds.log1p(), seconds / 10, isFirst, isLast, isEnd, isWord.mean([2], keepdim: true).expand_as(isWord)], 3);
        (Tensor ofWords, Tensor ofFeatures) = (embed.weight!.narrow(1, 0, rows.shape[1]), embed.weight!.narrow(1, rows.shape[1], ChatSpec.FeatureCount));
        Tensor table = dropout.call(rows).matmul(ofWords.t());                                    // [vocabulary, embedding]: each word once, however often it was said
        Tensor word = table.index_select(0, next.flatten()).view(batch, spec.CommentCount, length, -1);
        Tensor x = nn.functional.relu(word + nn.functional.linear(features, ofFeatures, embed.bias));    // [batch, comments, words, embedding]

        Tensor isAbsent = next.lt(Vocabulary.Start);                                              // <PAD>, <UNK>
        if (training)
            isAbsent = isAbsent | rand(batch, 1, 1, device: words.device).lt(spec.HiddenShare);
        Tensor scores = score.call(x).masked_fill(isAbsent.unsqueeze(3), 0);                      // [batch, comments, words, evidence]
        scores = scores.index_add(3, tensor(0L, device: words.device).view(1), (isAbsent.to(type) * ChatSpec.Absent).unsqueeze(3), 1);
        Tensor match = zeros(batch, spec.PlaceCount, dtype: type, device: words.device);
        Tensor thresholds = tensor(spec.EvidenceThresholds(), dtype: type, device: words.device).view(spec.PlaceCount, ChatSpec.EvidenceCount);
        return new PastWords(after.flatten(1), next.flatten(1), scores.flatten(1, 2), match, thresholds);
    }

    /// <summary>Score of saying none of the past words again, [rows, 1].</summary>
    /// <param name="outputs">Of the decoder's LSTM, [rows, hidden].</param>
    public Tensor Sentinel(Tensor outputs) => sentinel.call(dropout.call(outputs));
}
