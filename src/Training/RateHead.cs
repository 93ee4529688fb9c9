using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>The fused state to the rate at which people comment.</summary>
internal sealed class RateHead : nn.Module
{
    private readonly Linear embed, output;
    private readonly Tensor? pace_mean;

    public RateHead(ModelConfig config) : base(nameof(RateHead))
    {
        embed = nn.Linear(config.RateInputSize, config.RateSize);
        output = nn.Linear(config.RateSize, 1);
        if (config.Chat is not null)
            pace_mean = zeros(ChatPace.Count);
        RegisterComponents();
    }

    /// <summary>ln of the rate in comments per second, [batch].</summary>
    /// <param name="fused">What was seen and heard.</param>
    /// <param name="paces">How lively the chat was, [batch, 2], <see cref="ChatPace.Unknown"/> where none is known; ignored without past chat.</param>
    public Tensor Logarithm(LstmState fused, Tensor? paces) => Logarithm(Inputs(fused, paces));

    /// <summary>What the rate follows from, [batch, inputs]: hidden state, cell state, and with past chat how its pace differs from the mean.</summary>
    public Tensor Inputs(LstmState fused, Tensor? paces) => pace_mean is null
        ? cat([fused.Hidden, fused.Cell], 1)
        : cat([fused.Hidden, fused.Cell, (paces! - pace_mean) * (paces! - ChatPace.Unknown).clamp(0, 1)], 1);

    /// <summary>Sets the mean pace of the training data; ignored without past chat.</summary>
    public void SetPaceMean(float[] mean)
    {
        using var scope = NewDisposeScope();
        pace_mean?.copy_(tensor(mean));
    }

    /// <param name="states">[batch, inputs], as <see cref="Inputs"/>.</param>
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
    /// <param name="mean">[inputs].</param>
    /// <param name="deviation">[inputs].</param>
    public void Unstandardise(Tensor mean, Tensor deviation)
    {
        using var frozen = no_grad();
        embed.weight!.div_(deviation);
        embed.bias!.sub_(embed.weight!.mv(mean));
    }
}
