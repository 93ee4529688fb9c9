using TorchSharp;
using static TorchSharp.torch;

namespace Twitch.Training.Tests;

[Collection(TorchTests.Name)]
public sealed class OptimizationTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Steps_equal_those_of_torch(double weightDecay)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var own = nn.Sequential(nn.Linear(7, 5), nn.Tanh(), nn.Linear(5, 3));
        var theirs = nn.Sequential(nn.Linear(7, 5), nn.Tanh(), nn.Linear(5, 3));
        theirs.load_state_dict(own.state_dict());
        using var adam = new AdamW(own, weightDecay);
        var matrices = torch.optim.AdamW(theirs.parameters().Where(parameter => parameter.dim() > 1), lr: 0.01, weight_decay: weightDecay);
        var biases = torch.optim.AdamW(theirs.parameters().Where(parameter => parameter.dim() == 1), lr: 0.01, weight_decay: 0);

        for (int step = 0; step < 20; step++)
        {
            Tensor x = randn(4, 7);
            foreach (var network in (nn.Module<Tensor, Tensor>[])[own, theirs])
            {
                network.zero_grad();
                network.call(x).pow(2).sum().backward();
            }
            adam.Step(0.01, step);
            matrices.step();
            biases.step();
        }

        foreach (var ((name, found), (_, expected)) in own.named_parameters().Zip(theirs.named_parameters()))
            Assert.True((found - expected).abs().max().item<float>() < 1e-6, name);
    }

    [Fact]
    public void The_learning_rate_rises_then_falls_to_zero()
    {
        var schedule = new Schedule(Peak: 1, WarmUpSteps: 10, Steps: 110, Cosine: true, Withheld: 0);

        double[] rates = [.. Enumerable.Range(0, 110).Select(step => schedule.At(step))];

        Assert.Equal(1.0 / 11, rates[0], 1e-12);
        Assert.Equal(1, rates[10], 1e-12);
        Assert.Equal(0.5, rates[60], 1e-12);
        Assert.InRange(rates[^1], 0, 0.001);
        Assert.Equal(rates[10..].OrderDescending(), rates[10..]);
    }

    [Fact]
    public void Words_are_withheld_less_and_less_up_to_the_middle()
    {
        var schedule = new Schedule(Peak: 1, WarmUpSteps: 10, Steps: 100, Cosine: true, Withheld: 0.6);

        Assert.Equal([0.6, 0.3, 0, 0], new long[] { 0, 25, 50, 99 }.Select(schedule.WithheldAt));
    }

    [Fact]
    public void The_published_preset_is_adam_at_a_constant_rate()
    {
        TrainerOptions seed = TrainerOptions.For("published").Validate();
        Schedule schedule = Schedule.Of(seed, 1000);

        Assert.Equal((100, 16, 1e-4, 0.0), (seed.Epochs, seed.BatchSize, seed.LearningRate, seed.WeightDecay));
        Assert.All(Enumerable.Range(0, 1000), step => Assert.Equal((1e-4, 0), (schedule.At(step), schedule.WithheldAt(step))));
    }

    [Theory]
    [InlineData(10, 30)]
    [InlineData(33, 18)]
    [InlineData(145, 12)]
    public void A_short_recording_is_seen_more_often(int stepsPerEpoch, int epochs)
    {
        Assert.Equal(epochs, new TrainerOptions().EpochsOf(stepsPerEpoch));
        Assert.Equal(3, new TrainerOptions { Epochs = 3 }.EpochsOf(stepsPerEpoch));
    }

    [Fact]
    public void An_option_out_of_range_is_named_with_its_range()
    {
        var e = Assert.Throws<TwitchException>(() => new TrainerOptions { ValidationShare = 0.9 }.Validate());

        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.Equal("--validation-share is 0.9; it must be in (0, 0.5].", e.Message);
    }
}
