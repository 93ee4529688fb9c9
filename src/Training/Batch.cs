using System.Runtime.InteropServices;
using Twitch.Training.Prepared;
using static TorchSharp.torch;

namespace Twitch.Training;

/// <summary>Some examples as tensors. They belong to the dispose scope in which the batch was made.</summary>
public sealed class Batch
{
    private Batch(Tensor frames, StepWindows video, Tensor mel, StepWindows audio, Tensor tokens, Tensor positions, Tensor targets, (Tensor Words, Tensor Ages)? chat)
    {
        Frames = frames;
        Video = video;
        Mel = mel;
        Audio = audio;
        Tokens = tokens;
        Positions = positions;
        Targets = targets;
        (ChatWords, ChatAges) = (chat?.Words, chat?.Ages);
    }

    /// <summary>Every frame that a window of the batch holds, once: [frames, height, width, 3] u8.</summary>
    public Tensor Frames { get; }

    /// <summary>Which frames each row sees.</summary>
    public StepWindows Video { get; }

    /// <summary>Every stacked mel step that a window of the batch holds, once: [steps, stride × n_mels] f32.</summary>
    public Tensor Mel { get; }

    /// <summary>Which stacked steps each row hears.</summary>
    public StepWindows Audio { get; }

    /// <summary>Past chat of each row, [batch, comments, words] i64; absent if the config has none.</summary>
    public Tensor? ChatWords { get; }

    /// <summary>Seconds since each comment, [batch, comments] f32; absent if the config has no past chat.</summary>
    public Tensor? ChatAges { get; }

    /// <summary>Inputs of the decoder, all tokens but the last, padded: [batch, time] i64.</summary>
    public Tensor Tokens { get; }

    /// <summary>Where the inputs that are not padding stand in [batch × time]: [targets] i64.</summary>
    public Tensor Positions { get; }

    /// <summary>The token after each of them: [targets] i64.</summary>
    public Tensor Targets { get; }

    /// <summary>Makes a batch out of examples.</summary>
    public static Batch Create(IReadOnlyList<IPreparedStream> streams, IReadOnlyList<Example> examples, ModelConfig config, Device device)
    {
        StepPool video = StepPool.Union([.. examples.Select(e => (e.Stream, (long)e.Window.FirstFrame, e.Window.FrameCount))]);
        Tensor frames = empty([video.Count, config.Frame.Height, config.Frame.Width, FrameSpec.Channels], ScalarType.Byte);
        Span<byte> pixels = frames.bytes;
        foreach ((int stream, long first, int count) in video.Parts)
        {
            streams[stream].Frames((int)first, count).CopyTo(pixels);
            pixels = pixels[(count * config.Frame.ByteCount)..];
        }

        int stride = config.MelStride;
        StepPool audio = StepPool.Union([.. examples.Select(e => (e.Stream, e.Window.FirstStep / stride, e.Window.StepCount / stride))]);
        Tensor mel = empty([audio.Count, stride * config.Mel.MelCount], ScalarType.Float32);
        Span<float> values = MemoryMarshal.Cast<byte, float>(mel.bytes);
        foreach ((int stream, long first, int count) in audio.Parts)
        {
            streams[stream].Mel(first * stride, count * stride).CopyTo(values);    // consecutive steps, row by row, are stacked already
            values = values[(count * stride * config.Mel.MelCount)..];
        }

        int time = examples.Max(example => example.Tokens.Length) - 1;
        var tokens = new long[examples.Count * time];    // Vocabulary.Pad is 0
        var positions = new List<long>();
        var targets = new List<long>();
        for (int row = 0; row < examples.Count; row++)
        {
            for (int t = 0; t + 1 < examples[row].Tokens.Length; t++)
            {
                tokens[row * time + t] = examples[row].Tokens[t];
                positions.Add(row * time + t);
                targets.Add(examples[row].Tokens[t + 1]);
            }
        }
        return new Batch(
            frames.to(device), new StepWindows(video.Rows), mel.to(device), new StepWindows(audio.Rows),
            tensor(tokens, device: device).view(examples.Count, time), tensor(positions.ToArray(), device: device), tensor(targets.ToArray(), device: device),
            config.Chat is ChatSpec chat ? Chat(examples, chat, device) : null);
    }

    private static (Tensor Words, Tensor Ages) Chat(IReadOnlyList<Example> examples, ChatSpec spec, Device device)
    {
        ChatWindow[] windows = [.. examples.Select(example => example.Chat.Window(spec))];
        return (
            tensor(windows.SelectMany(window => window.Words).ToArray(), device: device).view(windows.Length, spec.CommentCount, spec.WordCount),
            tensor(windows.SelectMany(window => window.Ages).ToArray(), device: device).view(windows.Length, spec.CommentCount));
    }
}
