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
/// The file holds <c>frames</c> [batch, time, height, width, 3], <c>mel</c> [batch, steps, n_mels], for a network that reads past chat
/// <c>words</c> [batch, comments, words] and <c>age</c> [batch, comments], <c>past_after</c>, <c>past_next</c> and <c>past_scores</c> for them, and <c>tokens</c> [batch, n], which are fed one by one from the
/// fused state. The window is encoded whole, then in two parts with the state carried over. <c>greedy</c>
/// [batch, m] holds the most likely comment by the runtime's rules, filled up with the end mark.
/// In int8 and float16 the outputs that they touch may differ by <see cref="Share"/> of the largest number that torch computed there, and greedy
/// comments are only reported: two words that are nearly as likely change places, and every word after them is another.
/// </remarks>
public static class GoldenCheck
{
    /// <summary>How far a precision may move an output, as a share of its largest number; 0 in float32, whose <see cref="Limit"/>
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

    /// <summary>The largest difference that float32 arithmetic explains on a provider.</summary>
    public static double Limit(ExecutionProvider provider) => provider == ExecutionProvider.Cuda ? 1e-3 : 1e-4;

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
        ReadOnlySpan<byte> frames = golden.Read<byte>(GraphContract.Frames);
        ReadOnlySpan<float> mel = golden.Read<float>(GraphContract.Mel);
        EncoderState zeros = EncoderState.Zeros(model.Config, batch);
        PastWords[]? past = model.Chat?.Encode(golden.Read<long>(GraphContract.Words).ToArray(), golden.Read<float>(GraphContract.Age).ToArray(), batch);
        if (past is not null)
            report.AddRange(Compare(past, golden, model));
        ClipContext[] clips = Encode("", model.Video.Encode(frames, zeros), model.Audio.Encode(mel, zeros));

        int time = Size(golden, GraphContract.Frames, 1), strides = Size(golden, GraphContract.Mel, 1) / model.Config.MelStride;
        var (firstFrames, restFrames) = Split(frames, batch, time / 2 * model.Config.Frame.ByteCount);
        var (firstMel, restMel) = Split(mel, batch, strides / 2 * model.Config.MelStride * model.Config.Mel.MelCount);
        Encode(" in two parts", model.Video.Encode(restFrames, model.Video.Encode(firstFrames, zeros)), model.Audio.Encode(restMel, model.Audio.Encode(firstMel, zeros)));

        if (model.HasRate)
        {
            float[] rates = [.. clips.Select(model.Rate)];
            report.Add(new(GraphContract.Rate, Difference(rates, golden.Read<float>(GraphContract.Rate)), StateLimit(model, GraphContract.Rate, golden.Read<float>(GraphContract.Rate)), rates.Length));
        }
        Decode(model, golden, clips, report);
        DecodeTogether(model, golden, clips, report);
        DecodeGreedily(model, golden, clips, report);
        return report;

        ClipContext[] Encode(string how, EncoderState video, EncoderState audio)
        {
            ClipContext[] fused = model.Fuse(video, audio, past);
            float[][] found = [video.HiddenArray, video.CellArray, audio.HiddenArray, audio.CellArray, Stack(fused, clip => clip.Hidden), Stack(fused, clip => clip.Cell)];
            for (int i = 0; i < States.Length; i++)
                report.Add(new(States[i] + how, Difference(found[i], golden.Read<float>(States[i])), StateLimit(model, States[i], golden.Read<float>(States[i])), found[i].Length));
            return fused;
        }
    }

    // Words are the same or not; scores are of float32 arithmetic.
    private static IEnumerable<GoldenDifference> Compare(PastWords[] found, SafeTensors golden, CommentModel model)
    {
        PastWords[] expected = [.. PastWords.Read(golden, found.Length).Select(past => past.Check(model.Config, golden.Path))];
        yield return Words(GraphContract.PastAfter, past => past.AfterArray);
        yield return Words(GraphContract.PastNext, past => past.NextArray);
        float[] scores = [.. found.SelectMany(past => past.ScoreArray)];
        yield return new(GraphContract.PastScores, Difference(scores, [.. expected.SelectMany(past => past.ScoreArray)]), Limit(model.Options.Provider), scores.Length);

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
        return share > 0 ? ShareOf(share, expected) : Limit(model.Options.Provider);
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
        report.Add(new("greedy", differing, model.Options.Precision is Precision.Float32 or Precision.Screened ? 0 : double.PositiveInfinity, clips.Length * length));
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
        int batch = Size(golden, GraphContract.Frames, 0);
        Check(GraphContract.Frames, batch, -1, config.Frame.Height, config.Frame.Width, FrameSpec.Channels);
        Check(GraphContract.Mel, batch, -1, config.Mel.MelCount);
        if (Size(golden, GraphContract.Mel, 1) % config.MelStride != 0)
            throw new TwitchException($"{golden.Path}: tensor 'mel' has {Size(golden, GraphContract.Mel, 1)} steps, the model needs a multiple of {config.MelStride}; export the bundle again.");
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
        HasRoundedFrames(model) && output is not (GraphContract.AudioHidden or GraphContract.AudioCell) ? ShareOf(Int8StateShare, expected) : Limit(model.Options.Provider);

    private static bool HasRoundedFrames(CommentModel model) =>
        model.Bundle.InPrecisionIfAny(BundleManifest.VideoEncoderFile, model.Options.PrecisionName) != BundleManifest.VideoEncoderFile;

    private static double ShareOf(double share, ReadOnlySpan<float> expected) => share * Math.Abs(TensorPrimitives.MaxMagnitude(expected));

    private static readonly string[] States = [.. GraphContract.FusionInputs, GraphContract.Hidden, GraphContract.Cell];

    private static int Size(SafeTensors golden, string name, int axis)
    {
        long[] shape = golden.Find(name).Shape;
        return axis < shape.Length ? (int)shape[axis] : 0;
    }

    // Each clip's first elements, and each clip's rest.
    private static (T[] First, T[] Second) Split<T>(ReadOnlySpan<T> values, int batch, int first)
    {
        int length = values.Length / batch, rest = length - first;
        var (a, b) = (new T[batch * first], new T[batch * rest]);
        for (int row = 0; row < batch; row++)
        {
            values.Slice(row * length, first).CopyTo(a.AsSpan(row * first));
            values.Slice(row * length + first, rest).CopyTo(b.AsSpan(row * rest));
        }
        return (a, b);
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
