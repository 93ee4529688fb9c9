using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Twitch.Runtime;

/// <summary>Frozen eyes and ears: what is seen and heard in a second, as features. Shared between threads.</summary>
public sealed class Senses : IDisposable
{
    private readonly FeatureGraph _frames, _sound;
    private readonly IReadOnlyList<IDisposable> _owned;

    internal Senses(OpenGraph frames, OpenGraph sound, EyesSpec eyes, EarsSpec ears, params IReadOnlyList<IDisposable> owned)
    {
        _owned = owned;
        (Eyes, Ears) = (eyes, ears);
        _frames = new FeatureGraph(frames, GraphContract.Frames, TensorElementType.UInt8, [eyes.Frame.Height, eyes.Frame.Width, FrameSpec.Channels], eyes.FeatureCount);
        _sound = new FeatureGraph(sound, GraphContract.Mel, TensorElementType.Float, [ears.StepCount, ears.MelCount], ears.FeatureCount);
    }

    /// <summary>Of the frames.</summary>
    public EyesSpec Eyes { get; }

    /// <summary>Of the sound.</summary>
    public EarsSpec Ears { get; }

    /// <summary>Opens both graphs from their files, on the processor.</summary>
    /// <param name="framesFile">The file that <see cref="EyesSpec.Sha256"/> is of.</param>
    /// <param name="soundFile">The file that <see cref="EarsSpec.Sha256"/> is of.</param>
    /// <param name="eyes">What the first takes and gives.</param>
    /// <param name="ears">What the second takes and gives.</param>
    /// <param name="threads">Threads of one operation; 0 takes one for each core.</param>
    /// <exception cref="TwitchException">A file is not there, or is another graph.</exception>
    public static Senses Open(string framesFile, string soundFile, EyesSpec eyes, EarsSpec ears, int threads = 0)
    {
        var options = new RuntimeOptions { IntraOpThreads = threads };
        using SessionOptions session = Accelerator.SessionOptions(options, wholly: false);
        var run = new RunOptions();
        InferenceSession? frames = null;
        try
        {
            frames = GraphSession.Open(framesFile, GraphContract.FrameFeatures(eyes), session, options.Provider);
            InferenceSession sound = GraphSession.Open(soundFile, GraphContract.SoundFeatures(ears), session, options.Provider);
            return new Senses(new OpenGraph(frames, run, options.Provider), new OpenGraph(sound, run, options.Provider), eyes, ears, frames, sound, run);
        }
        catch
        {
            frames?.Dispose();
            run.Dispose();
            throw;
        }
    }

    /// <summary>Looks at frames.</summary>
    /// <param name="frames">[count, height, width, 3] RGB; read during the call.</param>
    /// <returns>[count, features].</returns>
    /// <exception cref="ArgumentException">The bytes are not whole frames.</exception>
    public float[] See(ReadOnlySpan<byte> frames) => _frames.Compute(frames);

    /// <summary>Listens to seconds of sound.</summary>
    /// <param name="mel">[count, steps of a second, n_mels] log-mel; read during the call.</param>
    /// <returns>[count, features].</returns>
    /// <exception cref="ArgumentException">The numbers are not whole seconds.</exception>
    public float[] Hear(ReadOnlySpan<float> mel) => _sound.Compute(mel);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
            owned.Dispose();
    }

    // A graph without a state: rows in, features of each out.
    private sealed class FeatureGraph(OpenGraph graph, string input, TensorElementType type, long[] rowShape, int features)
    {
        private readonly string[] _inputs = [input], _outputs = [GraphContract.Features];
        private readonly int _rowSize = (int)rowShape.Aggregate(1L, (product, size) => product * size);

        public unsafe float[] Compute<T>(ReadOnlySpan<T> rows) where T : unmanaged
        {
            if (rows.Length % _rowSize != 0)
                throw new ArgumentException($"'{input}' has {rows.Length} elements; a multiple of {_rowSize} is needed.");
            int count = rows.Length / _rowSize;
            var result = new float[count * features];
            if (count == 0)
                return result;
            fixed (T* start = rows)
            {
                using OrtValue given = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, [count, .. rowShape], (nint)start, (long)rows.Length * sizeof(T));
                using OrtValue found = OrtValue.CreateTensorValueFromMemory(result, [count, features]);
                graph.Run(_inputs, [given], _outputs, [found]);
            }
            return result;
        }
    }
}
