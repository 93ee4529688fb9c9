using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Twitch.Runtime;

/// <summary>The decoder's last layer in float32, a word at a time, and how far from its logit the one in eight bits can be. Shared between threads.</summary>
internal sealed unsafe class ExactHead : IDisposable
{
    private const float Steps = 254;         // between −1 and 1 times the largest number that is rounded to eight bits
    private const float Summing = 1e-4f;     // error of a float32 sum of a thousand products, relative to the lengths of both factors

    private readonly SafeTensors _file;
    private readonly int _vocabularySize, _hiddenSize;
    private readonly float* _weight, _bias, _norm, _rounding;    // in the mapped file

    private ExactHead(SafeTensors file, ModelConfig config)
    {
        (_file, _vocabularySize, _hiddenSize) = (file, config.VocabularySize, config.HiddenSize);
        _weight = Tensor("weight", _vocabularySize, _hiddenSize);
        _bias = Tensor("bias", _vocabularySize);
        _norm = Tensor("norm", _vocabularySize);
        _rounding = Tensor("rounding", _vocabularySize);
    }

    /// <summary>Opens a bundle's.</summary>
    /// <exception cref="TwitchException">It does not fit the network.</exception>
    public static ExactHead Open(Bundle bundle)
    {
        SafeTensors file = SafeTensors.Open(bundle.PathOf(BundleManifest.DecoderHeadFile));
        try
        {
            return new ExactHead(file, bundle.Config);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Logit of a word.</summary>
    /// <param name="word">Its id.</param>
    /// <param name="hidden">The decoder's hidden state, [hidden].</param>
    public float Logit(int word, ReadOnlySpan<float> hidden) =>
        TensorPrimitives.Dot(new ReadOnlySpan<float>(_weight + (long)word * _hiddenSize, _hiddenSize), hidden) + _bias[word];

    /// <summary>What no logit exceeds, given those in eight bits.</summary>
    /// <param name="screened">The step's logits in eight bits, [vocabulary].</param>
    /// <param name="hidden">Its hidden state, [hidden].</param>
    /// <param name="most">Gets the bounds, [vocabulary].</param>
    /// <remarks>
    /// With w and h rounded to ŵ and ĥ, w·h − ŵ·ĥ = (w − ŵ)·h + ŵ·(h − ĥ) is at most |w − ŵ| |h| + |ŵ| |h − ĥ| (Cauchy and Schwarz). A number of h is
    /// rounded by half a step at most, and a step is 1/127 of the largest number of its block, so |h − ĥ| is at most √n max|h| / 254.
    /// </remarks>
    public void Bound(ReadOnlySpan<float> screened, ReadOnlySpan<float> hidden, Span<float> most)
    {
        float length = TensorPrimitives.Norm(hidden), rounded = MathF.Sqrt(_hiddenSize) * MathF.Abs(TensorPrimitives.MaxMagnitude(hidden)) / Steps;
        TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(_rounding, _vocabularySize), length, screened, most);
        TensorPrimitives.MultiplyAdd(new ReadOnlySpan<float>(_norm, _vocabularySize), rounded + Summing * length, most, most);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private float* Tensor(string name, params long[] shape)
    {
        long[] found = _file.Find(name).Shape;
        if (!found.SequenceEqual(shape))
            throw new TwitchException($"{_file.Path}: '{name}' is [{string.Join(", ", found)}], the sizes in config need [{string.Join(", ", shape)}]; export the bundle again.");
        return (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_file.Read<float>(name)));    // stays where it is mapped
    }
}
