namespace Twitch.Tests;

/// <summary>How far numbers may be from those that are right.</summary>
internal static class Floats
{
    /// <summary>Fails with the largest difference and its place.</summary>
    public static void Close(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double allowed, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        (double largest, int place) = (0, 0);
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)expected[i] - actual[i]);
            if (!(difference <= largest))
                (largest, place) = (difference, i);
        }
        Assert.True(largest <= allowed, $"{what}: the largest difference is {largest:g3}, at element {place} of {expected.Length}; {allowed:g1} is allowed");
    }
}
