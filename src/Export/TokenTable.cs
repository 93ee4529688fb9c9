using System.Runtime.Intrinsics;
using Twitch.Onnx;

namespace Twitch.Export;

/// <summary>What each token adds to a layer, computed once at export: a graph then reads one row of this table where it would have
/// multiplied an embedding by a matrix.</summary>
internal static class TokenTable
{
    private const int RowsPerBlock = 256;    // tokens computed between two writes: a few megabytes
    private const int RowsPerPass = 4;       // tokens that share each weight once it is in a register

    /// <summary>Writes embedding · weightᵀ + bias, [tokens, outputs], as float32.</summary>
    /// <param name="stream">Receives the rows.</param>
    /// <param name="embedding">[tokens, inputs].</param>
    /// <param name="weight">[outputs, inputs].</param>
    /// <param name="bias">[outputs].</param>
    /// <remarks>Sums are in double, in an order that depends neither on the machine nor on its threads: the same checkpoint gives
    /// the same bytes everywhere.</remarks>
    public static void Write(Stream stream, ReadOnlySpan<float> embedding, ReadOnlySpan<float> weight, double[] bias)
    {
        int outputs = bias.Length, inputs = weight.Length / outputs, tokens = embedding.Length / inputs;
        int width = (inputs + Vector256<double>.Count - 1) / Vector256<double>.Count * Vector256<double>.Count;    // rows padded with zeros
        double[] weights = Widen(weight, inputs, width);
        var table = new float[RowsPerBlock * outputs];

        for (int first = 0; first < tokens; first += RowsPerBlock)
        {
            int count = Math.Min(RowsPerBlock, tokens - first);
            double[] rows = Widen(embedding.Slice(first * inputs, count * inputs), inputs, width, multipleOf: RowsPerPass);
            Parallel.For(0, (count + RowsPerPass - 1) / RowsPerPass, pass =>
            {
                int row = pass * RowsPerPass;
                Multiply(rows.AsSpan(row * width, RowsPerPass * width), weights, bias, table.AsSpan(row * outputs, RowsPerPass * outputs));
            });
            Weight.WriteValues(stream, table.AsSpan(0, count * outputs));
        }
    }

    private static void Multiply(ReadOnlySpan<double> rows, ReadOnlySpan<double> weights, ReadOnlySpan<double> bias, Span<float> table)
    {
        int width = rows.Length / RowsPerPass, outputs = bias.Length;
        ReadOnlySpan<double> row0 = rows[..width], row1 = rows.Slice(width, width), row2 = rows.Slice(2 * width, width), row3 = rows.Slice(3 * width, width);
        for (int output = 0; output < outputs; output++)
        {
            ReadOnlySpan<double> weight = weights.Slice(output * width, width);
            Vector256<double> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
            for (int i = 0; i < weight.Length; i += Vector256<double>.Count)
            {
                Vector256<double> w = Vector256.Create(weight[i..]);
                sum0 = Vector256.FusedMultiplyAdd(w, Vector256.Create(row0[i..]), sum0);
                sum1 = Vector256.FusedMultiplyAdd(w, Vector256.Create(row1[i..]), sum1);
                sum2 = Vector256.FusedMultiplyAdd(w, Vector256.Create(row2[i..]), sum2);
                sum3 = Vector256.FusedMultiplyAdd(w, Vector256.Create(row3[i..]), sum3);
            }
            table[output] = (float)(Sum(sum0) + bias[output]);
            table[outputs + output] = (float)(Sum(sum1) + bias[output]);
            table[2 * outputs + output] = (float)(Sum(sum2) + bias[output]);
            table[3 * outputs + output] = (float)(Sum(sum3) + bias[output]);
        }
    }

    // Vector256.Sum may add in another order on another machine.
    private static double Sum(Vector256<double> lanes) => lanes[0] + lanes[1] + (lanes[2] + lanes[3]);

    private static double[] Widen(ReadOnlySpan<float> values, int columns, int width, int multipleOf = 1)
    {
        int rows = values.Length / columns;
        var widened = new double[(rows + multipleOf - 1) / multipleOf * multipleOf * width];
        for (int row = 0; row < rows; row++)
        {
            Span<double> target = widened.AsSpan(row * width, columns);
            for (int i = 0; i < columns; i++)
                target[i] = values[row * columns + i];
        }
        return widened;
    }
}
