using Twitch.Onnx;
using Twitch.Tests;

namespace Twitch.Export.Tests;

public sealed class BlockQuantizationTests
{
    private const int Block = BlockQuantization.BlockSize;

    [Fact]
    public void Every_number_is_within_half_a_step_of_its_block()
    {
        const int Columns = 300;    // two whole blocks and a part of one
        float[] matrix = Draw.Floats(5 * Columns, scale: 3);
        matrix[7] = 50;             // an outlier: its block alone gets coarse

        BlockQuantization quantized = BlockQuantization.Of(matrix, Columns);

        Assert.Equal(5 * 3 * Block, quantized.Codes.Length);
        for (int i = 0; i < matrix.Length; i++)
        {
            int block = i / Columns * 3 + i % Columns / Block;
            float scale = quantized.Scales[block];
            Assert.InRange((quantized.Codes[block * Block + i % Columns % Block] - 128) * scale - matrix[i], -0.501f * scale, 0.501f * scale);
        }
        Assert.InRange(quantized.Scales[0], 50f / 127.001f, 50f / 126.999f);
        Assert.InRange(quantized.Scales[1], 0, 3f / 127);
    }

    [Fact]
    public void What_fills_up_a_block_and_a_block_of_zeros_are_zero()
    {
        BlockQuantization quantized = BlockQuantization.Of([1, -1, 0, 0, 0, 0], columns: 2);

        Assert.Equal([255, 1, 128], quantized.Codes[..3].Select(code => (int)code));
        Assert.All(quantized.Codes.Skip(2), code => Assert.Equal(128, code));
        Assert.Equal([1f / 127, 0, 0], quantized.Scales);
    }

    [Fact]
    public void A_product_in_eight_bits_is_near_the_product()
    {
        const int Inputs = 300, Outputs = 70;
        float[] x = Draw.Floats(4 * Inputs), matrix = Draw.Floats(Outputs * Inputs, seed: 2);
        var g = new Graph("test", "A graph of a test.");
        Value y = g.MatMulInt8(g.Input("x", ElementType.F32, "batch", Inputs), Weight.Quantized("w", Outputs, Inputs, 2, part => matrix.AsSpan(part * matrix.Length / 2, matrix.Length / 2)));
        string path = Path.GetTempFileName();
        g.Build(("y", y)).Save(path, externalDataThreshold: 1 << 20);
        using var session = new OnnxSession(path);

        float[] found = session.Run(("x", x, [4, Inputs]))[0];

        double squares = 0, errors = 0;
        for (int i = 0; i < found.Length; i++)
        {
            double expected = Enumerable.Range(0, Inputs).Sum(k => (double)x[i / Outputs * Inputs + k] * matrix[i % Outputs * Inputs + k]);
            (squares, errors) = (squares + expected * expected, errors + (found[i] - expected) * (found[i] - expected));
        }
        File.Delete(path);
        Assert.InRange(Math.Sqrt(errors / squares), 1e-5, 0.015);    // rounded, and no more than that
    }

    [Fact]
    public void A_value_that_does_not_fit_the_weight_fails_on_the_line_that_wrote_it()
    {
        var g = new Graph("test", "A graph of a test.");
        Value x = g.Input("x", ElementType.F32, "batch", 7);

        var e = Assert.Throws<ArgumentException>(() => g.MatMulInt8(x, Weight.Quantized("w", 2, 8, 1, _ => new float[16])));

        Assert.Equal("graph 'test', MatMulNBits: f32 [batch, 7] does not fit a weight of 8 inputs.", e.Message);
    }
}
