namespace Twitch.Serving.Pictures;

/// <summary>A log-mel spectrogram as people look at one: time to the right, pitch upwards, from dark violet over orange to pale yellow.</summary>
internal static class MelPicture
{
    private const float Quietest = -14, Loudest = 8;    // ln; a quiet room, and a shout
    private static readonly (float R, float G, float B)[] Colours = [(8, 4, 30), (90, 20, 110), (190, 55, 85), (245, 135, 35), (252, 255, 190)];

    /// <summary>Draws a window.</summary>
    /// <param name="mel">[steps, n_mels].</param>
    /// <param name="melCount">Filters of a step.</param>
    /// <returns>A PNG, one pixel for a step and a filter.</returns>
    public static byte[] Draw(ReadOnlySpan<float> mel, int melCount)
    {
        int steps = mel.Length / melCount;
        var rgb = new byte[mel.Length * 3];    // [n_mels, steps, 3]
        for (int step = 0; step < steps; step++)
        {
            for (int filter = 0; filter < melCount; filter++)
                Colour(mel[step * melCount + filter], rgb.AsSpan(((melCount - 1 - filter) * steps + step) * 3));
        }
        return Png.Encode(rgb, steps, melCount);
    }

    private static void Colour(float value, Span<byte> pixel)
    {
        float place = Math.Clamp((value - Quietest) / (Loudest - Quietest), 0, 1) * (Colours.Length - 1);
        int below = Math.Min((int)place, Colours.Length - 2);
        float share = place - below;
        var ((r, g, b), (r2, g2, b2)) = (Colours[below], Colours[below + 1]);
        (pixel[0], pixel[1], pixel[2]) = ((byte)(r + share * (r2 - r)), (byte)(g + share * (g2 - g)), (byte)(b + share * (b2 - b)));
    }
}
