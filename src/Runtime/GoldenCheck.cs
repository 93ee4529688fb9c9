using System.Numerics.Tensors;

namespace Twitch.Runtime;

/// <summary>How far one output is from what torch computed.</summary>
/// <param name="Output">Name of the output in <c>golden.safetensors</c>, or what was compared.</param>
/// <param name="Difference">Largest |difference|; for <c>greedy</c>, <c>past_after</c> and <c>past_next</c>, how many tokens differ.</param>
/// <param name="Limit">How much may be; infinite if it is only reported.</param>
/// <param name="Compared">Numbers or tokens that were compared.</param>
public readonly record struct GoldenDifference(string Output, double Difference, double Limit, int Compared)
{
    /// <summary>Whether it is no more than it may be.</summary>
    public bool IsAllowed => Difference <= Limit;

    /// <summary>How much of its limit it uses up; where nothing may differ, how much does.</summary>
    public double Share => Limit > 0 ? Difference / Limit : Difference;
}

/// <summary>Replays <c>golden.safetensors</c>, a window and every output along the way as torch computed it, on this machine and provider.</summary>
/// <remarks>
/// The file holds <c>frames</c> [batch, time, height, width, 3], <c>mel</c> [batch, steps, n_mels]; for a network with eyes and ears in their place
/// <c>frame_features</c> and <c>sound_features</c> [batch, time, features], and <c>eyes_frames</c> [count, height, width, 3], <c>eyes_features</c>, <c>ears_mel</c>
/// [count, steps, n_mels] and <c>ears_features</c>, which the exporting machine computed; for a network that reads past chat
/// <c>words</c> [batch, comments, words] and <c>age</c> [batch, comments], <c>past_after</c>, <c>past_next</c> and <c>past_scores</c> for them, and <c>tokens</c> [batch, n], which are fed one by one from the
/// fused state. The window is encoded whole, then in two parts with the state carried over. <c>greedy</c>
/// [batch, m] holds the most likely comment by the runtime's rules, filled up with the end mark.
/// In int8 and float16 the outputs that they touch may differ by <see cref="Share"/> of the largest number that torch computed there, and greedy
/// comments are only reported: two words that are nearly as likely change places, and every word after them is another.
/// </remarks>
public static class GoldenCheck
{
    /// <summary>How far a precision may move an output, as a share of its largest number; 0 in float32, whose <see cref="Limit(ExecutionProvider)"/>
    /// is the same everywhere. In int8, rounding both factors of a product to 1/254 of their block's range moves a sum of hundreds of them by
    /// about 1 %, seldom by twice that. Float16 rounds each factor and the sum to 1/2048 of itself.</summary>
    public static double Share(Precision precision) => precision switch
    {
        Precision.Int8 => 0.05,
        Precision.Float16 => 0.01,
        _ => 0,
    };

    /// <summary>The same of the states of encoders whose frames met eight bits: what moved goes round with the state, frame after frame. Random weights and
    /// frames of 224×224, 150,528 products for each gate, had 0.17; a wrong scale or order gives 1 and more.</summary>
    public const double Int8StateShare = 0.25;

    /// <summary>The largest difference that float32 arithmetic explains on a provider, where numbers are no larger than 1; above, as a share of the largest.</summary>
    public static double Limit(ExecutionProvider provider) => provider == ExecutionProvider.Cuda ? 1e-3 : 1e-4;

    /// <summary>How far features may be from those of the exporting machine, as a share of the largest: in 8 bits processors add in ways of their own, and a
    /// number that lies between two steps falls to either side.</summary>
    public const double FeatureShare = 0.05;

    private static double Limit(CommentModel model, ReadOnlySpan<float> expected) => Limit(model.Options.Provider) * Math.Max(1, ShareOf(1, expected));

