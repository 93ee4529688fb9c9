using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Convolutions of three by three, each halving height and width, each normalised; they are the module's conv0, norm0, conv1 and so on.</summary>
internal sealed class Convolutions
{
    private readonly List<(Conv2d Convolution, BatchNorm Norm)> layers = [];

    public Convolutions(nn.Module module, int channels, IReadOnlyList<int> counts)
    {
        foreach (int next in counts)
        {
            Conv2d convolution = nn.Conv2d(channels, next, 3L, stride: 2, padding: 1, bias: false);
            var norm = new BatchNorm(next);
            module.register_module($"conv{layers.Count}", convolution);
            module.register_module($"norm{layers.Count}", norm);
            layers.Add((convolution, norm));
            channels = next;
        }
    }

    /// <summary>Runs them one after the other.</summary>
    /// <param name="x">[batch, channels, height, width].</param>
    public Tensor Convolve(Tensor x)
    {
        foreach (var (convolution, norm) in layers)
            x = nn.functional.relu(norm.Normalise(convolution.call(x)));
        return x;
    }
}
