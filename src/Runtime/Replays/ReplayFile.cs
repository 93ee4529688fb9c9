using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twitch.Runtime.Capture;

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
public sealed record ReplayInfo(int Version, string ModelSha256, string Provider, string Precision, double Time, SamplingOptions Sampling, string Text, IReadOnlyList<int> Tokens)
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
    private const string InfoName = "replay.json", WindowName = "window.safetensors";
    private const long MostBytes = 1L << 30;
    private const int MostInfo = 1 << 20;

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
    public static ReplayFile Of(CommentModel model, RecordedWindow window, ClipContext clip, CommentMade made) => new(
        new ReplayInfo(
            ReplayInfo.CurrentVersion, model.Bundle.Manifest.Provenance.ModelSha256, model.Options.ProviderName, model.Options.PrecisionName, made.Time.TotalSeconds,
            made.Options, made.Comment.Text, made.Comment.Tokens),
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
            .Add("frames", _frames, _frames.Length / config.Frame.ByteCount, config.Frame.Height, config.Frame.Width, FrameSpec.Channels)
            .Add("mel", _mel, _mel.Length / config.Mel.MelCount, config.Mel.MelCount)
            .Add("hidden", _clip.Hidden.ToArray(), _clip.Hidden.Length)
            .Add("cell", _clip.Cell.ToArray(), _clip.Cell.Length);
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

    /// <summary>Reads a zip that anybody may have written.</summary>
    /// <param name="input">Seekable.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="TwitchException">It is no replay; the message says why.</exception>
    public static ReplayFile Read(Stream input, string name)
    {
        string path = Path.GetTempFileName();
        try
        {
            using var zip = new ZipArchive(input, ZipArchiveMode.Read, leaveOpen: true);
            ReplayInfo info = JsonSerializer.Deserialize(Extract(zip, InfoName, MostInfo, name), ReplayInfoJson.Default.ReplayInfo) ?? throw Wrong(name, $"its {InfoName} is null");
            if (info.Version != ReplayInfo.CurrentVersion)
                throw Wrong(name, $"its version is {info.Version}, and this program reads {ReplayInfo.CurrentVersion}");
            File.WriteAllBytes(path, Extract(zip, WindowName, MostBytes, name));
            using SafeTensors tensors = SafeTensors.Open(path);
            PastWords? past = tensors.Tensors.ContainsKey(GraphContract.PastNext) ? PastWords.Read(tensors, rows: 1)[0] : null;
            return new ReplayFile(info, tensors.Read<byte>("frames").ToArray(), tensors.Read<float>("mel").ToArray(), new ClipContext(tensors.Read<float>("hidden"), tensors.Read<float>("cell"), past));
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
    /// <exception cref="TwitchException">It was another model, or the sizes are not its.</exception>
    public ReplayResult Run(CommentModel model)
    {
        string sha = model.Bundle.Manifest.Provenance.ModelSha256;
        if (Info.ModelSha256 != sha)
            throw new TwitchException($"the replay was made by the model {Info.ModelSha256}, but {model.Bundle.Folder} holds {sha}; give the bundle that made it.");
        ModelConfig config = model.Config;
        if (_frames.Length % config.Frame.ByteCount != 0 || _mel.Length % (config.Mel.MelCount * config.MelStride) != 0 || _clip.Hidden.Length != config.HiddenSize || _clip.Cell.Length != config.HiddenSize)
            throw new TwitchException($"the replay's window has {_frames.Length} bytes of frames, {_mel.Length} mel values and {_clip.Hidden.Length} of state; the model needs multiples of {config.Frame.ByteCount} and {config.Mel.MelCount * config.MelStride}, and {config.HiddenSize}.");
        if (config.Chat is not null)
            (_clip.Past ?? throw new TwitchException($"the replay has no past chat, but {model.Bundle.Folder} reads it; give the bundle that made it.")).Check(config, "the replay");
        ClipContext again = model.Encode(_frames, _mel);
        double difference = Math.Max(Largest(again.Hidden, _clip.Hidden), Largest(again.Cell, _clip.Cell));
        Comment comment = model.Generate(_clip, Info.Sampling);
        return new ReplayResult(comment, comment.Tokens.SequenceEqual(Info.Tokens), difference);
    }

    private static byte[] Extract(ZipArchive zip, string entry, long most, string name)
    {
        ZipArchiveEntry found = zip.GetEntry(entry) ?? throw Wrong(name, $"it has no {entry}");
        if (found.Length > most)
            throw Wrong(name, $"its {entry} has {found.Length} bytes, and at most {most} are read");
        var bytes = new byte[found.Length];    // a zip that unpacks to more than it says is cut there
        using Stream stream = found.Open();
        stream.ReadExactly(bytes);
        return bytes;
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