    /// <summary>Computes every output of the bundle's own golden file again.</summary>
    /// <returns>The largest difference of each output, in the order of computation.</returns>
    /// <exception cref="TwitchException">The bundle has no golden file, or it does not fit the model.</exception>
    public static IReadOnlyList<GoldenDifference> Run(CommentModel model)
    {
        string path = model.Bundle.PathOf(BundleManifest.GoldenFile);
        if (!model.Bundle.Manifest.Files.ContainsKey(BundleManifest.GoldenFile))
            throw new TwitchException($"{path}: the bundle has no such file, so there is nothing to compare with; export the bundle again.");
        using SafeTensors golden = SafeTensors.Open(path);
        return Run(model, golden);
    }

    /// <summary>Computes every output of a golden file again.</summary>
    /// <returns>The largest difference of each output, in the order of computation.</returns>
    /// <exception cref="TwitchException">The file does not fit the model.</exception>
    public static IReadOnlyList<GoldenDifference> Run(CommentModel model, SafeTensors golden)
    {
        int batch = CheckShapes(golden, model.Config);

        var report = new List<GoldenDifference>();
        if (model.Senses is { } senses)
            report.AddRange(Perceive(senses, golden));
        EncoderState zeros = EncoderState.Zeros(model.Config, batch);
        PastWords[]? past = model.Chat?.Encode(golden.Read<long>(GraphContract.Words).ToArray(), golden.Read<float>(GraphContract.Age).ToArray(), batch);
        if (past is not null)
            report.AddRange(Compare(past, golden, model));
        (int time, int steps) = (Size(golden, Seen(model.Config), 1), Size(golden, Heard(model.Config), 1) / (model.Config.Ears is null ? model.Config.MelStride : 1));
        ClipContext[] clips = Encode("", See(0, time, zeros), Hear(0, steps, zeros));
        Encode(" in two parts", See(time / 2, time, See(0, time / 2, zeros)), Hear(steps / 2, steps, Hear(0, steps / 2, zeros)));

        if (model.HasRate)
        {
            float[] rates = [.. clips.Select((clip, row) => model.Rate(clip, model.Chat is null ? null : Pace(golden, row)))];
            report.Add(new(GraphContract.Rate, Difference(rates, golden.Read<float>(GraphContract.Rate)), StateLimit(model, GraphContract.Rate, golden.Read<float>(GraphContract.Rate)), rates.Length));
        }
        Decode(model, golden, clips, report);
        DecodeTogether(model, golden, clips, report);
        DecodeGreedily(model, golden, clips, report);
        return report;

        EncoderState See(int from, int to, EncoderState state) => model.Config.Eyes is { } eyes
            ? model.Video.EncodeFeatures(Steps(golden.Read<float>(FrameFeatures), batch, eyes.FeatureCount, from, to), state)
            : model.Video.Encode(Steps(golden.Read<byte>(GraphContract.Frames), batch, model.Config.Frame.ByteCount, from, to), state);

        EncoderState Hear(int from, int to, EncoderState state) => model.Config.Ears is { } ears
            ? model.Audio.EncodeFeatures(Steps(golden.Read<float>(SoundFeatures), batch, ears.FeatureCount, from, to), state)
            : model.Audio.Encode(Steps(golden.Read<float>(GraphContract.Mel), batch, model.Config.MelStepSize, from, to), state);

        ClipContext[] Encode(string how, EncoderState video, EncoderState audio)
        {
            ClipContext[] fused = model.Fuse(video, audio, past);
            float[][] found = [video.HiddenArray, video.CellArray, audio.HiddenArray, audio.CellArray, Stack(fused, clip => clip.Hidden), Stack(fused, clip => clip.Cell)];
            for (int i = 0; i < States.Length; i++)
                report.Add(new(States[i] + how, Difference(found[i], golden.Read<float>(States[i])), StateLimit(model, States[i], golden.Read<float>(States[i])), found[i].Length));
            return fused;
        }
    }

