using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>The fused state to the rate at which people comment.</summary>
internal sealed class RateHead : nn.Module
{
    private readonly Linear embed, output;

    public RateHead(ModelConfig config) : base(nameof(RateHead))
    {
        embed = nn.Linear(2 * config.HiddenSize, config.RateSize);
        output = nn.Linear(config.RateSize, 1);
        RegisterComponents();
    }

    /// <summary>ln of the rate in comments per second, [batch].</summary>
    public Tensor Logarithm(LstmState fused) => Logarithm(cat([fused.Hidden, fused.Cell], 1));

    /// <param name="states">[batch, 2 × hidden]: hidden, then cell.</param>
    public Tensor Logarithm(Tensor states) =>
        output.call(nn.functional.relu(embed.call(states))).squeeze(1).clamp(Math.Log(ModelConfig.LeastRate), Math.Log(ModelConfig.MostRate));

    /// <summary>Lets it begin with one rate for every state, whatever the scale of the states.</summary>
    /// <param name="rate">Comments per second.</param>
    public void Begin(double rate)
    {
        using var frozen = no_grad();
        output.weight!.zero_();
        output.bias!.fill_(Math.Log(rate));
    }

    /// <summary>Moves the logarithm of every rate towards a constant one.</summary>
    /// <param name="share">Share of the difference that is kept, in [0, 1].</param>
    /// <param name="constant">ln of the constant rate.</param>
    public void Shrink(double share, double constant)
    {
        using var frozen = no_grad();
        output.weight!.mul_(share);
        output.bias!.mul_(share).add_((1 - share) * constant);
    }

    /// <summary>Makes a head that learned from standardised states, (state − mean) / deviation, take them as they are.</summary>
    /// <param name="mean">[2 × hidden].</param>
    /// <param name="deviation">[2 × hidden].</param>
    public void Unstandardise(Tensor mean, Tensor deviation)
    {
        using var frozen = no_grad();
        embed.weight!.div_(deviation);
        embed.bias!.sub_(embed.weight!.mv(mean));
    }
}
