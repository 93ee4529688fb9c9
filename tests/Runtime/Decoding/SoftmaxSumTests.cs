using System.Runtime.Intrinsics;

namespace Twitch.Runtime.Tests;

public class SoftmaxSumTests
{
    [Fact]
    public void Exp_is_within_two_ten_millionths_of_the_libraries()
    {
        for (float x = 0; x > -86.9f; x -= 0.0137f)
        {
            float found = SoftmaxSum.Exp(Vector256.Create(x))[3];
            double expected = Math.Exp(x);
            Assert.True(Math.Abs(found - expected) <= 2e-7 * expected, $"exp({x}) is {found}; {expected} is needed");
        }
    }

    [Fact]
    public void Exp_of_what_cannot_be_said_is_nothing_beside_one()
    {
        float found = SoftmaxSum.Exp(Vector256.Create(float.NegativeInfinity))[0];

        Assert.Equal(1, 1 + 1e6f * found);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(182)]
    [InlineData(5000)]
    public void Largest_and_sum_are_those_of_a_plain_loop(int count)
    {
        var random = new Random(count);
        float[] logits = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 30 - 20)];
        logits[count / 2] = float.NegativeInfinity;
        float largest = logits.Max();

        Assert.Equal(largest, SoftmaxSum.Largest(logits));
        if (!float.IsFinite(largest))    // one logit, and it is −∞
            return;
        double sum = logits.Sum(logit => Math.Exp(logit - largest));
        Assert.Equal(sum, SoftmaxSum.Of(logits, largest), 1e-6 * sum);
    }

    [Theory]
    [InlineData(3, 1f)]
    [InlineData(182, 0.3f)]
    [InlineData(5000, 1.7f)]
    public void Weights_are_those_of_a_plain_loop(int count, float temperature)
    {
        var random = new Random(count);
        float[] scores = [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 60 - 50)], weights = new float[count];
        scores[count / 2] = float.NegativeInfinity;
        float largest = scores.Max();

        float sum = SoftmaxSum.Weigh(scores, largest, temperature, weights);

        double[] expected = [.. scores.Select(score => Math.Exp((score - largest) / (double)temperature))];
        Assert.Equal(0, weights[count / 2]);
        for (int i = 0; i < count; i++)
            Assert.Equal(expected[i], weights[i], 1e-5 * expected[i] + 1e-37);
        Assert.Equal(expected.Sum(), sum, 1e-5 * sum);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(33)]    // behind the last whole vector
    public void A_logit_that_is_no_number_is_found_wherever_it_is(int place)
    {
        float[] logits = new float[34];
        logits[place] = float.NaN;

        Assert.True(float.IsNaN(SoftmaxSum.Largest(logits)));
        Assert.True(float.IsNaN(SoftmaxSum.Of(logits, 0)));
    }
}