    /// <summary>Names of what only networks with eyes and ears have in a golden file.</summary>
    public const string FrameFeatures = "frame_features", SoundFeatures = "sound_features", EyesFrames = "eyes_frames", EyesFeatures = "eyes_features", EarsMel = "ears_mel", EarsFeatures = "ears_features";

    private static string Seen(ModelConfig config) => config.Eyes is null ? GraphContract.Frames : FrameFeatures;

    private static string Heard(ModelConfig config) => config.Ears is null ? GraphContract.Mel : SoundFeatures;

    private static GoldenDifference[] Perceive(Senses senses, SafeTensors golden)
    {
        return [Of(EyesFeatures, senses.See(golden.Read<byte>(EyesFrames))), Of(EarsFeatures, senses.Hear(golden.Read<float>(EarsMel)))];

        GoldenDifference Of(string output, float[] found) => new(output, Difference(found, golden.Read<float>(output)), ShareOf(FeatureShare, golden.Read<float>(output)), found.Length);
    }

    // Words are the same or not; scores are of float32 arithmetic.
    private static IEnumerable<GoldenDifference> Compare(PastWords[] found, SafeTensors golden, CommentModel model)
    {
        PastWords[] expected = [.. PastWords.Read(golden, found.Length).Select(past => past.Check(model.Config, golden.Path))];
        yield return Words(GraphContract.PastAfter, past => past.AfterArray);
        yield return Words(GraphContract.PastNext, past => past.NextArray);
        float[] scores = [.. found.SelectMany(past => past.ScoreArray)];
        float[] expectedScores = [.. expected.SelectMany(past => past.ScoreArray)];
        yield return new(GraphContract.PastScores, Difference(scores, expectedScores), Limit(model, expectedScores), scores.Length);

        GoldenDifference Words(string output, Func<PastWords, long[]> of)
        {
            long[] words = [.. found.SelectMany(of)];
            return new(output, words.Zip(expected.SelectMany(of)).Count(pair => pair.First != pair.Second), 0, words.Length);
        }
    }

    // Given tokens, one by one: the state that goes out of a step goes into the next.
    private static void Decode(CommentModel model, SafeTensors golden, ClipContext[] clips, List<GoldenDifference> report)
    {
        int count = Size(golden, "tokens", 1), vocabulary = model.Config.VocabularySize, size = model.Config.HiddenSize;
        double logits = 0, hidden = 0, cell = 0;
        using IModelDecoder decoder = model.CreateDecoder();
        for (int row = 0; row < clips.Length; row++)
        {
            decoder.Reset(clips[row]);
            for (int i = row * count; i < (row + 1) * count; i++)
            {
                if (i == (row + 1) * count - 1)
                    Last(decoder.Peek((int)golden.Read<long>("tokens")[i]), row);
                logits = Math.Max(logits, Difference(decoder.Advance((int)golden.Read<long>("tokens")[i]), golden.Read<float>(GraphContract.Logits).Slice(i * vocabulary, vocabulary)));
            }
        }
        report.AddRange([Of(GraphContract.Logits, logits), Of(GraphContract.NextHidden, hidden), Of(GraphContract.NextCell, cell)]);

        GoldenDifference Of(string output, double difference)
        {
            ReadOnlySpan<float> expected = golden.Read<float>(output);
            return new(output, difference, DecoderLimit(model, expected), expected.Length);
        }

        void Last((float[] Hidden, float[] Cell) state, int row)
        {
            hidden = Math.Max(hidden, Difference(state.Hidden, golden.Read<float>(GraphContract.NextHidden).Slice(row * size, size)));
            cell = Math.Max(cell, Difference(state.Cell, golden.Read<float>(GraphContract.NextCell).Slice(row * size, size)));
        }
    }

