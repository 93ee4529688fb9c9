using Twitch.Training.Chat;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary>A comment and what explains it.</summary>
/// <param name="Stream">Index of its recording.</param>
/// <param name="Time">When it was said.</param>
/// <param name="Window">The frames and mel steps before it.</param>
/// <param name="Tokens"><c>&lt;SOS&gt;</c>, the words, <c>&lt;EOS&gt;</c>.</param>
/// <param name="Chat">What was said before.</param>
public sealed record Example(int Stream, TimeSpan Time, ClipWindow Window, int[] Tokens, ChatBefore Chat = default);

/// <summary>The chat before a moment of a recording.</summary>
/// <param name="Comments">The recording's comments in order of time; absent: nothing is known of them.</param>
/// <param name="Time">The moment.</param>
public readonly record struct ChatBefore(IReadOnlyList<PastComment>? Comments, TimeSpan Time)
{
    /// <summary>The last comments before the moment.</summary>
    public ChatWindow Window(ChatSpec spec) => Comments is null ? ChatWindow.Empty(spec) : ChatWindow.Before(Time, spec, Comments);

    /// <summary>How lively it was; null where nothing is known of it.</summary>
    public ChatPace? Pace => Comments is null ? null : ChatPace.Before(Time, Comments);

    /// <summary>Comments as they can be read, those without a word left out.</summary>
    /// <param name="comments">In order of time.</param>
    /// <param name="vocabulary">The words of the ids.</param>
    public static IReadOnlyList<PastComment> Encode(IEnumerable<ChatComment> comments, Vocabulary vocabulary) =>
        [.. comments.Select(comment => new PastComment(comment.Time, vocabulary.Encode(comment.Text))).Where(comment => comment.Tokens.Length > 0)];
}

/// <summary>What became of the recordings' comments.</summary>
/// <param name="Comments">All of them.</param>
/// <param name="Training">Learned from.</param>
/// <param name="Validation">Held out.</param>
/// <param name="Gap">Left out between the two, so that no window is shared.</param>
/// <param name="WithoutWindow">Left out because no frame or no sound explains them.</param>
/// <param name="OutsideRange">Left out because they, or what explains them, lie outside the range that is used.</param>
public sealed record SplitCounts(int Comments, int Training, int Validation, int Gap, int WithoutWindow, int OutsideRange);

/// <summary>The examples of some recordings, split by time, and the vocabulary of those that are learned from.</summary>
public sealed class TrainingData
{
    /// <summary>Fewest comments that can be trained on, and validated with.</summary>
    public const int LeastTraining = 16, LeastValidation = 4;

    private readonly TrainerOptions _options;

    private TrainingData(
        IReadOnlyList<IPreparedStream> streams, ModelConfig config, TrainerOptions options, Vocabulary vocabulary, Example[] training, Example[] validation, SplitCounts counts,
        IReadOnlyList<IReadOnlyList<PastComment>> chats)
    {
        _options = options;
        Streams = streams;
        Chats = chats;
        Config = config;
        Vocabulary = vocabulary;
        Training = training;
        Validation = validation;
        Counts = counts;
    }

    /// <summary>The recordings.</summary>
    public IReadOnlyList<IPreparedStream> Streams { get; }

    /// <summary>The comments of each recording's used range, as past chat.</summary>
    public IReadOnlyList<IReadOnlyList<PastComment>> Chats { get; }

    /// <summary>The sizes, with the vocabulary's own.</summary>
    public ModelConfig Config { get; }

    /// <summary>The words of the training comments.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>What is learned from.</summary>
    public IReadOnlyList<Example> Training { get; }

    /// <summary>What is held out: the last share of each recording's range.</summary>
    public IReadOnlyList<Example> Validation { get; }

    /// <summary>What became of the comments.</summary>
    public SplitCounts Counts { get; }

    /// <summary>Runs of words in the used range that too few people used to be said; absent if there are none, or nobody's are told apart.</summary>
    public BlockedRuns? Blocked { get; private init; }

