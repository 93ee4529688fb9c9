using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twitch.Media;

namespace Twitch.Runtime;

/// <summary>How a comment came about: <c>replay.json</c> of a replay.</summary>
/// <param name="Version">Of the file's layout.</param>
/// <param name="ModelSha256">SHA-256 of the model that wrote it, as its bundle says.</param>
/// <param name="Provider">What ran the graphs.</param>
/// <param name="Precision">In which numbers the decoder computed.</param>
/// <param name="Time">Seconds since the stream began.</param>
/// <param name="Sampling">How it was drawn, with its seed.</param>
/// <param name="Text">What was said.</param>
/// <param name="Tokens">The ids.</param>
/// <param name="Rows">Most comments that were written at a time: from some on another of the bundle's graphs writes them, see <see cref="CommentModel.DecoderFile(int)"/>.</param>
public sealed record ReplayInfo(
    int Version, string ModelSha256, string Provider, string Precision, double Time, SamplingOptions Sampling, string Text, IReadOnlyList<int> Tokens, int Rows = 1)
{
    /// <summary>The version this code reads and writes.</summary>
    public const int CurrentVersion = 1;
}

/// <summary>What a replay said.</summary>
/// <param name="Comment">The comment, written again.</param>
/// <param name="Same">It is the one that was.</param>
/// <param name="StateDifference">Largest difference between the state that the decoder began from and the one that the window gives on this machine.</param>
public sealed record ReplayResult(Comment Comment, bool Same, double StateDifference);

/// <summary>A comment with everything that it was made from, in one zip: <c>replay.json</c>, and <c>window.safetensors</c> with <c>frames</c> u8 [time, height, width, 3],
/// <c>mel</c> f32 [steps, n_mels], and <c>hidden</c> and <c>cell</c> f32 [hidden], the state that the decoder began from; where past chat was read
/// <c>past_after</c> and <c>past_next</c> i64 [places] and <c>past_scores</c> f32 [places, evidence], what it might say again.</summary>
/// <remarks>A stream is encoded as it arrives, in which sums round in another order than over the whole window; so the state is kept too, and
/// the same bundle and provider write the same words from it.</remarks>
public sealed class ReplayFile
{
    private const string InfoName = "replay.json", WindowName = "window.safetensors", Frames = "frames", Mel = "mel", Hidden = "hidden", Cell = "cell";
    private const int MostInfo = 1 << 20, MostHeader = 1 << 14;    // bytes of replay.json, and of the safetensors' header

    private readonly byte[] _frames;
    private readonly float[] _mel;
    private readonly ClipContext _clip;

    private ReplayFile(ReplayInfo info, byte[] frames, float[] mel, ClipContext clip) => (Info, _frames, _mel, _clip) = (info, frames, mel, clip);

    /// <summary>How it came about.</summary>
    public ReplayInfo Info { get; }

    /// <summary>Keeps a comment.</summary>
    /// <param name="model">What wrote it.</param>
    /// <param name="window">What was seen and heard; kept, not copied.</param>
    /// <param name="clip">What the decoder began from.</param>
    /// <param name="made">What was said.</param>
    /// <param name="rows">Most comments that were written at a time.</param>
    public static ReplayFile Of(CommentModel model, RecordedWindow window, ClipContext clip, CommentMade made, int rows = 1) => new(
        new ReplayInfo(
            ReplayInfo.CurrentVersion, model.Bundle.Manifest.Provenance.ModelSha256, model.Options.ProviderName, model.Options.PrecisionName, made.Time.TotalSeconds,
            made.Options, made.Comment.Text, made.Comment.Tokens, rows),
        window.Frames, window.Mel, clip);