    // The same where another graph writes several comments at a time.
    private static void DecodeTogether(CommentModel model, SafeTensors golden, ClipContext[] clips, List<GoldenDifference> report)
    {
        int rows = model.ManyRows;
        if (model.DecoderFile(rows) == model.DecoderFile(1))
            return;
        int count = Size(golden, "tokens", 1), vocabulary = model.Config.VocabularySize;
        ReadOnlySpan<long> tokens = golden.Read<long>("tokens");
        double logits = 0;
        using IModelBatchDecoder decoder = model.CreateBatchDecoder(Math.Max(rows, clips.Length));
        for (int row = 0; row < clips.Length; row++)
            decoder.Reset(row, clips[row]);
        var next = new int[clips.Length];
        for (int i = 0; i < count; i++)
        {
            for (int row = 0; row < clips.Length; row++)
                next[row] = (int)tokens[row * count + i];
            ReadOnlySpan<float> found = decoder.Advance(next);    // [rows, vocabulary]
            for (int row = 0; row < clips.Length; row++)
                logits = Math.Max(logits, Difference(found.Slice(row * vocabulary, vocabulary), golden.Read<float>(GraphContract.Logits).Slice((row * count + i) * vocabulary, vocabulary)));
        }
        report.Add(new($"{GraphContract.Logits} of several rows", logits, DecoderLimit(model, golden.Read<float>(GraphContract.Logits)), clips.Length * count * vocabulary));
    }

    private static double DecoderLimit(CommentModel model, ReadOnlySpan<float> expected)
    {
        double share = HasRoundedFrames(model) ? Int8StateShare : Share(model.Options.Precision);
        return share > 0 ? ShareOf(share, expected) : Limit(model, expected);
    }

    private static void DecodeGreedily(CommentModel model, SafeTensors golden, ClipContext[] clips, List<GoldenDifference> report)
    {
        int length = Size(golden, "greedy", 1), differing = 0;
        var options = new SamplingOptions { Temperature = 0, TopK = 0, MinLength = 1, MaxLength = length };
        for (int row = 0; row < clips.Length; row++)
        {
            IReadOnlyList<int> tokens = Greedy(model, clips[row], options);
            ReadOnlySpan<long> expected = golden.Read<long>("greedy").Slice(row * length, length);
            for (int i = 0; i < length; i++)
                differing += expected[i] == (i < tokens.Count ? tokens[i] : Vocabulary.End) ? 0 : 1;
        }
        report.Add(new("greedy", differing, model.Options.Precision == Precision.Float32 ? 0 : double.PositiveInfinity, clips.Length * length));
    }

    // What the network says: no words but the special ones are banned, and nothing is drawn again.
    private static IReadOnlyList<int> Greedy(CommentModel model, ClipContext clip, SamplingOptions options)
    {
        using IModelDecoder decoder = model.CreateDecoder();
        using var generator = new CommentGenerator(decoder, new Sampler(model.Config.VocabularySize), clip, options);
        return generator.ToEnd(model.Vocabulary).Tokens;
    }

