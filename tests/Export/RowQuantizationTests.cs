namespace Twitch.Export.Tests;

public sealed class RowQuantizationTests
{
    [Fact]
    public void Every_number_comes_back_within_half_a_step_of_its_row()
    {
        const int Rows = 5, Columns = 33;
        float[] matrix = Draw.Floats(Rows * Columns, seed: 9);

        RowQuantization quantized = RowQuantization.Of(matrix, Columns);

        for (int row = 0; row < Rows; row++)
        {
            float scale = quantized.Scales[row];
            Assert.Equal(matrix.Skip(row * Columns).Take(Columns).Max(Math.Abs) / 127, scale, 1e-9f);
            for (int column = 0; column < Columns; column++)
                Assert.InRange(Math.Abs(quantized.Codes[column * Rows + row] * scale - matrix[row * Columns + column]), 0, scale * 0.5001f);
        }
    }

    [Fact]
    public void A_row_of_zeros_stays_one()
    {
        RowQuantization quantized = RowQuantization.Of([0, 0, 1, -1], columns: 2);

        Assert.Equal([0, 127, 0, -127], quantized.Codes);
        Assert.Equal([0, 1 / 127f], quantized.Scales);
    }
}
