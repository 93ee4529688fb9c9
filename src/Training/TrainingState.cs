using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Twitch.Training.Chat;
using Twitch.Training.Prepared;

namespace Twitch.Training;

/// <summary>What one epoch came to; a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Epoch">Epoch, from 1.</param>
/// <param name="Step">Steps made up to its end.</param>
/// <param name="TrainLoss">Mean loss per token while it was trained, with dropout and label smoothing.</param>
/// <param name="ValidationLoss">Mean −ln p per held-out token at its end.</param>
/// <param name="ValidationPerplexity">exp of that.</param>
/// <param name="LearningRate">Learning rate of its last step.</param>
/// <param name="CommentsPerSecond">Training comments per second, validation and saving not counted.</param>
/// <param name="Seconds">Time that training it took.</param>
/// <param name="RssBytes">Memory of the process at its end.</param>
/// <param name="Time">When it ended, UTC.</param>
public sealed record EpochMetrics(
    int Epoch, long Step, double TrainLoss, double ValidationLoss, double ValidationPerplexity, double LearningRate,
    double CommentsPerSecond, double Seconds, long RssBytes, DateTime Time);

/// <summary>One recording, as far as a resumed run must find it unchanged.</summary>
/// <param name="Frames">Its frames.</param>
/// <param name="Steps">Its steps of sound.</param>
/// <param name="Comments">Its comments.</param>
/// <param name="Sha256">Hash of every comment, and of what is seen and heard, spread over the recording.</param>
public sealed record StreamIdentity(int Frames, long Steps, int Comments, string Sha256)
{
    private const int Samples = 64;

    /// <summary>Takes the identity of a recording.</summary>
    /// <param name="stream">The recording.</param>
    /// <param name="perceives">Whether it was prepared with eyes and ears.</param>
    public static StreamIdentity Of(IPreparedStream stream, bool perceives)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> ticks = stackalloc byte[8];
        foreach (ChatComment comment in stream.Comments)
        {
            BinaryPrimitives.WriteInt64LittleEndian(ticks, comment.Time.Ticks);
            hash.AppendData(ticks);
            hash.AppendData(Encoding.UTF8.GetBytes(comment.Text + "\n"));
        }
        for (int i = 0; i < Samples; i++)
        {
            if (stream.FrameCount > 0)
                hash.AppendData(stream.Frames((int)((long)stream.FrameCount * i / Samples), 1));
            if (stream.StepCount == 0)
                continue;
            if (!perceives)
            {
                hash.AppendData(MemoryMarshal.AsBytes(stream.Mel(stream.StepCount * i / Samples, 1)));
                continue;
            }
            int second = (int)((long)stream.FrameCount * i / Samples);
            hash.AppendData(MemoryMarshal.AsBytes(stream.FrameFeatures(second, 1)));
            hash.AppendData(MemoryMarshal.AsBytes(stream.SoundFeatures(second, 1)));
        }
        return new StreamIdentity(stream.FrameCount, stream.StepCount, stream.Comments.Count, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}

/// <summary>Everything that decides what a run comes to: the same identity, the same weights.</summary>
/// <param name="Config">The sizes.</param>
/// <param name="Options">How the network is trained.</param>
/// <param name="Streams">The recordings.</param>
public sealed record RunIdentity(ModelConfig Config, TrainerOptions Options, IReadOnlyList<StreamIdentity> Streams)
{
    /// <summary>How two runs differ, one phrase for each difference: <c>options.learning_rate is 0.001, not 0.0003</c>.</summary>
    public IEnumerable<string> DifferencesFrom(RunIdentity other)
    {
        Dictionary<string, string> own = Leaves(this), others = Leaves(other);
        foreach (string name in own.Keys.Union(others.Keys))
        {
            string mine = own.GetValueOrDefault(name, "absent"), theirs = others.GetValueOrDefault(name, "absent");
            if (mine != theirs)
                yield return $"{name} is {mine}, not {theirs}";
        }
    }

    private static Dictionary<string, string> Leaves(RunIdentity identity)
    {
        var leaves = new Dictionary<string, string>();
        Add("", JsonSerializer.SerializeToNode(identity, TrainingJson.Default.RunIdentity));
        return leaves;

        void Add(string path, JsonNode? node)
        {
            if (node is JsonObject values)
            {
                foreach ((string name, JsonNode? value) in values)
                    Add(path.Length == 0 ? name : $"{path}.{name}", value);
            }
            else if (node is JsonArray items)
            {
                for (int i = 0; i < items.Count; i++)
                    Add($"{path}[{i}]", items[i]);
            }
            else
                leaves[path] = node?.ToJsonString() ?? "absent";
        }
    }
}

/// <summary>How far a run is; <c>training/state.json</c>. Random numbers need no state: they are functions of the seed and the step.</summary>
public sealed record TrainingState
{
    /// <summary>The version this code reads and writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Version of the layout of <c>training/</c>.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>What is trained, on what, and how.</summary>
    public required RunIdentity Run { get; init; }

    /// <summary>The epoch that is under way, from 1.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>Its batches that are done.</summary>
    public int Batch { get; init; }

    /// <summary>Steps made since the beginning.</summary>
    public long Step { get; init; }

    /// <summary>Sum of the losses of the epoch's tokens so far.</summary>
    public double LossSum { get; init; }

    /// <summary>The epoch's target tokens so far.</summary>
    public long TokenCount { get; init; }

    /// <summary>The epoch's comments so far.</summary>
    public int CommentCount { get; init; }

    /// <summary>Time that the epoch's steps took so far.</summary>
    public double Seconds { get; init; }

    /// <summary>The epoch whose weights <c>model.safetensors</c> holds; 0 before the first validation.</summary>
    public int BestEpoch { get; init; }

    /// <summary>Validation perplexity of that epoch.</summary>
    public double? BestPerplexity { get; init; }

    /// <summary>Whether all epochs are done, or patience ran out.</summary>
    public bool Finished { get; init; }

    /// <summary>What was learned of when people comment; absent as long as it was not.</summary>
    public RateResult? Rate { get; init; }

    /// <summary>Whether the run is over.</summary>
    [JsonIgnore]
    public bool IsComplete => Finished && (Rate is not null || Run.Config.RateSize == 0);
}

/// <summary>Serializers of what training writes.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(EpochMetrics))]
internal sealed partial class TrainingJson : JsonSerializerContext
{
    /// <summary>One object on one line.</summary>
    public static TrainingJson Line => field ??= new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { WriteIndented = false });
}