    private static int CheckShapes(SafeTensors golden, ModelConfig config)
    {
        int batch = Size(golden, Seen(config), 0);
        if (config is { Eyes: { } eyes, Ears: { } ears })
        {
            Check(FrameFeatures, batch, -1, eyes.FeatureCount);
            Check(SoundFeatures, batch, -1, ears.FeatureCount);
            Check(EyesFrames, -1, eyes.Frame.Height, eyes.Frame.Width, FrameSpec.Channels);
            Check(EyesFeatures, Size(golden, EyesFrames, 0), eyes.FeatureCount);
            Check(EarsMel, -1, ears.StepCount, ears.MelCount);
            Check(EarsFeatures, Size(golden, EarsMel, 0), ears.FeatureCount);
        }
        else
        {
            Check(GraphContract.Frames, batch, -1, config.Frame.Height, config.Frame.Width, FrameSpec.Channels);
            Check(GraphContract.Mel, batch, -1, config.Mel.MelCount);
        }
        Check("tokens", batch, -1);
        foreach (string name in States)
            Check(name, batch, config.HiddenSize);
        if (config.Chat is ChatSpec chat)
        {
            Check(GraphContract.Words, batch, chat.CommentCount, chat.WordCount);
            Check(GraphContract.Age, batch, chat.CommentCount);
            CheckIds(GraphContract.Words);
        }
        if (config.RateSize > 0)
            Check(GraphContract.Rate, batch);
        if (config.RateSize > 0 && config.Chat is not null)
            Check(GraphContract.Pace, batch, ChatPace.Count);
        Check(GraphContract.Logits, batch, Size(golden, "tokens", 1), config.VocabularySize);
        Check(GraphContract.NextHidden, batch, config.HiddenSize);
        Check(GraphContract.NextCell, batch, config.HiddenSize);
        Check("greedy", batch, -1);
        CheckIds("tokens");
        return batch;

        void CheckIds(string name)
        {
            foreach (long token in golden.Read<long>(name))
            {
                if (token < 0 || token >= config.VocabularySize)    // Gather would read outside the embedding
                    throw new TwitchException($"{golden.Path}: tensor '{name}' holds {token}; ids are in [0, {config.VocabularySize}); export the bundle again.");
            }
        }

        void Check(string name, params long[] shape)
        {
            long[] found = golden.Find(name).Shape;
            if (batch < 1 || found.Length != shape.Length || !found.Zip(shape).All(pair => pair.Second == -1 ? pair.First > 0 : pair.First == pair.Second))
                throw new TwitchException($"{golden.Path}: tensor '{name}' has shape [{string.Join(", ", found)}], the model needs [{string.Join(", ", shape.Select(size => size < 0 ? "any" : $"{size}"))}]; export the bundle again.");
        }
    }

    // Sound alone never meets a frame.
    private static double StateLimit(CommentModel model, string output, ReadOnlySpan<float> expected) =>
        HasRoundedFrames(model) && output is not (GraphContract.AudioHidden or GraphContract.AudioCell) ? ShareOf(Int8StateShare, expected) : Limit(model, expected);

    private static bool HasRoundedFrames(CommentModel model) =>
        model.Bundle.InPrecisionIfAny(BundleManifest.VideoEncoderFile, model.Options.PrecisionName) != BundleManifest.VideoEncoderFile;

    private static double ShareOf(double share, ReadOnlySpan<float> expected) => share * Math.Abs(TensorPrimitives.MaxMagnitude(expected));

    private static readonly string[] States = [.. GraphContract.FusionInputs, GraphContract.Hidden, GraphContract.Cell];

    private static int Size(SafeTensors golden, string name, int axis)
    {
        long[] shape = golden.Find(name).Shape;
        return axis < shape.Length ? (int)shape[axis] : 0;
    }

    private static ChatPace Pace(SafeTensors golden, int row)
    {
        ReadOnlySpan<float> pace = golden.Read<float>(GraphContract.Pace).Slice(row * ChatPace.Count, ChatPace.Count);
        return new ChatPace(pace[0], pace[1]);
    }

    // Of each clip the steps in [from, to).
    private static T[] Steps<T>(ReadOnlySpan<T> values, int batch, int size, int from, int to)
    {
        int length = values.Length / batch, count = (to - from) * size;
        var steps = new T[batch * count];
        for (int row = 0; row < batch; row++)
            values.Slice(row * length + from * size, count).CopyTo(steps.AsSpan(row * count));
        return steps;
    }

    private delegate ReadOnlySpan<float> Part(ClipContext clip);

    private static float[] Stack(ClipContext[] clips, Part part)
    {
        var all = new List<float>();
        foreach (ClipContext clip in clips)
            all.AddRange(part(clip));
        return [.. all];
    }

    private static double Difference(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        double largest = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double difference = Math.Abs((double)found[i] - expected[i]);
            largest = double.IsNaN(difference) ? double.PositiveInfinity : Math.Max(largest, difference);
        }
        return largest;
    }
}
