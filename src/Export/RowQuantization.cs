namespace Twitch.Export;

/// <summary>A matrix in eight bits with one scale for each of its rows, turned over: what a product of whole numbers takes as its right side.</summary>
/// <param name="Codes">[columns, rows]; a number is code · scale.</param>
/// <param name="Scales">[rows].</param>
internal sealed record RowQuantization(sbyte[] Codes, float[] Scales)
{
    private const int Largest = 127;

    /// <summary>Rounds every number to the nearest of its row's 255 steps.</summary>
    /// <param name="matrix">[rows, columns], row-major; not changed.</param>
    /// <param name="columns">Numbers of a row.</param>
    public static RowQuantization Of(ReadOnlySpan<float> matrix, int columns)
    {
        int rows = matrix.Length / columns;
        var codes = new sbyte[matrix.Length];
        var scales = new float[rows];
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> values = matrix.Slice(row * columns, columns);
            float most = 0;
            foreach (float value in values)
                most = Math.Max(most, Math.Abs(value));
            float scale = scales[row] = most / Largest;
            for (int i = 0; i < columns && scale > 0; i++)
                codes[i * rows + row] = (sbyte)MathF.Round(values[i] / scale);
        }
        return new RowQuantization(codes, scales);
    }
}