    /// <summary>Splits the comments of some recordings and learns their vocabulary.</summary>
    /// <param name="streams">The recordings; they stay open as long as the data is used.</param>
    /// <param name="config">Window and largest vocabulary.</param>
    /// <param name="options">The used range, the held-out share, the longest comment.</param>
    /// <exception cref="TwitchException">Too few comments are left to train or to validate.</exception>
    public static TrainingData Create(IReadOnlyList<IPreparedStream> streams, ModelConfig config, TrainerOptions options)
    {
        var training = new List<(int Stream, ChatComment Comment, ClipWindow Window)>();
        var validation = new List<(int Stream, ChatComment Comment, ClipWindow Window)>();
        int gap = 0, withoutWindow = 0, outside = 0;
        for (int i = 0; i < streams.Count; i++)
        {
            Split split = Split.Of(Duration(streams[i], config), config, options);
            foreach (ChatComment comment in streams[i].Comments)
            {
                ClipWindow window = ClipWindow.Before(comment.Time, config, streams[i].FrameCount, streams[i].StepCount);
                Part part = split.PartOf(comment.Time);
                if (part == Part.Outside)
                    outside++;
                else if (window.IsEmpty)
                    withoutWindow++;
                else if (part == Part.Gap)
                    gap++;
                else
                    (part == Part.Training ? training : validation).Add((i, comment, window));
            }
        }

        var counts = new SplitCounts(streams.Sum(stream => stream.Comments.Count), training.Count, validation.Count, gap, withoutWindow, outside);
        if (training.Count < LeastTraining || validation.Count < LeastValidation)
            throw new TwitchException(
                $"{training.Count} comments are left to train on and {validation.Count} to validate with; {LeastTraining} and {LeastValidation} are needed. " +
                $"Of {counts.Comments}, {withoutWindow} have no picture or no sound before them, " +
                $"{outside} lie outside the used range and {gap} in the gap between the two parts; " +
                "use a longer or busier recording, a wider range or another --validation-share.");

        Vocabulary vocabulary = Learn([.. training.Select(entry => entry.Comment.Text)], config, options);
        if (vocabulary.Count <= Vocabulary.SpecialCount)
            throw new TwitchException($"No word stands {options.MinWordCount} times in the {training.Count} training comments; use a longer recording or --min-word-count 1.");
        IReadOnlyList<PastComment>[] chats = [.. streams.Select(stream => ChatBefore.Encode(stream.Comments.Where(comment => comment.Time >= options.From), vocabulary))];
        BlockedRuns? blocked = OwnWording.Of(
            streams.Select(stream => stream.Comments.Where(comment => comment.Time >= options.From && !(comment.Time > options.Until)).ToArray()), options.AuthorNgram, options.MinAuthors);
        return new TrainingData(streams, config with { VocabularySize = vocabulary.Count }, options, vocabulary, Encode(training), Encode(validation), counts, chats) { Blocked = blocked };

        Example[] Encode(List<(int Stream, ChatComment Comment, ClipWindow Window)> entries) =>
            [.. entries.Select(entry => new Example(entry.Stream, entry.Comment.Time, entry.Window,
                [Vocabulary.Start, .. vocabulary.Encode(entry.Comment.Text, options.MaxLength, SamplingOptions.MostTokens(options.MaxLength)), Vocabulary.End],
                new ChatBefore(chats[entry.Stream], entry.Comment.Time)))];
    }

    // Preset published knows words alone.
    private static Vocabulary Learn(string[] texts, ModelConfig config, TrainerOptions options)
    {
        if (!config.Subwords)
            return Vocabulary.Build(texts, config.VocabularySize, options.MinWordCount);
        if (config.VocabularySize < Vocabulary.LeastSubwords)
            throw new TwitchException($"--vocabulary is {config.VocabularySize}; with subwords it must be at least {Vocabulary.LeastSubwords}, the bytes and what is special.", ExitCode.Usage);
        return Vocabulary.BuildSubwords(texts, config.VocabularySize, options.MinWordCount);
    }

