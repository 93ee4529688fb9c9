using Twitch.Tests;

namespace Twitch.Export.Tests;

public sealed class LstmWeightsTests
{
    // Two rows and two columns a gate; the tens say the gate in PyTorch's order: input 0, forget 1, cell 2, output 3.
    private static readonly float[] Stacked = [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33];

    [Fact]
    public void ONNX_wants_input_output_forget_cell() =>
        Assert.Equal([0, 1, 2, 3, 30, 31, 32, 33, 10, 11, 12, 13, 20, 21, 22, 23], LstmWeights.Reorder(Stacked, LstmWeights.OnnxOrder));

    [Fact]
    public void The_decoder_step_wants_the_three_sigmoids_together() =>
        Assert.Equal([0, 1, 2, 3, 10, 11, 12, 13, 30, 31, 32, 33, 20, 21, 22, 23], LstmWeights.Reorder(Stacked, LstmWeights.StepOrder));

    [Fact]
    public void Rows_that_are_no_four_gates_are_refused() =>
        Assert.Throws<ArgumentException>(() => LstmWeights.Reorder(Stacked.AsSpan(0, 15), LstmWeights.OnnxOrder));

    [Theory]
    [InlineData(1, 1, 4)]
    [InlineData(5, 3, 8)]        // neither tokens nor inputs fill a register
    [InlineData(256, 4, 12)]
    [InlineData(519, 37, 20)]    // more than one block, and a rest
    public void The_gate_table_is_the_product_it_stands_for(int tokens, int inputs, int gates)
    {
        float[] embedding = Draw.Floats(tokens * inputs, seed: 1), weight = Draw.Floats(gates * inputs, seed: 2);
        double[] bias = [.. Draw.Floats(gates, seed: 3).Select(value => (double)value)];
        using var stream = new MemoryStream();

        TokenTable.Write(stream, embedding, weight, bias);

        var expected = new float[tokens * gates];
        for (int i = 0; i < expected.Length; i++)
            expected[i] = (float)(bias[i % gates] + Enumerable.Range(0, inputs).Sum(k => (double)embedding[i / gates * inputs + k] * weight[i % gates * inputs + k]));
        Floats.Close(expected, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(stream.ToArray()), 1e-6, "gate table");
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 16)]
    [InlineData(7, 37)]
    [InlineData(40, 5)]
    public void A_transposed_weight_has_rows_and_columns_exchanged(int rows, int columns)
    {
        float[] matrix = Draw.Floats(rows * columns);
        using var stream = new MemoryStream();

        Onnx.Weight.WriteTransposed(stream, matrix, rows, columns);

        float[] expected = [.. Enumerable.Range(0, columns).SelectMany(column => Enumerable.Range(0, rows).Select(row => matrix[row * columns + column]))];
        Assert.Equal(expected, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(stream.ToArray()).ToArray());
    }
}
