using System.Globalization;

namespace Twitch.Runtime;

/// <summary>What the runtime feeds to each graph and reads from it, derived from the sizes of the network.</summary>
/// <remarks>A graph may have further outputs, which are not read; an input the runtime does not know is refused.</remarks>
internal static class GraphContract
{
    public const string Frames = "frames", Mel = "mel", Token = "token", Hidden = "hidden", Cell = "cell",
        NextHidden = "next_hidden", NextCell = "next_cell", Logits = "logits",
        VideoHidden = "video_hidden", VideoCell = "video_cell", AudioHidden = "audio_hidden", AudioCell = "audio_cell",
        Words = "words", Age = "age", PastAfter = "past_after", PastNext = "past_next", PastScores = "past_scores", Match = "match", NextMatch = "next_match", Rate = "rate";

    private const string Batch = "batch", Clips = "clips", Time = "time";    // clips is batch, or 1 for what all states take in

    public static GraphEntry VideoEncoder(ModelConfig config) => new(BundleManifest.VideoEncoderFile,
        [Value(Frames, "u8", Clips, Time, config.Frame.Height, config.Frame.Width, FrameSpec.Channels), State(Hidden, config), State(Cell, config)],
        [State(NextHidden, config), State(NextCell, config)]);

    public static GraphEntry AudioEncoder(ModelConfig config) => new(BundleManifest.AudioEncoderFile,
        [Value(Mel, "f32", Clips, Time, config.Mel.MelCount), State(Hidden, config), State(Cell, config)],
        [State(NextHidden, config), State(NextCell, config)]);

    public static GraphEntry ChatEncoder(ModelConfig config, ChatSpec chat) => new(BundleManifest.ChatEncoderFile,
        [Value(Words, "i64", Batch, chat.CommentCount, chat.WordCount), Value(Age, "f32", Batch, chat.CommentCount)],
        [.. PastWords(chat)]);

    public static GraphEntry Fusion(ModelConfig config) => new(BundleManifest.FusionFile,
        [.. FusionInputs.Select(name => State(name, config))],
        [State(Hidden, config), State(Cell, config)]);

    /// <summary>Hidden and cell state of each encoder, in the order of the fusion.</summary>
    public static readonly string[] FusionInputs = [VideoHidden, VideoCell, AudioHidden, AudioCell];

    public static GraphEntry RateHead(ModelConfig config) => new(BundleManifest.RateFile,
        [State(Hidden, config), State(Cell, config)],
        [Value(Rate, "f32", Batch)]);

    public static GraphEntry DecoderStep(ModelConfig config) => new(BundleManifest.DecoderStepFile,
        [Value(Token, "i64", Batch), State(Hidden, config), State(Cell, config), .. config.Chat is ChatSpec chat ? [.. PastWords(chat), Value(Match, "f32", Batch, chat.PlaceCount)] : (GraphValue[])[]],
        [Value(Logits, "f32", Batch, config.VocabularySize), State(NextHidden, config), State(NextCell, config), .. config.Chat is ChatSpec read ? [Value(NextMatch, "f32", Batch, read.PlaceCount)] : (GraphValue[])[]]);

    private static GraphValue[] PastWords(ChatSpec chat) =>
        [Value(PastAfter, "i64", Batch, chat.PlaceCount), Value(PastNext, "i64", Batch, chat.PlaceCount), Value(PastScores, "f32", Batch, chat.PlaceCount, ChatSpec.EvidenceCount)];

    private static GraphValue State(string name, ModelConfig config) => Value(name, "f32", Batch, config.HiddenSize);

    private static GraphValue Value(string name, string type, params object[] shape) =>
        new(name, type, [.. shape.Select(size => Convert.ToString(size, CultureInfo.InvariantCulture)!)]);
}
