namespace Twitch.Export;

/// <summary>A matrix in eight bits: each row is cut into blocks, and a block's largest number decides its scale.</summary>
/// <param name="Codes">[rows, blocks, <see cref="BlockSize"/>]; a number is (code − 128) · scale, and what fills up the last block is 0.</param>
/// <param name="Scales">[rows, blocks].</param>
internal sealed record BlockQuantization(byte[] Codes, float[] Scales)
{
    /// <summary>Numbers that share a scale: 3 % more bytes than one scale for a row, and an outlier spoils no more than its block.</summary>
    public const int BlockSize = 128;

    private const int Zero = 128, Largest = 127;    // the code of 0, and how far codes go from it

    /// <summary>The number that a code of the first row stands for.</summary>
    public double ValueAt(int column) => (Codes[column] - Zero) * (double)Scales[column / BlockSize];

    /// <summary>Blocks of a row.</summary>
    public static int BlockCount(int columns) => (columns + BlockSize - 1) / BlockSize;

    /// <summary>Rounds every number to the nearest of its block's 255 steps.</summary>
    /// <param name="matrix">[rows, columns], row-major; not changed.</param>
    /// <param name="columns">Numbers of a row.</param>
    public static BlockQuantization Of(ReadOnlySpan<float> matrix, int columns)
    {
        int rows = matrix.Length / columns, blocks = BlockCount(columns);
        var codes = new byte[rows * blocks * BlockSize];
        var scales = new float[rows * blocks];
        Array.Fill(codes, (byte)Zero);
        for (int row = 0; row < rows; row++)
        {
            for (int block = 0; block < blocks; block++)
            {
                int first = block * BlockSize;
                ReadOnlySpan<float> values = matrix.Slice(row * columns + first, Math.Min(BlockSize, columns - first));
                scales[row * blocks + block] = Round(values, codes.AsSpan((row * blocks + block) * BlockSize));
            }
        }
        return new BlockQuantization(codes, scales);
    }

    private static float Round(ReadOnlySpan<float> values, Span<byte> codes)
    {
        float most = 0;
        foreach (float value in values)
            most = Math.Max(most, Math.Abs(value));
        float scale = most / Largest;
        for (int i = 0; i < values.Length && scale > 0; i++)
            codes[i] = (byte)(Zero + (int)MathF.Round(values[i] / scale));
        return scale;
    }
}
