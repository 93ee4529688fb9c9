namespace Twitch.Runtime.Tests;

/// <summary>The decoder as its formula reads, over PyTorch's parameters: for what a golden file needs and torch is not at hand for.</summary>
internal sealed class PlainDecoder(SafeTensors weights, int hiddenSize)
{
    private double[] _hidden = [], _cell = [];

    /// <summary>The most likely comment by the runtime's rules, at least a word, filled up with the end mark.</summary>
    public long[] Greedy(ReadOnlySpan<float> hidden, ReadOnlySpan<float> cell, int length)
    {
        _hidden = [.. hidden.ToArray().Select(value => (double)value)];
        _cell = [.. cell.ToArray().Select(value => (double)value)];
        var tokens = new long[length];
        Array.Fill(tokens, Vocabulary.End);
        long token = Vocabulary.Start;
        for (int i = 0; i < length; i++)
        {
            double[] logits = Step((int)token);
            int first = i == 0 ? Vocabulary.SpecialCount : Vocabulary.End;
            token = Enumerable.Range(first, logits.Length - first).MaxBy(id => logits[id]);
            if (token == Vocabulary.End)
                break;
            tokens[i] = token;
        }
        return tokens;
    }

    private double[] Step(int token)
    {
        int embedding = (int)weights.Find("decoder.embedding.weight").Shape[1];
        double[] x = [.. weights.Read<float>("decoder.embedding.weight").Slice(token * embedding, embedding).ToArray().Select(value => (double)value)];
        double[] gates = [.. Linear("decoder.lstm.weight_ih_l0", "decoder.lstm.bias_ih_l0", x).Zip(Linear("decoder.lstm.weight_hh_l0", "decoder.lstm.bias_hh_l0", _hidden), (a, b) => a + b)];

        for (int i = 0; i < hiddenSize; i++)    // gates stand as input, forget, cell, output
        {
            _cell[i] = Sigmoid(gates[hiddenSize + i]) * _cell[i] + Sigmoid(gates[i]) * Math.Tanh(gates[2 * hiddenSize + i]);
            _hidden[i] = Sigmoid(gates[3 * hiddenSize + i]) * Math.Tanh(_cell[i]);
        }
        return Linear("decoder.output_fc.weight", "decoder.output_fc.bias", _hidden);
    }

    private double[] Linear(string weight, string bias, double[] x)
    {
        float[] w = weights.Read<float>(weight).ToArray(), b = weights.Read<float>(bias).ToArray();
        return [.. b.Select((value, row) => value + x.Select((input, column) => input * w[row * x.Length + column]).Sum())];
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
}