    /// <summary>Mean and deviation of each feature of the frames that training windows hold.</summary>
    public FeatureStatistics SeenStatistics() => FeatureStatistics.Of(
        Stretches().Select(part => Streams[part.Stream].FrameFeatures((int)part.First, part.Count).ToArray()), Config.Eyes!.FeatureCount);

    /// <summary>Mean and deviation of each feature of the sound that training windows hold.</summary>
    public FeatureStatistics HeardStatistics() => FeatureStatistics.Of(
        Stretches().Select(part => Streams[part.Stream].SoundFeatures((int)part.First, part.Count).ToArray()), Config.Ears!.FeatureCount);

    private IReadOnlyList<(int Stream, long First, int Count)> Stretches() =>
        StepPool.Union([.. Training.Select(example => (example.Stream, (long)example.Window.FirstFrame, example.Window.FrameCount))]).Parts;

    /// <summary>Examples as a step of training shows them: some with the window of a second earlier, if that is as long.</summary>
    /// <param name="examples">As they are.</param>
    /// <param name="step">Decides which, with the seed.</param>
    public Example[] Shown(IEnumerable<Example> examples, long step)
    {
        var random = new SplitMix64(SplitMix64.Mix(_options.Seed ^ long.MinValue, step));
        return [.. examples.Select(example =>
        {
            if (!(random.Next() >> 11 < _options.EarlierWindows * (1L << 53)))
                return example;
            IPreparedStream stream = Streams[example.Stream];
            ClipWindow earlier = ClipWindow.Before(example.Time - TimeSpan.FromSeconds(1), Config, stream.FrameCount, stream.StepCount);
            return earlier.FrameCount == example.Window.FrameCount && earlier.StepCount == example.Window.StepCount ? example with { Window = earlier } : example;
        })];
    }

    /// <summary>Share of each id among the training targets, <c>&lt;EOS&gt;</c> included, [vocabulary]; one that never comes has that
    /// of a third of a token.</summary>
    public float[] WordShares()
    {
        var counts = new float[Vocabulary.Count];
        Array.Fill(counts, 1 / 3f);
        foreach (Example example in Training)
        {
            foreach (int token in example.Tokens.AsSpan(1))
                counts[token]++;
        }
        float sum = counts.Sum();
        return [.. counts.Select(count => count / sum)];
    }

    /// <summary>Every whole second of one part, as examples whose comment is empty, and how many comments were said in it.</summary>
    /// <param name="part">Training or validation.</param>
    /// <param name="options">The used range and the held-out share.</param>
    public IReadOnlyList<(Example Second, int Comments)> Seconds(Part part, TrainerOptions options)
    {
        var seconds = new List<(Example, int)>();
        for (int i = 0; i < Streams.Count; i++)
        {
            IPreparedStream stream = Streams[i];
            Split split = Split.Of(Duration(stream, Config), Config, options);
            ILookup<long, ChatComment> said = stream.Comments.ToLookup(comment => (long)Math.Floor(comment.Time.TotalSeconds));
            for (int second = 0; second < stream.FrameCount; second++)
            {
                TimeSpan time = TimeSpan.FromSeconds(second);
                ClipWindow window = ClipWindow.Before(time, Config, stream.FrameCount, stream.StepCount);
                if (split.PartOf(time) == part && time + TimeSpan.FromSeconds(1) <= split.Last && !window.IsEmpty)
                    seconds.Add((new Example(i, time, window, [Vocabulary.Start, Vocabulary.End], new ChatBefore(Chats[i], time)), said[second].Count()));
            }
        }
        return seconds;
    }

    /// <summary>Length of a recording: of its picture or of its sound, whichever is longer.</summary>
    private static TimeSpan Duration(IPreparedStream stream, ModelConfig config) => TimeSpan.FromSeconds(
        Math.Max(stream.FrameCount, stream.StepCount * (double)config.Mel.HopLength / config.Mel.SampleRate));
}
