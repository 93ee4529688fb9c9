using Twitch.Export;
using Twitch.Training.Chat;
using Twitch.Training.Prepared;

namespace Twitch.Training.Tests;

/// <summary>Torch has one random generator and one count of tensors for the whole process: its tests run one after the other. On one
/// thread: networks this small gain nothing from a second, and waiting for it takes long where other programs run.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TorchTests : ICollectionFixture<TorchTests>
{
    public TorchTests() => TorchSharp.torch.set_num_threads(1);

    public const string Name = "torch";
}

/// <summary>A recording in memory. Every few seconds its picture turns red or blue, and its sound loud or quiet; each comment names
/// both, so that only who sees and hears can foresee it.</summary>
public sealed class SyntheticStream : IPreparedStream
{
    private readonly ModelConfig _config;
    private readonly byte[] _frames;
    private readonly float[] _mel, _seen, _heard;

    public SyntheticStream(ModelConfig config, int seconds, ulong seed = 1, double commentsPerSecond = 1, int sceneSeconds = 6)
    {
        _config = config;
        FrameCount = seconds;
        long steps = config.Mel.StepCount((long)seconds * config.Mel.SampleRate);
        StepCount = config.Ears is null ? steps : seconds;
        _frames = new byte[seconds * config.Frame.ByteCount];
        _mel = new float[steps * config.Mel.MelCount];
        var random = new SplitMix64(seed);

        var red = new bool[seconds / sceneSeconds + 2];
        var loud = new bool[red.Length];
        for (int i = 0; i < red.Length; i++)
            (red[i], loud[i]) = (random.Next() % 2 == 0, random.Next() % 2 == 0);
        for (int i = 0; i < _frames.Length; i++)
        {
            bool isLit = i % 3 == (red[i / config.Frame.ByteCount / sceneSeconds] ? 0 : 2);
            _frames[i] = (byte)((isLit ? 180 : 20) + (int)(random.Next() % 40));
        }
        for (int i = 0; i < _mel.Length; i++)
        {
            int second = (int)((long)i / config.Mel.MelCount * config.Mel.HopLength / config.Mel.SampleRate);
            _mel[i] = (loud[second / sceneSeconds] ? 1f : -6f) + random.Next() % 1000 / 1000f;
        }

        // As eyes and ears of random weights have it: every feature tells something of the picture's colour, or of the sound's loudness, and of noise.
        _seen = Mixed(config.Eyes?.FeatureCount ?? 0, second => [_frames[second * config.Frame.ByteCount] / 128f, _frames[second * config.Frame.ByteCount + 2] / 128f, random.Next() % 1000 / 1000f]);
        _heard = Mixed(config.Ears?.FeatureCount ?? 0, second => [_mel[(int)config.Mel.StepsEndingBy(TimeSpan.FromSeconds(second)) * config.Mel.MelCount], random.Next() % 1000 / 1000f]);

        var comments = new List<ChatComment>();
        for (double time = 0.3; time < seconds; time += 1 / commentsPerSecond)
        {
            int scene = (int)time / sceneSeconds;
            if (time - scene * sceneSeconds < config.WindowSeconds / 2.0)
                continue;    // the scene has only begun
            string tail = (random.Next() % 4) switch { 0 => "wow", 1 => "Kappa", 2 => "LUL LUL", _ => "" };
            comments.Add(new ChatComment(TimeSpan.FromSeconds(time), $"{(red[scene] ? "red" : "blue")} {(loud[scene] ? "loud" : "quiet")} {tail}".Trim(), Author: 0));
        }
        Comments = comments;

        float[] Mixed(int features, Func<int, float[]> told) => [.. Enumerable.Range(0, seconds).SelectMany(second =>
        {
            float[] causes = told(second);
            return Enumerable.Range(0, features).Select(i => causes.Select((cause, k) => cause * MathF.Cos(1 + 3 * i + 7 * k)).Sum());
        })];
    }

    public int FrameCount { get; }

    public long StepCount { get; }

    public IReadOnlyList<ChatComment> Comments { get; init; }

    /// <summary>Sizes with which a network trains in a second.</summary>
    public static ModelConfig Tiny { get; } = ModelConfig.Standard with
    {
        Subwords = false,
        Frame = new FrameSpec(8, 8),
        Mel = MelSpec.Standard with { MelCount = 8 },
        WindowSeconds = 3,
        VocabularySize = 50,
        EmbeddingSize = 16,
        HiddenSize = 24,
        Eyes = new EyesSpec("", "", new FrameSpec(8, 8), FeatureCount: 12),
        Ears = new EarsSpec("", "", SecondOfMel.StepCount, MelCount: 8, FeatureCount: 10),
        ProjectionSize = 16,
        Chat = ChatSpec.Standard,
        Dropout = 0.1f,
        SecondDropout = 0,
        WordDropout = 0.1f,
        OutputDropout = 0.1f,
    };

    /// <summary>The same sizes with eyes and ears of random weights, whose graphs are put into a folder.</summary>
    public static ModelConfig WithSenses(ModelConfig config, string folder)
    {
        Directory.CreateDirectory(folder);
        (EyesSpec eyes, EarsSpec ears) = UntrainedPerception.Write(folder, config.Frame, config.Eyes!.FeatureCount, config.Ears!.FeatureCount, config.Mel);
        return config with { Eyes = eyes, Ears = ears };
    }

    /// <summary>Makes what is heard no number from a second on.</summary>
    public void Damage(int second) => _heard.AsSpan(second * _config.Ears!.FeatureCount).Fill(float.NaN);

    public ReadOnlySpan<byte> Frames(int first, int count) => _frames.AsSpan(first * _config.Frame.ByteCount, count * _config.Frame.ByteCount);

    public ReadOnlySpan<float> FrameFeatures(int first, int count) => _seen.AsSpan(first * _config.Eyes!.FeatureCount, count * _config.Eyes.FeatureCount);

    public ReadOnlySpan<float> SoundFeatures(int first, int count) => _heard.AsSpan(first * _config.Ears!.FeatureCount, count * _config.Ears.FeatureCount);

    public ReadOnlySpan<float> Mel(long first, int count) => _mel.AsSpan((int)first * _config.Mel.MelCount, count * _config.Mel.MelCount);
}

/// <summary>A folder that is gone when the test is over.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("twitch-training-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

/// <summary>Remembers what it was told, and may act after a step.</summary>
public sealed class RecordedProgress(Action<TrainingProgress>? afterStep = null, Action<EpochMetrics>? afterEpoch = null) : ITrainingProgress
{
    public List<EpochMetrics> Epochs { get; } = [];

    public TrainingPlan? Plan { get; private set; }

    public void Started(TrainingPlan plan) => Plan = plan;

    public void Advanced(TrainingProgress progress) => afterStep?.Invoke(progress);

    public void EpochEnded(EpochMetrics epoch, bool isBest)
    {
        Epochs.Add(epoch);
        afterEpoch?.Invoke(epoch);
    }

    public RateResult? Rate { get; private set; }

    public void RateLearned(RateResult result) => Rate = result;

    public void Dispose()
    {
    }
}