    /// <summary>Writes the zip.</summary>
    /// <param name="output">Need not be seekable; stays open.</param>
    /// <param name="config">Sizes of the model that it was made by.</param>
    public void Write(Stream output, ModelConfig config)
    {
        using var zip = new ZipArchive(output, ZipArchiveMode.Create, leaveOpen: true);
        using (Stream info = zip.CreateEntry(InfoName).Open())
            JsonSerializer.Serialize(info, Info, ReplayInfoJson.Default.ReplayInfo);
        var tensors = new SafeTensorsWriter()
            .Add(Frames, _frames, _frames.Length / config.Frame.ByteCount, config.Frame.Height, config.Frame.Width, FrameSpec.Channels)
            .Add(Mel, _mel, _mel.Length / config.Mel.MelCount, config.Mel.MelCount)
            .Add(Hidden, _clip.Hidden.ToArray(), _clip.Hidden.Length)
            .Add(Cell, _clip.Cell.ToArray(), _clip.Cell.Length);
        if (_clip.Past is { } past)
        {
            tensors.Add(GraphContract.PastAfter, past.AfterArray, past.AfterArray.Length)
                .Add(GraphContract.PastNext, past.NextArray, past.NextArray.Length)
                .Add(GraphContract.PastScores, past.ScoreArray, past.NextArray.Length, ChatSpec.EvidenceCount);
        }
        string path = Path.GetTempFileName();
        try
        {
            tensors.Save(path);
            zip.CreateEntryFromFile(path, WindowName, CompressionLevel.Fastest);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Reads a zip that anybody may have written: no more of it than a window of the model takes.</summary>
    /// <param name="input">Seekable.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <param name="model">The model that wrote it.</param>
    /// <exception cref="TwitchException">It is no replay, of another model, or its sizes are not the model's; the message says why.</exception>
    public static ReplayFile Read(Stream input, string name, CommentModel model)
    {
        string path = Path.GetTempFileName();
        try
        {
            using var zip = new ZipArchive(input, ZipArchiveMode.Read, leaveOpen: true);
            using var json = new MemoryStream();
            Extract(zip, InfoName, json, MostInfo, name);
            ReplayInfo info = JsonSerializer.Deserialize(json.GetBuffer().AsSpan(0, (int)json.Length), ReplayInfoJson.Default.ReplayInfo) ?? throw Wrong(name, $"its {InfoName} is null");
            if (info.Version != ReplayInfo.CurrentVersion)
                throw Wrong(name, $"its version is {info.Version}, and this program reads {ReplayInfo.CurrentVersion}");
            CheckModel(info, model);
            using (FileStream window = File.Create(path))
                Extract(zip, WindowName, window, MostBytes(model.Config), name);
            using SafeTensors tensors = SafeTensors.Open(path);
            CheckSizes(tensors, model);
            PastWords? past = model.Config.Chat is null ? null : PastWords.Read(tensors, rows: 1)[0].Check(model.Config, "the replay");
            return new ReplayFile(info, tensors.Read<byte>(Frames).ToArray(), tensors.Read<float>(Mel).ToArray(), new ClipContext(tensors.Read<float>(Hidden), tensors.Read<float>(Cell), past));
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or EndOfStreamException)
        {
            throw Wrong(name, e.Message);
        }
        catch (TwitchException e) when (e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new TwitchException(name + "/" + WindowName + e.Message[path.Length..]);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Writes the comment again.</summary>
    /// <param name="model">The model that wrote it.</param>
    /// <param name="cancellation">Stops before the window is encoded, and before the comment is drawn.</param>
    /// <exception cref="TwitchException">It was another model.</exception>
    public ReplayResult Run(CommentModel model, CancellationToken cancellation = default)
    {
        CheckModel(Info, model);
        cancellation.ThrowIfCancellationRequested();
        ClipContext again = model.Encode(_frames, _mel);
        double difference = Math.Max(Largest(again.Hidden, _clip.Hidden), Largest(again.Cell, _clip.Cell));
        cancellation.ThrowIfCancellationRequested();
        Comment comment = model.GenerateAsOneOf(Info.Rows, _clip, Info.Sampling);
        return new ReplayResult(comment, comment.Tokens.SequenceEqual(Info.Tokens), difference);
    }

    private static void CheckModel(ReplayInfo info, CommentModel model)
    {
        string sha = model.Bundle.Manifest.Provenance.ModelSha256;
        if (info.ModelSha256 != sha)
            throw new TwitchException($"the replay was made by the model {info.ModelSha256}, but {model.Bundle.Folder} holds {sha}; give the bundle that made it.");
    }

    // What a window of the model can be: bytes of frames, and mel values in whole steps.
    private static (long Frames, long Mel) Longest(ModelConfig config)
    {
        long steps = config.Ears is null ? 1 + (long)config.WindowSeconds * config.Mel.SampleRate / config.Mel.HopLength : config.WindowSeconds;
        return ((long)config.WindowSeconds * config.Frame.ByteCount, steps * config.MelStepSize);
    }

    private static long MostBytes(ModelConfig config)
    {
        (long frames, long mel) = Longest(config);
        long past = (config.Chat?.PlaceCount ?? 0) * (2L * sizeof(long) + ChatSpec.EvidenceCount * sizeof(float));
        return MostHeader + frames + (mel + 2L * config.HiddenSize) * sizeof(float) + past;
    }

    // Before any tensor is copied.
    private static void CheckSizes(SafeTensors tensors, CommentModel model)
    {
        ModelConfig config = model.Config;
        (long mostFrames, long mostMel) = Longest(config);
        int frame = config.Frame.ByteCount, step = config.MelStepSize;
        long frames = Count(Frames), mel = Count(Mel), hidden = Count(Hidden), cell = Count(Cell);
        if (frames % frame != 0 || frames > mostFrames || mel % step != 0 || mel > mostMel || hidden != config.HiddenSize || cell != config.HiddenSize)
            throw new TwitchException($"the replay's window has {frames} bytes of frames, {mel} mel values, and {hidden} and {cell} of state; the model needs multiples of {frame} up to {mostFrames} and of {step} up to {mostMel}, and {config.HiddenSize} twice; send the file as it was given.");
        if (config.Chat is null)
            return;
        if (!tensors.Tensors.ContainsKey(GraphContract.PastNext))
            throw new TwitchException($"the replay has no past chat, but {model.Bundle.Folder} reads it; give the bundle that made it.");
        PastWords.CheckSizes(Count(GraphContract.PastAfter), Count(GraphContract.PastNext), Count(GraphContract.PastScores), config.Chat, "the replay");

        long Count(string name)
        {
            TensorInfo tensor = tensors.Find(name);
            return tensor.ByteCount / SafeTensors.SizeOf(tensor.Type);
        }
    }

    // A zip may unpack to far more than it has, and say otherwise.
    private static void Extract(ZipArchive zip, string entry, Stream output, long most, string name)
    {
        using Stream unpacked = (zip.GetEntry(entry) ?? throw Wrong(name, $"it has no {entry}")).Open();
        var buffer = new byte[1 << 16];
        for (long total = 0; unpacked.Read(buffer) is > 0 and int count;)
        {
            if ((total += count) > most)
                throw Wrong(name, $"its {entry} has more than {most} bytes, which is as much as one of this model can have");
            output.Write(buffer.AsSpan(0, count));
        }
    }

    private static double Largest(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double largest = 0;
        for (int i = 0; i < a.Length; i++)
            largest = Math.Max(largest, Math.Abs(a[i] - b[i]));
        return largest;
    }

    private static TwitchException Wrong(string name, string why) => new($"{name}: no replay of a comment: {why}; give a file that /v1/sessions/…/replay gave.");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReplayInfo))]
internal sealed partial class ReplayInfoJson : JsonSerializerContext;
