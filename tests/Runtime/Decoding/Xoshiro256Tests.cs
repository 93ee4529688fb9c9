namespace Twitch.Runtime.Tests;

public class Xoshiro256Tests
{
    [Fact]
    public void The_sequence_of_seed_zero_is_the_published_one()
    {
        // splitmix64(0) seeds the four words e220a8397b1dcdaf 6e789e6aa1b965f4 06c45d188009454f f88bb8a8724c81ec.
        var random = new Xoshiro256(0);

        Assert.Equal([0x99ec5f36cb75f2b4UL, 0xbf6e1f784956452aUL, 0x1a5f849d4933e6e0UL], new[] { random.Next(), random.Next(), random.Next() });
    }

    [Fact]
    public void Numbers_lie_in_zero_to_one_and_are_even()
    {
        var random = new Xoshiro256(7);
        double[] drawn = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble())];

        Assert.All(drawn, number => Assert.InRange(number, 0, 1 - double.Epsilon));
        Assert.Equal(0.5, drawn.Average(), 0.01);
        Assert.Equal(1 / 12.0, drawn.Average(number => (number - 0.5) * (number - 0.5)), 0.002);
    }

    [Fact]
    public void Derived_seeds_differ_and_the_first_is_the_seed_itself()
    {
        ulong[] seeds = [.. from seed in Enumerable.Range(0, 50) from index in Enumerable.Range(0, 50) select Xoshiro256.Derive((ulong)seed, index)];

        Assert.Equal(seeds.Length, seeds.Distinct().Count());
        Assert.Equal(42UL, Xoshiro256.Derive(42, 0));
    }
}
