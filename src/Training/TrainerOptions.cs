using System.Text.Json.Serialization;
using Twitch.Training.Chat;

namespace Twitch.Training;

/// <summary>How a network is trained. Immutable; change it with <c>with</c>.</summary>
/// <remarks>What is not marked as ignored below decides the result, is kept with the checkpoint, and must be the same to resume it.</remarks>
public sealed record TrainerOptions
{
    /// <summary>Times that every training comment is seen, at most. Absent: as often as makes six hundred steps, from 12 to 30 times, so that a
    /// short recording is learned as thoroughly as a long one.</summary>
    public int? Epochs { get; init; }

    /// <summary>Comments in one step.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Largest learning rate, reached after the warm-up.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>AdamW's decoupled weight decay; matrices alone decay. 0 makes it Adam.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Share of all steps over which the learning rate rises from 0. In [0, 1).</summary>
    public double WarmUp { get; init; } = 0.05;

    /// <summary>Whether the learning rate falls to 0 along a cosine after the warm-up; otherwise it stays.</summary>
    public bool CosineDecay { get; init; } = true;

    /// <summary>Largest norm of a step's gradient; a longer one is scaled down to it.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Share of a target's probability that is spread over all words, by how often each is said, in training alone: what was seen
    /// once is not all that can come. In [0, 1).</summary>
    public double LabelSmoothing { get; init; } = 0.02;

    /// <summary>Share of the words before the next that the decoder may not read at first, so that the encoders learn; see
    /// <see cref="Schedule"/>. Where what matters is small or rare it makes the network look and listen, at the price of some perplexity. In [0, 1].</summary>
    public double WithheldWords { get; init; }

    /// <summary>Share of the comments that are shown, in training, the window of a second earlier: people answer sooner or later. In [0, 1].</summary>
    public double EarlierWindows { get; init; } = 0.3;

    /// <summary>Epochs without a better validation perplexity after which training stops.</summary>
    public int Patience { get; init; } = 8;

    /// <summary>Seed of the weights, of the order of comments and of dropout.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Last share of the used range that is held out for validation. In (0, 0.5].</summary>
    public double ValidationShare { get; init; } = 0.1;

    /// <summary>Where the used range of each recording begins: no window reaches before it.</summary>
    public TimeSpan From { get; init; }

    /// <summary>Where the used range of each recording ends; later comments are not seen. Absent: at the recording's end.</summary>
    public TimeSpan? Until { get; init; }

    /// <summary>Most words of a comment; the rest of a longer one is not learned.</summary>
    public int MaxLength { get; init; } = 20;

    /// <summary>Words that the training comments hold less often are spelt in pieces, or are <c>&lt;UNK&gt;</c> where there are none. Spelt words teach how
    /// words are spelt: on a chat of which a third of the words are new, 2 gives 2.47 bits a character, 3 2.38, 4 2.37, and 8 2.38.</summary>
    public int MinWordCount { get; init; } = 3;

    /// <summary>How many people must have used a run of <see cref="AuthorNgram"/> words for it to be said; 1 lets every run be said. In [1, 1000].</summary>
    public int MinAuthors { get; init; } = ChatLogOptions.UsualMinAuthors;

    /// <summary>Words of such a run. In [1, 100].</summary>
    public int AuthorNgram { get; init; } = 3;

    /// <summary>Device: <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads of one operation; 0 leaves the choice to torch (one for each core). With another number, sums round
    /// differently, so bit-identical results need the same.</summary>
    [JsonIgnore]
    public int Threads { get; init; }

    /// <summary>Time between two saves within an epoch: what a kill can lose. Every epoch's end is saved too.</summary>
    [JsonIgnore]
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Begin anew even if the folder holds a run that could be resumed; what it holds is replaced.</summary>
    [JsonIgnore]
    public bool Restart { get; init; }

    /// <summary>The defaults of a preset: <c>published</c> as it was (Adam, 1e-4, batches of 16, 100 epochs), or <c>standard</c>.</summary>
    public static TrainerOptions For(string preset) => preset == ModelConfig.Published.Preset
        ? new() { Epochs = 100, BatchSize = 16, LearningRate = 1e-4, WeightDecay = 0, LabelSmoothing = 0, EarlierWindows = 0, WarmUp = 0, CosineDecay = false, MinWordCount = 1 }
        : new();

    /// <summary>Epochs of a run with so many steps in each.</summary>
    public int EpochsOf(int stepsPerEpoch) => Epochs ?? Math.Clamp(600 / stepsPerEpoch, 12, 30);

    /// <summary>Checks every option against its range; messages use the command line's names.</summary>
    /// <exception cref="TwitchException">An option is out of range (exit code 2).</exception>
    public TrainerOptions Validate()
    {
        Check(Epochs is null or (>= 1 and <= 1_000_000), "--epochs", Epochs, "in [1, 1000000]");
        Check(BatchSize is >= 1 and <= 65_536, "--batch-size", BatchSize, "in [1, 65536]");
        Check(LearningRate is > 0 and <= 1, "--learning-rate", LearningRate, "in (0, 1]");
        Check(WeightDecay is >= 0 and <= 1, "--weight-decay", WeightDecay, "in [0, 1]");
        Check(WarmUp is >= 0 and < 1, "--warm-up", WarmUp, "in [0, 1)");
        Check(ClipNorm > 0, "--clip-norm", ClipNorm, "above 0");
        Check(LabelSmoothing is >= 0 and < 1, "--label-smoothing", LabelSmoothing, "in [0, 1)");
        Check(WithheldWords is >= 0 and <= 1, "--withheld-words", WithheldWords, "in [0, 1]");
        Check(EarlierWindows is >= 0 and <= 1, "--earlier-windows", EarlierWindows, "in [0, 1]");
        Check(Patience >= 1, "--patience", Patience, "at least 1");
        Check(ValidationShare is > 0 and <= 0.5, "--validation-share", ValidationShare, "in (0, 0.5]");
        Check(From >= TimeSpan.Zero, "--from", From, "at least 0");
        Check(Until is null || Until > From, "--until", Until, $"after --from, {From}");
        Check(MaxLength is >= 1 and <= 500, "--max-length", MaxLength, "in [1, 500]");
        Check(MinWordCount >= 1, "--min-word-count", MinWordCount, "at least 1");
        Check(MinAuthors is >= 1 and <= 1000, ChatLogOptions.MinAuthorsOption, MinAuthors, "in [1, 1000], where 1 lets what one person alone said be said");
        Check(AuthorNgram is >= 1 and <= 100, ChatLogOptions.AuthorNgramOption, AuthorNgram, "in [1, 100]");
        Check(Threads is >= 0 and <= 1024, "--threads", Threads, "in [0, 1024], where 0 takes one for each core");
        Check(SaveInterval >= TimeSpan.Zero, "--save-interval", SaveInterval, "at least 0");
        return this;

        static void Check<T>(bool valid, string name, T value, string range)
        {
            if (!valid)
                throw new TwitchException($"{name} is {value}; it must be {range}.", ExitCode.Usage);
        }
    }
}
