using System.Runtime.InteropServices;
using Twitch.Training.Prepared;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Some comments as tensors, and beside them whole seconds whose number of comments is to be foreseen. They belong to the dispose scope in which the
/// batch was made.</summary>
/// <remarks>Neighbours share their seconds: each is in the pools once, and windows that are equal are encoded once.</remarks>
public sealed class Batch
{
    private Batch(int comments, int seconds) => (CommentCount, SecondCount) = (comments, seconds);

    /// <summary>Comments; the first rows of the windows.</summary>
    public int CommentCount { get; }

    /// <summary>Seconds; the rows behind those.</summary>
    public int SecondCount { get; }

    /// <summary>Everything that a window of the batch sees, once: [frames, height, width, 3] u8, or with eyes [frames, features] f32.</summary>
    public required Tensor Seen { get; init; }

    /// <summary>Which frames each row sees.</summary>
    public required StepWindows Video { get; init; }

    /// <summary>Everything that a window of the batch hears, once: [steps, n_mels] f32, or with ears [seconds, features] f32.</summary>
    public required Tensor Heard { get; init; }

    /// <summary>Which steps each row hears.</summary>
    public required StepWindows Audio { get; init; }

    /// <summary>Past chat of each comment, [comments, past comments, words] i64; absent if the config has none.</summary>
    public Tensor? ChatWords { get; private init; }

    /// <summary>Seconds since each past comment, [comments, past comments] f32; absent if the config has no past chat.</summary>
    public Tensor? ChatAges { get; private init; }

    /// <summary>How lively the chat was before each second, [seconds, 2], <see cref="ChatPace.Unknown"/> where none is known; absent if the config has no past chat.</summary>
    public Tensor? Paces { get; private init; }

    /// <summary>Inputs of the decoder, all tokens but the last, padded: [comments, time] i64.</summary>
    public required Tensor Tokens { get; init; }

    /// <summary>Where the inputs that are not padding stand in [comments × time]: [targets] i64.</summary>
    public required Tensor Positions { get; init; }

    /// <summary>The token after each of them: [targets] i64.</summary>
    public required Tensor Targets { get; init; }

    /// <summary>Makes a batch.</summary>
    /// <param name="streams">The recordings.</param>
    /// <param name="comments">What is to be foreseen word by word.</param>
    /// <param name="config">What is seen, heard and read.</param>
    /// <param name="device">Where the tensors are to be.</param>
    /// <param name="seconds">Seconds beside the comments.</param>
    public static Batch Create(IReadOnlyList<IPreparedStream> streams, IReadOnlyList<Example> comments, ModelConfig config, Device device, IReadOnlyList<Example>? seconds = null)
    {
        IReadOnlyList<Example> rows = seconds is null ? comments : [.. comments, .. seconds];
        StepPool video = StepPool.Union([.. rows.Select(row => (row.Stream, (long)row.Window.FirstFrame, row.Window.FrameCount))]);
        StepPool audio = StepPool.Union([.. rows.Select(row => (row.Stream, row.Window.FirstStep, row.Window.StepCount))]);
        Tensor seen = config.Eyes is { } eyes
            ? Pool<float>(video, [eyes.FeatureCount], ScalarType.Float32, (stream, first, count) => streams[stream].FrameFeatures((int)first, count))
            : Pool<byte>(video, [config.Frame.Height, config.Frame.Width, FrameSpec.Channels], ScalarType.Byte, (stream, first, count) => streams[stream].Frames((int)first, count));
        Tensor heard = config.Ears is { } ears
            ? Pool<float>(audio, [ears.FeatureCount], ScalarType.Float32, (stream, first, count) => streams[stream].SoundFeatures((int)first, count))
            : Pool<float>(audio, [config.Mel.MelCount], ScalarType.Float32, (stream, first, count) => streams[stream].Mel(first, count));

        int time = comments.Select(comment => comment.Tokens.Length).DefaultIfEmpty(1).Max() - 1;
        var tokens = new long[comments.Count * time];    // Vocabulary.Pad is 0
        var positions = new List<long>();
        var targets = new List<long>();
        for (int row = 0; row < comments.Count; row++)
        {
            for (int t = 0; t + 1 < comments[row].Tokens.Length; t++)
            {
                tokens[row * time + t] = comments[row].Tokens[t];
                positions.Add(row * time + t);
                targets.Add(comments[row].Tokens[t + 1]);
            }
        }
        (Tensor Words, Tensor Ages)? chat = config.Chat is ChatSpec spec && comments.Count > 0 ? Chat(comments, spec, device) : null;
        return new Batch(comments.Count, rows.Count - comments.Count)
        {
            Seen = seen.to(device),
            Video = new StepWindows(video.Rows),
            Heard = heard.to(device),
            Audio = new StepWindows(audio.Rows),
            Tokens = tensor(tokens, device: device).view(comments.Count, time),
            Positions = tensor(positions.ToArray(), device: device),
            Targets = tensor(targets.ToArray(), device: device),
            ChatWords = chat?.Words,
            ChatAges = chat?.Ages,
            Paces = config.Chat is null || seconds is null ? null : tensor(seconds.SelectMany(second => ChatPace.Numbers(second.Chat.Pace)).ToArray(), device: device).view(seconds.Count, ChatPace.Count),
        };
    }

    private delegate ReadOnlySpan<T> Reader<T>(int stream, long first, int count);

    private static Tensor Pool<T>(StepPool pool, long[] shape, ScalarType type, Reader<T> read) where T : unmanaged
    {
        Tensor all = empty([pool.Count, .. shape], type);
        Span<T> values = MemoryMarshal.Cast<byte, T>(all.bytes);
        foreach ((int stream, long first, int count) in pool.Parts)
        {
            ReadOnlySpan<T> part = read(stream, first, count);
            part.CopyTo(values);
            values = values[part.Length..];
        }
        return all;
    }

    private static (Tensor Words, Tensor Ages) Chat(IReadOnlyList<Example> comments, ChatSpec spec, Device device)
    {
        ChatWindow[] windows = [.. comments.Select(comment => comment.Chat.Window(spec))];
        return (
            tensor(windows.SelectMany(window => window.Words).ToArray(), device: device).view(windows.Length, spec.CommentCount, spec.WordCount),
            tensor(windows.SelectMany(window => window.Ages).ToArray(), device: device).view(windows.Length, spec.CommentCount));
    }
}
