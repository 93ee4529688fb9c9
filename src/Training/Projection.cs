using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Features of one sense, standardised and projected to few: they become the module's mean, deviation, embed and embed_norm.</summary>
/// <remarks>Standardised by the training data's statistics, clipped, Linear, LayerNorm (Ba, Kiros and Hinton, 2016), ReLU. LayerNorm compares the numbers of one
/// second, so a second is the same alone and in any batch, and a sense that never changes blows nothing up.</remarks>
internal sealed class Projection
{
    private readonly nn.Module module;    // its buffers are other tensors once it was moved
    private readonly Linear embed;
    private readonly LayerNorm norm;
    private readonly Dropout inputs, outputs;

    public Projection(nn.Module module, int features, ModelConfig config)
    {
        this.module = module;
        embed = nn.Linear(features, config.ProjectionSize);
        norm = nn.LayerNorm([config.ProjectionSize], eps: ModelConfig.NormEpsilon);
        (inputs, outputs) = (nn.Dropout(config.Dropout), nn.Dropout(config.Dropout));
        module.register_buffer("mean", zeros(features));
        module.register_buffer("deviation", ones(features));
        module.register_module("embed", embed);
        module.register_module("embed_norm", norm);
        module.register_module("input_dropout", inputs);
        module.register_module("output_dropout", outputs);
    }

    /// <summary>Projects seconds.</summary>
    /// <param name="features">[seconds, features].</param>
    /// <returns>[seconds, projection].</returns>
    public Tensor Project(Tensor features)
    {
        Tensor x = ((features - Mean) / Deviation).clamp_(-ModelConfig.MostDeviations, ModelConfig.MostDeviations);
        return outputs.call(nn.functional.relu(norm.call(embed.call(inputs.call(x)))));
    }

    /// <summary>Sets the statistics of the training data.</summary>
    public void SetStatistics(FeatureStatistics statistics)
    {
        using var scope = NewDisposeScope();
        Mean.copy_(tensor(statistics.Mean));
        Deviation.copy_(tensor(statistics.Deviation));
    }

    private Tensor Mean => module.get_buffer("mean")!;

    private Tensor Deviation => module.get_buffer("deviation")!;
}
