using static TorchSharp.torch;

namespace Twitch.Benchmarks;

/// <summary>The fair peer: the decoder step in TorchSharp with the LSTM cell written out, its weights stacked and turned once. nn.LSTM
/// packs them again at every call.</summary>
public sealed class HandWrittenDecoder : IDisposable
{
    private readonly Tensor _embedding, _gates, _gateBias, _head, _headBias;

    public HandWrittenDecoder(Checkpoint checkpoint)
    {
        using var scope = NewDisposeScope();
        Tensor input = Read("decoder.lstm.weight_ih_l0"), recurrent = Read("decoder.lstm.weight_hh_l0");
        _embedding = Read("decoder.embedding.weight").MoveToOuterDisposeScope();
        _gates = cat([input, recurrent], 1).t().contiguous().MoveToOuterDisposeScope();         // [embedding + hidden, 4 × hidden]
        _gateBias = (Read("decoder.lstm.bias_ih_l0") + Read("decoder.lstm.bias_hh_l0")).MoveToOuterDisposeScope();
        _head = Read("decoder.output_fc.weight").t().contiguous().MoveToOuterDisposeScope();    // [hidden, vocabulary]
        _headBias = Read("decoder.output_fc.bias").MoveToOuterDisposeScope();

        Tensor Read(string name) => tensor(checkpoint.Weights.Read<float>(name).ToArray(), checkpoint.Weights.Find(name).Shape);
    }

    /// <param name="token">[rows].</param>
    /// <param name="hidden">[rows, hidden].</param>
    /// <param name="cell">[rows, hidden].</param>
    /// <returns>[rows, vocabulary], and the next state.</returns>
    public (Tensor Logits, Tensor Hidden, Tensor Cell) Step(Tensor token, Tensor hidden, Tensor cell)
    {
        Tensor stacked = cat([_embedding.index_select(0, token), hidden], 1);
        Tensor[] gates = addmm(_gateBias, stacked, _gates, beta: 1, alpha: 1).chunk(4, 1);    // input, forget, cell, output
        Tensor nextCell = gates[1].sigmoid() * cell + gates[0].sigmoid() * gates[2].tanh();
        Tensor nextHidden = gates[3].sigmoid() * nextCell.tanh();
        return (addmm(_headBias, nextHidden, _head, beta: 1, alpha: 1), nextHidden, nextCell);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[_embedding, _gates, _gateBias, _head, _headBias])
            tensor.Dispose();
    }
}
