using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Words, one after the other, to the likelihood of the next.</summary>
internal sealed class Decoder : nn.Module
{
    private readonly Embedding embedding;
    private readonly Dropout word_dropout, output_dropout;
    private readonly LSTM lstm;
    private readonly Linear output_fc;

    public Decoder(ModelConfig config) : base(nameof(Decoder))
    {
        embedding = nn.Embedding(config.VocabularySize, config.EmbeddingSize);
        word_dropout = nn.Dropout(config.WordDropout);
        lstm = Recurrence.OpenLstm(config.EmbeddingSize, config.HiddenSize);
        output_dropout = nn.Dropout(config.OutputDropout);
        output_fc = nn.Linear(config.HiddenSize, config.VocabularySize);
        RegisterComponents();
    }

    /// <summary>Takes in words, [batch, time].</summary>
    /// <returns>What it gives after each, [batch, time, hidden], and the state after the last.</returns>
    public (Tensor Outputs, LstmState Next) Advance(Tensor tokens, LstmState state)
    {
        Tensor words = word_dropout.call(embedding.call(tokens.t()));                // [time, batch, embedding]
        (Tensor outputs, Tensor h, Tensor c) = lstm.call(words, (state.Hidden.unsqueeze(0), state.Cell.unsqueeze(0)));
        return (outputs.transpose(0, 1), new LstmState(h.squeeze(0), c.squeeze(0)));    // [batch, time, hidden]
    }

    /// <summary>Lets it begin with the words' frequencies.</summary>
    /// <param name="shares">Share of each id, [vocabulary], above 0.</param>
    public void SetWordShares(float[] shares)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        output_fc.bias!.copy_(tensor(shares).log());
    }

    /// <summary>The output's row of each word, [vocabulary, hidden].</summary>
    public Tensor OutputRows => output_fc.weight!;

    /// <summary>[…, hidden] to […, vocabulary].</summary>
    public Tensor Logits(Tensor outputs) => output_fc.call(output_dropout.call(outputs));
}
