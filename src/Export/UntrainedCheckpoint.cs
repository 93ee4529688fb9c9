using System.Runtime.InteropServices;

namespace Twitch.Export;

/// <summary>A checkpoint of random weights, as PyTorch initialises them but drawn without torch: what a size costs can be measured,
/// and what reads checkpoints can be tested, before anything is trained.</summary>
public static class UntrainedCheckpoint
{
    private const int ChunkLength = 1 << 20;    // elements drawn between two writes

    /// <summary>Writes a checkpoint; what stood in the folder is replaced.</summary>
    /// <param name="folder">The folder's place.</param>
    /// <param name="config">The sizes; words are named <c>w0004</c> and on, by their ids.</param>
    /// <param name="seed">The same seed and sizes give the same bytes.</param>
    /// <returns>The sizes, with the hashes of the eyes and ears that were written, if the network has them: random ones of <see cref="UntrainedPerception"/>.</returns>
    /// <exception cref="TwitchException">A size is out of range.</exception>
    public static ModelConfig Write(string folder, ModelConfig config, ulong seed)
    {
        config.Validate("untrained checkpoint");
        var weights = new SafeTensorsWriter();
        ulong stream = 0;
        double bound = 0;
        foreach (ParameterShape parameter in config.Parameters())
        {
            // A bias follows its weight and has the same bound.
            bound = parameter.Name.EndsWith(".bias", StringComparison.Ordinal) ? bound : Bound(parameter, config);
            Func<ulong, float> draw = Distribution(parameter.Name, bound);
            var random = new SplitMix64(seed, stream++);
            weights.Add(parameter.Name, TensorType.F32, parameter.Shape, output => Write(output, parameter.Count, random, draw));
        }
        config = config with { Subwords = false };    // its words are made up, each a token
        var vocabulary = Vocabulary.FromWords(Enumerable.Range(Vocabulary.SpecialCount, config.VocabularySize - Vocabulary.SpecialCount).Select(id => $"w{id:0000}"));
        AtomicFolder.Write(folder, partial =>
        {
            if (config is { Eyes: { } eyes, Ears: { } ears })
            {
                (EyesSpec written, EarsSpec heard) = UntrainedPerception.Write(partial, eyes.Frame, eyes.FeatureCount, ears.FeatureCount, config.Mel, seed);
                config = config with { Eyes = written, Ears = heard };
            }
            Checkpoint.Save(partial, config, vocabulary, weights);
        });
        return config;
    }

    // PyTorch's reset_parameters: 1/√hidden for every tensor of an LSTM, 1/√inputs for Linear.
    private static double Bound(ParameterShape parameter, ModelConfig config)
    {
        double inputs = parameter.Name.Contains(".lstm.", StringComparison.Ordinal)
            ? config.HiddenSize
            : parameter.Shape.Skip(1).Aggregate(1L, (product, size) => product * size);
        return 1 / Math.Sqrt(inputs);
    }

    private static Func<ulong, float> Distribution(string name, double bound) => name switch
    {
        "video_encoder.mean" or "audio_encoder.mean" or "rate.pace_mean" => _ => 0,
        "video_encoder.deviation" or "audio_encoder.deviation" => _ => 1,
        "decoder.embedding.weight" => Normal,
        _ when name.EndsWith("_norm.weight", StringComparison.Ordinal) => bits => (float)(0.5 + Unit(bits)),
        _ => bits => (float)((2 * Unit(bits) - 1) * bound),
    };

    private static void Write(Stream output, long count, SplitMix64 random, Func<ulong, float> draw)
    {
        var chunk = new float[Math.Min(count, ChunkLength)];
        for (long first = 0; first < count; first += chunk.Length)
        {
            int length = (int)Math.Min(chunk.Length, count - first);
            for (int i = 0; i < length; i++)
                chunk[i] = draw(random[first + i]);
            output.Write(MemoryMarshal.AsBytes(chunk.AsSpan(0, length)));
        }
    }

    // In (0, 1), from the upper half of the bits.
    private static double Unit(ulong bits) => ((bits >> 32) + 0.5) / (1UL << 32);

    // Box and Muller's: two uniform numbers from the two halves of the bits.
    private static float Normal(ulong bits) =>
        (float)(Math.Sqrt(-2 * Math.Log(Unit(bits))) * Math.Cos(2 * Math.PI * Unit(bits << 32)));

    // Steele, Lea and Flood's SplitMix64, by index: number i needs none of the numbers before it.
    private readonly struct SplitMix64(ulong seed, ulong stream)
    {
        private const ulong Gamma = 0x9E3779B97F4A7C15;    // odd, near 2⁶⁴ / φ

        private readonly ulong _start = Mix(Mix(seed + Gamma) + stream);

        public ulong this[long index] => Mix(_start + (ulong)index * Gamma);

        private static ulong Mix(ulong x)
        {
            x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
            x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
            return x ^ (x >> 31);
        }
    }
}
